"""Sentences about sending and editing, shared by pages and commands."""

from collections.abc import Sequence
from datetime import datetime

from ...core import clock
from ...core.text import counted
from .audience import Audience, Reach


def people_phrase(count: int) -> str:
    """Format a number of people: ``1 person``, ``1,204 people``."""
    return counted(count, "person", "people")


def audience_phrase(audience: Audience) -> str:
    """Format an audience: ``ada, lena and 3 more``; ``nobody`` if it is empty."""
    rest = audience.count - len(audience.first)
    more = f" and {rest:,} more" if rest else ""
    return f"{', '.join(audience.first)}{more}" if audience.first else "nobody"


def schedule_phrase(
    arrives_at: datetime, expires_at: datetime | None, zone: str, now: datetime
) -> str:
    """Format arrival and expiry in ``zone``: ``now``; ``from Tue 17 Nov 2026, 09:00 UTC``."""
    words = "now" if arrives_at <= now else f"from {clock.full(arrives_at, zone)}"
    return f"{words}, until {clock.full(expires_at, zone)}" if expires_at else words


def received_sentence(count: int, dismissed: int) -> str:
    """Return a sentence: how many people received it, and how many of them dismissed it."""
    received = f"{people_phrase(count)} received it"
    if not dismissed:
        return f"{received}."
    if dismissed == count:
        return f"{received} and dismissed it." if count == 1 else f"{received}; all dismissed it."
    return f"{received}; {dismissed:,} of them dismissed it."


def reach_sentence(reach: Reach, *, has_expired: bool) -> str:
    """Return how far a notification has come, as the question before a recall says it."""
    pending = people_phrase(reach.pending)
    if has_expired:
        return "It has expired, so it is in nobody’s inbox."
    if reach.received:
        sentence = received_sentence(reach.received, reach.dismissed)
        return f"{sentence} {pending} will receive it later." if reach.pending else sentence
    if reach.pending:
        return f"Nobody has received it yet; {pending} would."
    return "Nobody has received it, and nobody would."


def recalled_sentence(notification_id: int, *, changed: bool) -> str:
    """Return the sentence on the outcome of a recall."""
    if changed:
        return f"Recalled notification {notification_id}. It is no longer in any inbox."
    return f"Notification {notification_id} was already recalled. Nothing was changed."


_RESTORED = {
    "live": "Everyone has it again, as before the recall.",
    "scheduled": "It will arrive as scheduled.",
    "expired": "It has expired meanwhile, so it is in nobody’s inbox.",
}


def restored_sentence(notification_id: int, *, changed: bool, state: str) -> str:
    """Return the sentence on the outcome of undoing a recall; ``state`` is the present one."""
    if changed:
        return f"Restored notification {notification_id}. {_RESTORED[state]}"
    return f"Notification {notification_id} is not recalled. Nothing was changed."


def local_schedule_phrase(
    wall: datetime, expires_at: datetime | None, zone: str, *, has_passed: bool = False
) -> str:
    """Format an arrival at a wall time: ``at Tue 17 Nov 2026, 09:00 on each reader's own clock``.

    The expiry, if any, follows in ``zone``. ``has_passed``: that time has passed for a recipient.
    """
    words = f"at {clock.wall_words(wall)} on each reader’s own clock"
    if has_passed:
        words += ", immediately where that has passed"
    return f"{words}, until {clock.full(expires_at, zone)}" if expires_at else words


_FIELDS = {
    "is_banner": "banner",
    "expires_at": "expiry",
    "action_url": "link",
    "action_label": "link text",
}
_AGAIN = "unread again for everyone who received it"


def changes(names: Sequence[str]) -> str:
    """Format the changed fields of an edit: ``the banner, expiry and title``."""
    *others, last = sorted(_FIELDS.get(name, name) for name in names)
    return f"the {', '.join(others)} and {last}" if others else f"the {last}"


def edit_sentence(notification_id: int, names: Sequence[str], *, again: bool, had: bool) -> str:
    """Return a sentence about an edit that was made.

    ``again``: it was to become unread again. ``had``: somebody has received it.
    """
    if names:
        also = f"; it is {_AGAIN}" if again and had else " for everyone"
        return f"Changed {changes(names)} of notification {notification_id}{also}."
    if not again:
        return f"No changes to notification {notification_id}."
    if not had:
        return f"Nobody has received notification {notification_id} yet; it will arrive unread."
    return f"Notification {notification_id} is {_AGAIN}."


def would_edit_sentence(names: Sequence[str], *, again: bool, had: bool) -> str:
    """Return a sentence about an edit that a dry run tried.

    ``again``: it was to become unread again. ``had``: somebody has received it.
    """
    if names:
        also = f", and make it {_AGAIN}" if again and had else ""
        return f"Would change {changes(names)}{also}."
    return (
        f"Would make it {_AGAIN}." if had else "Nobody has received it yet; it will arrive unread."
    )
