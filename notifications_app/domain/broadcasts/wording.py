"""What commands and pages say of a sending: to whom, when, in which state."""

from collections.abc import Sequence
from datetime import datetime

from ...core import clock
from ...core.text import counted
from .audience import Audience


def people_phrase(count: int) -> str:
    """A number of people: ``1 person``, ``1,204 people``."""
    return counted(count, "person", "people")


def audience_phrase(audience: Audience) -> str:
    """The first few of an audience, and how many more."""
    rest = audience.count - len(audience.first)
    more = f" and {rest:,} more" if rest else ""
    return f"{', '.join(audience.first)}{more}" if audience.first else "nobody"


def schedule_phrase(
    arrives_at: datetime, expires_at: datetime | None, zone: str, now: datetime
) -> str:
    """``now``, or ``from Tue 17 Nov 2026, 09:00 UTC``, and until when."""
    words = "now" if arrives_at <= now else f"from {clock.full(arrives_at, zone)}"
    return f"{words}, until {clock.full(expires_at, zone)}" if expires_at else words


def received_sentence(count: int, dismissed: int) -> str:
    """To how many it has come, and how many of them put it away, as a sentence."""
    if not dismissed:
        return f"It has come to {people_phrase(count)}."
    if count == 1:
        return "It has come to 1 person, who dismissed it."
    part = "all" if dismissed == count else f"{dismissed:,}"
    return f"It has come to {people_phrase(count)}; {part} of them dismissed it."


def local_schedule_phrase(
    wall: datetime, expires_at: datetime | None, zone: str, *, has_passed: bool = False
) -> str:
    """``at Tue 17 Nov 2026, 09:00 on each reader's own clock``, and until when.

    ``has_passed``: where one of them lives it is later than that already.
    """
    words = f"at {clock.wall_words(wall)} on each reader’s own clock"
    if has_passed:
        words += ", at once where that has passed"
    return f"{words}, until {clock.full(expires_at, zone)}" if expires_at else words


_FIELDS = {
    "is_banner": "banner",
    "expires_at": "expiry",
    "action_url": "link",
    "action_label": "words on the link",
}
_AGAIN = "unread again for those who had it"


def changes(names: Sequence[str]) -> str:
    """What an edit changed: ``the banner, expiry and title``."""
    *others, last = sorted(_FIELDS.get(name, name) for name in names)
    return f"the {', '.join(others)} and {last}" if others else f"the {last}"


def edit_sentence(notification_id: int, names: Sequence[str], *, again: bool, had: bool) -> str:
    """What an edit did; ``again``: it was to be unread again; ``had``: somebody had it."""
    if names:
        also = f"; it is {_AGAIN}" if again and had else ""
        return f"Changed {changes(names)} of notification {notification_id} for everyone{also}."
    if not again:
        return f"Notification {notification_id} reads so already. Nothing was changed."
    if not had:
        return f"Nobody has had notification {notification_id} yet: it comes unread."
    return f"Notification {notification_id} is {_AGAIN}."


def would_edit_sentence(names: Sequence[str], *, again: bool, had: bool) -> str:
    """The same where it is only tried."""
    if names:
        also = f", and make it {_AGAIN}" if again and had else ""
        return f"Would change {changes(names)}{also}."
    return f"Would make it {_AGAIN}." if had else "Nobody has had it yet: it comes unread."
