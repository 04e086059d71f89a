"""Which channels a reader listens to, and from when on each counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

EVERYONE = "everyone"
ADMINS = "role:admin"


class Listener(Protocol):
    """What of a reader decides on their channels."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def is_admin(self) -> bool: ...  # noqa: D102
    @property
    def admin_since(self) -> datetime | None: ...  # noqa: D102
    @property
    def inbox_since(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel's name, and the moment after which its releases are in this inbox."""

    name: str
    floor: datetime


def listening(reader: Listener) -> tuple[Channel, ...]:
    """The reader's channels; a floor is the later of ``inbox_since`` and since when they listen."""
    channels = [Channel(EVERYONE, reader.inbox_since)]
    if reader.is_admin:
        since = reader.admin_since or reader.inbox_since
        channels.append(Channel(ADMINS, max(since, reader.inbox_since)))
    return tuple(channels)


def parameters(channels: Sequence[Channel]) -> dict[str, Any]:
    """The values of the bind parameters ``channel_0``, ``floor_0``, … of a statement."""
    return {
        name: value
        for number, channel in enumerate(channels)
        for name, value in (
            (f"channel_{number}", channel.name),
            (f"floor_{number}", channel.floor),
        )
    }
