"""What commands and pages say of a sending: to whom, when, in which state."""

from collections.abc import Sequence
from datetime import datetime

from .. import clock
from ..content import counted
from ..inbox.channels import ADMINS, EVERYONE, group_of
from .audience import Audience

WHO = {EVERYONE: "everyone", ADMINS: "the administrators"}


def people(count: int) -> str:
    """A number of people: ``1 person``, ``1,204 people``."""
    return counted(count, "person", "people")


def listed(audience: Audience) -> str:
    """The first few of an audience, and how many more."""
    rest = audience.count - len(audience.first)
    more = f" and {rest:,} more" if rest else ""
    return f"{', '.join(audience.first)}{more}" if audience.first else "nobody"


def who(channel: str) -> str:
    """A channel: ``everyone``, ``the administrators``, ``the group ops``."""
    return WHO.get(channel) or f"the group {group_of(channel)}"


def when(arrives_at: datetime, expires_at: datetime | None, zone: str, now: datetime) -> str:
    """``now``, or ``from Tue 17 Nov 2026, 09:00 UTC``, and until when."""
    words = "now" if arrives_at <= now else f"from {clock.full(arrives_at, zone)}"
    return f"{words}, until {clock.full(expires_at, zone)}" if expires_at else words


def when_local(wall: datetime, expires_at: datetime | None, zone: str) -> str:
    """``at Tue 17 Nov 2026, 09:00 on each reader's own clock``, and until when."""
    words = f"at {clock.wall_words(wall)} on each reader’s own clock"
    return f"{words}, until {clock.full(expires_at, zone)}" if expires_at else words


def changes(names: Sequence[str]) -> str:
    """What an edit changed: ``banner, expires at, title``."""
    return ", ".join(sorted(name.replace("_", " ").removeprefix("is ") for name in names))
