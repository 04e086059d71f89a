"""``POST /inbox/undo``: undo an action, or redo it by undoing its undo."""

from typing import Any

from flask import Blueprint, abort, request, url_for

from ...core import clock
from ...core.database import db
from ...core.errors import NotFound
from ...core.placeholders import fill
from ...domain.inbox import undo as undo_
from .. import flashes, undo_stack
from ..access import current_reader, signed_in
from ..redirects import redirect_after_post
from .form_fields import int_field
from .mutes import change_mute
from .outcomes import notifications_phrase

MESSAGES = {
    "restore": "Restored {}.",
    "dismiss": "Dismissed {} again.",
    "snooze": "Snoozed {} again.",
    "unsnooze": "Unsnoozed {}.",
    "read": "Marked {} as read again.",
    "unread": "Marked {} as unread again.",
    "": "Changed {} back.",
}


@signed_in
def undo() -> Any:
    """Undo the action with this stamp, or the last one: the session knows which that is."""
    step = request.form.get("step", "")
    entry = _entry(step)
    if entry is None:
        flashes.info(f"Nothing to {step}.")
    elif isinstance(entry, str):
        action, _colon, topic = entry.partition(":")
        change_mute(topic, action)
    else:
        _undo_stamp(entry)
    return redirect_after_post(request.form.get("next"), url_for("inbox.index"))


def _entry(step: str) -> undo_stack.Entry | None:
    if step in {"undo", "redo"}:
        return undo_stack.next_undo() if step == "undo" else undo_stack.next_redo()
    try:
        return int_field("stamp")
    except ValueError:
        abort(400)


def _undo_stamp(stamp: int) -> None:
    verb = "redo" if undo_stack.is_redo(stamp) else "undo"
    try:
        outcome = undo_.undo(current_reader().id, stamp, clock.now())
    except NotFound:
        if not undo_stack.holds(stamp):
            raise
        undo_stack.move(stamp, None)
        flashes.info(f"Couldn’t {verb}: this was too long ago.")
        return
    undo_stack.move(stamp, outcome.stamp if outcome.count else None)
    db.session.commit()
    if outcome.count:
        flashes.success(done_sentence(outcome, current_reader().name), undo=outcome.stamp)
    else:
        changed = "these notifications have" if outcome.skipped > 1 else "this notification has"
        flashes.info(f"Couldn’t {verb}: {changed} changed since.")


def done_sentence(outcome: undo_.Undone, name: str) -> str:
    """Say what an undo changed, and how many it left alone."""
    title = fill(outcome.title, name)
    what = f"“{title}”" if outcome.count == 1 else notifications_phrase(outcome.count)
    words = MESSAGES[outcome.verb].format(what)
    if outcome.skipped == 1:
        words += " One has changed since and was left alone."
    elif outcome.skipped:
        words += f" {outcome.skipped:,} have changed since and were left alone."
    return words


def register(blueprint: Blueprint) -> None:
    """Add the form."""
    blueprint.add_url_rule("/inbox/undo", view_func=undo, methods=["POST"])
