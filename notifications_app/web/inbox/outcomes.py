"""The flash message about the outcome of an action, with its Undo."""

from datetime import datetime

from ...core import clock
from ...core.text import counted
from ...domain.inbox import actions
from .. import flashes, undo_stack
from ..template_context import reader_zone

MESSAGES = {
    "read": "Marked {} as read.",
    "unread": "Marked {} as unread.",
    "dismiss": "Dismissed {}.",
    "restore": "Restored {}.",
    "snooze": "Snoozed {}",
    "unsnooze": "Unsnoozed {}.",
}


def flash_outcome(verb: str, what: str, outcome: actions.Outcome, until: datetime | None) -> None:
    """Flash the outcome of an action on ``what``, with an Undo if it changed anything."""
    if not outcome.count:
        flashes.info("Already done; nothing changed.")
        return
    words = MESSAGES[verb].format(what)
    if until is not None:
        words += f" until {clock.full(until, reader_zone())}."
    undo_stack.record(outcome.stamp)
    flashes.success(words, undo=outcome.stamp)


def notifications_phrase(count: int) -> str:
    """Format a number of notifications: ``1 notification``, ``1,204 notifications``."""
    return counted(count, "notification")
