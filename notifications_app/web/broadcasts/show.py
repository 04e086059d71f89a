"""The page of one broadcast, with its statistics."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template
from sqlalchemy import Connection

from ...core import clock
from ...core.database import reading
from ...domain.broadcasts import audience, queries
from ...domain.broadcasts.queries import Broadcast
from ...domain.broadcasts.stats_cache import cached_stats
from ...domain.channels import channel_phrase
from ..access import admin
from ..template_context import reader_zone
from .stats_chart import draw

#: The number of zones listed, those with the most people.
ZONES = 10


@admin
def one(notification_id: int) -> Any:
    """Show one broadcast: content, channel, times and statistics."""
    now = clock.now()
    with reading() as connection:
        broadcast = get_broadcast_or_404(connection, notification_id, now)
        moments = audience.arrivals_by_time(connection, notification_id)
        # Nothing is edited after a recall.
        figures = cached_stats(
            connection, notification_id, broadcast.recalled_at or broadcast.edited_at, now
        )
    is_shown = broadcast.is_local and not figures.never_came
    largest = sorted(moments if is_shown else [], key=lambda moment: -moment[2])[:ZONES]
    return render_template(
        "broadcasts/show.html",
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


def get_broadcast_or_404(connection: Connection, notification_id: int, now: datetime) -> Broadcast:
    """Return a broadcast; answer 404 if there is none.

    Notifications to named people are private: no page shows them to administrators.
    """
    broadcast = queries.broadcast(connection, notification_id, now)
    if broadcast is None or broadcast.channel is None:
        abort(404)
    return broadcast


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    rule = "/admin/broadcasts/<number:notification_id>"
    blueprint.add_url_rule(rule, view_func=one)
