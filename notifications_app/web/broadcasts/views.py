"""The pages of broadcasts, for administrators: the list, one of them, taking it back."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import Connection

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...core.paging import Position
from ...domain.broadcasts import audience, audit_entries, editing, queries
from ...domain.broadcasts.queries import Broadcast
from ...domain.broadcasts.stats_cache import tallied
from ...domain.broadcasts.wording import come_to, people
from ...domain.channels import who
from .. import flashes
from ..access import admin, me
from ..cursors import cursor, read_cursor
from ..redirects import go
from ..template_context import zone
from .stats_chart import drawing

LIST = "broadcasts"
PAGE = 25
#: Of how many zones the page of one broadcast tells.
ZONES = 10
TABS = {
    None: "All",
    "live": "Live",
    "scheduled": "Scheduled",
    "expired": "Expired",
    "recalled": "Recalled",
}


@admin
def index() -> Any:
    """A page of what was sent to many, newest first."""
    state = request.args.get("state")
    if state not in TABS:
        abort(404)
    before, now = read_cursor(LIST, request.args.get("before")), clock.now()
    with reading() as connection:
        found = queries.broadcasts(
            connection, now, state=state, before=before.id if before else None, most=PAGE + 1
        )
    shown = found[:PAGE]
    last = Position(shown[-1].created_at, shown[-1].id) if len(found) > PAGE else None
    return render_template(
        "broadcasts/index.html",
        state=state,
        tabs=[(words, _url(name), name == state) for name, words in TABS.items()],
        casts=[(one, one.state(now)) for one in shown],
        now=now,
        who=who,
        older_url=last and _url(state, before=cursor(LIST, last)),
        newest_url=_url(state) if before else None,
    )


def _url(state: str | None, **more: Any) -> str:
    return url_for("broadcasts.index", state=state, **more)


@admin
def one(number: int) -> Any:
    """One broadcast: what it says, to whom, since when, and what became of it."""
    now = clock.now()
    with reading() as connection:
        cast = found(connection, number)
        moments = audience.moments(connection, number)
        # Nothing is edited after a recall.
        figures = tallied(connection, number, cast.recalled_at or cast.edited_at, now)
    is_shown = cast.is_local and not figures.never_came
    largest = sorted(moments if is_shown else [], key=lambda moment: -moment[2])[:ZONES]
    return render_template(
        "broadcasts/one.html",
        cast=cast,
        state=cast.state(now),
        to=who(cast.channel or ""),
        never_came=figures.never_came,
        drawing=drawing(figures, zone(), now),
        now=now,
        came=[at for at, _zone, _count in moments if cast.comes(at)],
        zones=sorted(largest),
        zone_count=len(moments),
    )


def found(connection: Connection, number: int) -> Broadcast:
    """A broadcast; 404 where there is none. What went to named people is nobody else's."""
    cast = queries.broadcast(connection, number)
    if cast is None or cast.channel is None:
        abort(404)
    return cast


@admin
def recall(number: int) -> Any:
    """Ask whether to take it off the air for everyone; then do so."""
    now = clock.now()
    with reading() as connection:
        cast = found(connection, number)
    if request.method == "POST":
        return _recall(number)
    if cast.recalled_at is not None:
        flashes.info(f"Notification {number} was recalled already. Nothing was changed.")
        return go(url_for("broadcasts.one", number=number), "/")
    with reading() as connection:
        reach = audience.reach(connection, number, cast.channel or "", now)
    return render_template(
        "broadcasts/recall.html",
        cast=cast,
        state=cast.state(now),
        have=reach.have and come_to(reach.have, reach.dismissed),
        come=reach.come,
        people=people,
    )


def _recall(number: int) -> Any:
    now = clock.now()
    changed = editing.recall(number, now)
    if changed:
        audit_entries.recalled(number, actor_id=me().id, now=now)
    db.session.commit()
    if changed:
        record("recalled", notification=number, by=me().username)
        flashes.success(f"Recalled notification {number}: it is gone from every inbox.")
    else:
        flashes.info(f"Notification {number} was recalled already. Nothing was changed.")
    return go(url_for("broadcasts.one", number=number), "/")


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule("/admin/broadcasts", view_func=index)
    blueprint.add_url_rule("/admin/broadcasts/<number:number>", view_func=one)
    blueprint.add_url_rule(
        "/admin/broadcasts/<number:number>/recall", view_func=recall, methods=["GET", "POST"]
    )
