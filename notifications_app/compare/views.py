"""Flash and notification side by side, each made by a click and followed on its way."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from .. import clock, content, feedback
from ..broadcasts.actions import notify
from ..extensions import db, reading
from ..inbox import queries
from ..inbox.rows import item
from ..pages import label
from ..web import go, me, signed_in
from .state import state

blueprint = Blueprint("compare", __name__)

NEWEST = 3
EXAMPLES = {
    "success": "Export finished",
    "error": "The import stopped at line 12",
    "warning": "Storage is 85 % full",
    "info": "The weekly report is ready",
}
LARGE = "This flash holds more than the cookie of a session can safely carry. " * 20


@blueprint.get("/compare")
@signed_in
def index() -> Any:
    """Both kinds, where each lives, and what becomes of it at sign-out."""
    now = clock.now()
    flashes = feedback.flashes()  # taken out of the session before its size is shown
    with reading() as connection:
        notes = queries.rows(connection, me(), now, most=NEWEST)
        count = queries.count(connection, me(), now, tab="inbox")
        entries = state(connection, me(), now)
    return render_template(
        "compare/index.html",
        flash_here=flashes,
        notes=[item(row, now, me().name) for row in notes],
        note_count_label=label(count),
        state=entries,
        now=now,
    )


@blueprint.post("/compare", endpoint="make")
@signed_in
def make() -> Any:
    """Make a flash, a notification, or both."""
    kind, _colon, category = request.form.get("make", "").partition(":")
    if kind == "large":
        feedback.info(LARGE)
    elif category not in content.CATEGORIES:
        abort(400)
    elif kind == "flash":
        feedback.say(category, f"{EXAMPLES[category]}.")
    elif kind == "keep":
        feedback.say(category, f"{EXAMPLES[category]}.", keep=True)
    elif kind == "notification":
        notify([me().id], content.check(EXAMPLES[category], "", category), clock.now())
        db.session.commit()
    else:
        abort(400)
    anchor = "notification" if kind == "notification" else "flash"
    return go(url_for("compare.index", _anchor=anchor), "/")
