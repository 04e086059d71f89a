"""``POST /settings/mutes``: mute a topic, or unmute it."""

from typing import Any

from flask import Blueprint, abort, request, url_for

from ...core.database import db
from ...core.errors import BadInput
from ...domain.inbox import mutes as muting
from .. import flashes, undo_stack
from ..access import current_reader, signed_in
from ..redirects import redirect_after_post


@signed_in
def mutes() -> Any:
    """Mute a topic, or unmute it."""
    topic, action = request.form.get("topic", ""), request.form.get("action", "mute")
    if action not in {"mute", "unmute"}:
        abort(400)
    change_mute(topic, action)
    return redirect_after_post(request.form.get("next"), url_for("accounts.settings"))


def change_mute(topic: str, action: str) -> None:
    """Mute or unmute a topic, commit it, and flash it with its Undo."""
    try:
        changed = (muting.mute if action == "mute" else muting.unmute)(current_reader().id, topic)
    except BadInput as refusal:
        flashes.error(str(refusal))
        return
    db.session.commit()
    words, other = f"Unmuted {topic}.", "mute"
    if action == "mute":
        words, other = f"Muted {topic}. Errors and banners are still shown.", "unmute"
    entry, inverse = f"{action}:{topic}", f"{other}:{topic}"
    if undo_stack.holds(entry):
        undo_stack.move(entry, inverse if changed else None)
    elif changed:
        undo_stack.record(inverse)
    flashes.success(words, inverse=(topic, other) if changed else None)


def register(blueprint: Blueprint) -> None:
    """Add the form."""
    blueprint.add_url_rule("/settings/mutes", view_func=mutes, methods=["POST"])
