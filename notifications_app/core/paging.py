"""Keyset paging: a place in an ordered list."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list ordered by moment and id: where a page begins or ends."""

    at: datetime
    id: int
