"""Flash message and notification side by side, each made by a click."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...domain import content
from ...domain.broadcasts.sending import notify
from ...domain.inbox import queries
from ...domain.inbox.items import to_item
from .. import flashes
from ..access import current_reader, signed_in
from ..redirects import redirect_after_post
from ..template_context import capped_count
from .state import state

NEWEST = 3
EXAMPLES = {
    "success": "Export finished",
    "error": "The import stopped at line 12",
    "warning": "Storage is 85% full",
    "info": "The weekly report is ready",
}
LARGE = "This flash is larger than a session cookie can safely hold. " * 20


@signed_in
def index() -> Any:
    """Show both kinds, the places that store them, and the effect of signing out."""
    now = clock.now()
    waiting = flashes.flashes()  # taken out of the session before its size is shown
    with reading() as connection:
        notes = queries.rows(connection, current_reader(), now, most=NEWEST)
        count = queries.count(connection, current_reader(), now, tab="inbox")
        entries = state(connection, current_reader(), now)
    return render_template(
        "compare/index.html",
        flash_here=waiting,
        notes=[to_item(row, now, current_reader().name) for row in notes],
        example=EXAMPLES["success"],
        note_count_label=capped_count(count),
        state=entries,
        now=now,
    )


def _example(category: str) -> str:
    return EXAMPLES.get(category, f"An example of {category}")


@signed_in
def make() -> Any:
    """Make a flash, a notification, or both."""
    kind, _colon, category = request.form.get("make", "").partition(":")
    if kind == "large":
        flashes.info(LARGE)
    elif category not in content.CATEGORIES:
        abort(400)
    elif kind == "flash":
        flashes.add(category, f"{_example(category)}.")
    elif kind == "keep":
        flashes.add(category, f"{_example(category)}.", keep=True)
    elif kind == "notification":
        notify([current_reader().id], content.check(_example(category), "", category), clock.now())
    else:
        abort(400)
    db.session.commit()
    anchor = "notification" if kind == "notification" else "flash"
    return redirect_after_post(url_for("compare.index", _anchor=anchor), "/")


def register(blueprint: Blueprint) -> None:
    """Add the page and its form."""
    blueprint.add_url_rule("/compare", view_func=index)
    blueprint.add_url_rule("/compare", endpoint="make", view_func=make, methods=["POST"])
