"""The list of broadcasts, for administrators."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from ...core import clock
from ...core.database import reading
from ...core.paging import Position
from ...domain.broadcasts import queries
from ...domain.channels import channel_phrase
from ..access import admin
from ..cursors import cursor, read_cursor

LIST = "broadcasts"
PAGE_SIZE = 25
TABS = {
    None: "All",
    "live": "Live",
    "scheduled": "Scheduled",
    "expired": "Expired",
    "recalled": "Recalled",
}


@admin
def index() -> Any:
    """Show a page of broadcasts, newest first."""
    state = request.args.get("state")
    if state not in TABS:
        abort(404)
    before, now = read_cursor(LIST, request.args.get("before")), clock.now()
    with reading() as connection:
        found = queries.broadcasts(
            connection, now, state=state, before=before.id if before else None, most=PAGE_SIZE + 1
        )
    shown = found[:PAGE_SIZE]
    last = Position(shown[-1].created_at, shown[-1].id) if len(found) > PAGE_SIZE else None
    return render_template(
        "broadcasts/index.html",
        state=state,
        tabs=[(words, _url(name), name == state) for name, words in TABS.items()],
        broadcasts=[(one, one.state(now)) for one in shown],
        now=now,
        who=channel_phrase,
        older_url=last and _url(state, before=cursor(LIST, last)),
        newest_url=_url(state) if before else None,
    )


def _url(state: str | None, **more: Any) -> str:
    return url_for("broadcasts.index", state=state, **more)


def register(blueprint: Blueprint) -> None:
    """Add the list."""
    blueprint.add_url_rule("/admin/broadcasts", view_func=index)
