"""``POST /inbox/undo``: undo an action, or redo it by undoing its undo."""

from typing import Any

from flask import Blueprint, abort, request, session, url_for

from ...core import clock
from ...core.database import db
from ...domain.inbox import undo as undo_
from .. import flashes
from ..access import current_reader, signed_in
from ..redirects import redirect_after_post
from ..sessions import UNDO_STAMP
from .form_fields import int_field
from .outcomes import notifications_phrase


@signed_in
def undo() -> Any:
    """Undo an action; undoing the undo redoes it."""
    try:
        stamp = int_field("stamp")
    except ValueError:
        abort(400)
    outcome = undo_.undo(current_reader().id, stamp, clock.now())
    db.session.commit()
    words = (
        f"Put back {notifications_phrase(outcome.count)}."
        if outcome.count
        else "Nothing was put back."
    )
    if outcome.skipped:
        some, left = f"{outcome.skipped:,}", "were left as they are"
        if outcome.skipped == 1:
            some, left = "One", "was left as it is"
        words += f" {some} had changed since and {left}."
    if outcome.count:
        session[UNDO_STAMP] = outcome.stamp
    flashes.success(words, undo=outcome.stamp if outcome.count else None)
    return redirect_after_post(request.form.get("next"), url_for("inbox.index"))


def register(blueprint: Blueprint) -> None:
    """Add the form."""
    blueprint.add_url_rule("/inbox/undo", view_func=undo, methods=["POST"])
