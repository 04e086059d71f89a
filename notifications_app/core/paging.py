"""Keyset paging: a page of an ordered list begins beside a row, not at a row number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

Row = TypeVar("Row")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list ordered by moment and id, where a page begins or ends."""

    at: datetime
    id: int


def fetch_page(
    fetch: Callable[[Place | None, bool], Sequence[Row]],
    size: int,
    *,
    onward_from: Place | None = None,
    back_from: Place | None = None,
) -> tuple[Sequence[Row], Row | None, Row | None]:
    """Fetch the page of a list that follows one place, or the one that precedes another.

    ``fetch`` takes a place, None for the start of the list, and whether to go backwards. It
    returns the rows beyond that place, the nearest first, at most one more than ``size``.
    If less than a page precedes ``back_from``, the page is the first of the list.

    Returns:
        The rows in the order of the list; the first of them if rows may precede it; the last
        of them if more rows follow it.
    """
    if back_from is not None:
        rows = fetch(back_from, True)
        if len(rows) > size:
            rows = rows[:size][::-1]
            return rows, rows[0], rows[-1]
    rows = fetch(onward_from, False)
    first = rows[0] if onward_from is not None and rows else None
    last = rows[size - 1] if len(rows) > size else None
    return rows[:size], first, last
