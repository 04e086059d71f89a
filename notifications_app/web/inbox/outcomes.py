"""The flash message about the outcome of an action, with its Undo."""

from datetime import datetime

from flask import session

from ...core import clock
from ...core.text import counted
from ...domain.inbox import actions
from .. import flashes
from ..sessions import UNDO_STAMP
from ..template_context import reader_zone

MESSAGES = {
    "read": "Marked {} as read.",
    "unread": "Marked {} as unread.",
    "dismiss": "Dismissed {}.",
    "restore": "Put {} back.",
    "snooze": "Snoozed {}",
    "unsnooze": "Woke {}.",
}


def flash_outcome(verb: str, what: str, outcome: actions.Outcome, until: datetime | None) -> None:
    """Flash the outcome of an action on ``what``, with an Undo if it changed anything."""
    if not outcome.count:
        flashes.info("Nothing to do: nothing of it would change.")
        return
    words = MESSAGES[verb].format(what)
    if until is not None:
        words += f" until {clock.full(until, reader_zone())}."
    session[UNDO_STAMP] = outcome.stamp
    flashes.success(words, undo=outcome.stamp)


def notifications_phrase(count: int) -> str:
    """Format a number of notifications: ``1 notification``, ``1,204 notifications``."""
    return counted(count, "notification")
