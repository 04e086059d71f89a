"""``POST /settings/mutes``: mute a topic, or unmute it."""

from typing import Any

from flask import Blueprint, abort, request, url_for

from ...core.database import db
from ...core.errors import BadInput
from ...core.text import SLUG_MAX
from ...domain.inbox import mutes as muting
from .. import flashes, kept_input, undo_stack
from ..access import current_reader, signed_in
from ..error_pages import rerenders_after_csrf_error_if
from ..redirects import redirect_after_post


@rerenders_after_csrf_error_if(lambda: request.form.get("action") == "mute")
@signed_in
def mutes() -> Any:
    """Mute a topic, or unmute it."""
    if kept_input.is_only_shown():
        return _show_again()
    topic, action = request.form.get("topic", ""), request.form.get("action", "mute")
    if action not in {"mute", "unmute"}:
        abort(400)
    change_mute(topic, action)
    return redirect_after_post(request.form.get("next"), url_for("accounts.settings"))


def _show_again() -> Any:
    """Lead back to the settings, with what was typed into the field for a topic."""
    flashes.info("Nothing has been muted yet. Press Mute again.")
    topic = request.form.get("topic", "")[:SLUG_MAX]
    target = url_for("accounts.settings", topic=topic, _anchor="muted-topics")
    return redirect_after_post(target, url_for("accounts.settings"))


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
    if changed:
        flashes.success(words, inverse=(topic, other))
    else:
        already = "muted already" if action == "mute" else "not muted"
        flashes.info(f"{topic} is {already}. Nothing was changed.")


def register(blueprint: Blueprint) -> None:
    """Add the form."""
    blueprint.add_url_rule("/settings/mutes", view_func=mutes, methods=["POST"])
