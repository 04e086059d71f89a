"""What must cost the same, however many readers there are and however much they have."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ground import add_people, heading, milliseconds, say

from notifications_app.core import clock, paging
from notifications_app.core.database import db, reading
from notifications_app.domain import content
from notifications_app.domain.broadcasts.sending import broadcast
from notifications_app.domain.inbox import queries
from notifications_app.domain.inbox.subscriptions import Subscriber


def _send() -> None:
    broadcast("everyone", content.check("Office hours change"), clock.now())
    db.session.commit()


def broadcasts(readers: int, now: datetime) -> None:
    """A broadcast, to 1,000 readers and to so many."""
    heading("Broadcasting")
    add_people(1_000, now)
    few = milliseconds(_send)
    add_people(readers - 1_000, now)
    many = milliseconds(_send)
    say("to 1,000 readers", few)
    say(f"to {readers:,}", many, many / few, "of that; at most 1.2 x")


def pages(user: Subscriber, notifications: int, now: datetime) -> float:
    """A page on top and one in the middle; the milliseconds of the first."""

    def page(before: paging.Position | None = None) -> Callable[[], Any]:
        def ask() -> None:
            with reading() as connection:
                queries.page(connection, user, now, before=before)

        return ask

    heading(f"Reading, {notifications:,} notifications of one reader")
    first = milliseconds(page())
    middle = notifications // 2
    deep = milliseconds(page(paging.Position(now - timedelta(seconds=middle), 1)))
    say("page one", first)
    say(f"the page {middle:,} deep", deep, deep / first, "of page one; at most 1.5 x")
    return first
