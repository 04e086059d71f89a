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
from ...domain.broadcasts.stats_cache import cached_stats
from ...domain.broadcasts.wording import people_phrase, received_sentence
from ...domain.channels import channel_phrase
from .. import flashes
from ..access import admin, current_reader
from ..cursors import cursor, read_cursor
from ..redirects import redirect_after_post
from ..template_context import reader_zone
from .stats_chart import draw

LIST = "broadcasts"
PAGE_SIZE = 25
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


@admin
def one(notification_id: int) -> Any:
    """One broadcast: what it says, to whom, since when, and what became of it."""
    now = clock.now()
    with reading() as connection:
        broadcast = get_broadcast_or_404(connection, notification_id)
        moments = audience.arrivals_by_time(connection, notification_id)
        # Nothing is edited after a recall.
        figures = cached_stats(
            connection, notification_id, broadcast.recalled_at or broadcast.edited_at, now
        )
    is_shown = broadcast.is_local and not figures.never_came
    largest = sorted(moments if is_shown else [], key=lambda moment: -moment[2])[:ZONES]
    return render_template(
        "broadcasts/one.html",
        broadcast=broadcast,
        state=broadcast.state(now),
        to=channel_phrase(broadcast.channel or ""),
        never_came=figures.never_came,
        drawing=draw(figures, reader_zone(), now),
        now=now,
        came=[at for at, _zone, _count in moments if broadcast.comes(at)],
        zones=sorted(largest),
        zone_count=len(moments),
    )


def get_broadcast_or_404(connection: Connection, notification_id: int) -> Broadcast:
    """A broadcast; 404 where there is none. What went to named people is nobody else's."""
    broadcast = queries.broadcast(connection, notification_id)
    if broadcast is None or broadcast.channel is None:
        abort(404)
    return broadcast


@admin
def recall(notification_id: int) -> Any:
    """Ask whether to take it off the air for everyone; then do so."""
    now = clock.now()
    with reading() as connection:
        broadcast = get_broadcast_or_404(connection, notification_id)
    if request.method == "POST":
        return _recall(notification_id)
    if broadcast.recalled_at is not None:
        flashes.info(f"Notification {notification_id} was recalled already. Nothing was changed.")
        return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")
    with reading() as connection:
        reach = audience.reach(connection, notification_id, broadcast.channel or "", now)
    return render_template(
        "broadcasts/recall.html",
        broadcast=broadcast,
        state=broadcast.state(now),
        have=reach.received and received_sentence(reach.received, reach.dismissed),
        come=reach.pending,
        people=people_phrase,
    )


def _recall(notification_id: int) -> Any:
    now = clock.now()
    changed = editing.recall(notification_id, now)
    if changed:
        audit_entries.audit_recall(notification_id, actor_id=current_reader().id, now=now)
    db.session.commit()
    if changed:
        record("recalled", notification=notification_id, by=current_reader().username)
        flashes.success(f"Recalled notification {notification_id}: it is gone from every inbox.")
    else:
        flashes.info(f"Notification {notification_id} was recalled already. Nothing was changed.")
    return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule("/admin/broadcasts", view_func=index)
    blueprint.add_url_rule("/admin/broadcasts/<number:notification_id>", view_func=one)
    blueprint.add_url_rule(
        "/admin/broadcasts/<number:notification_id>/recall",
        view_func=recall,
        methods=["GET", "POST"],
    )
