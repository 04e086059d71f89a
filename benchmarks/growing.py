"""Costs that must not grow with the number of readers or of notifications."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ground import add_people, heading, milliseconds, print_line

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
    """Measure a broadcast to 1,000 readers and to so many."""
    heading("Broadcasting")
    add_people(1_000, now)
    few = milliseconds(_send)
    add_people(readers - 1_000, now)
    many = milliseconds(_send)
    print_line("to 1,000 readers", few)
    print_line(f"to {readers:,}", many, many / few, "of that; at most 1.2 x")


def pages(user: Subscriber, notifications: int, now: datetime) -> float:
    """Measure the first page and one in the middle; return the milliseconds of the first."""

    def page(before: paging.Position | None = None) -> Callable[[], Any]:
        def read_page() -> None:
            with reading() as connection:
                queries.page(connection, user, now, before=before)

        return read_page

    heading(f"Reading, {notifications:,} notifications of one reader")
    first = milliseconds(page())
    middle = notifications // 2
    deep = milliseconds(page(paging.Position(now - timedelta(seconds=middle), 1)))
    print_line("page one", first)
    print_line(f"the page {middle:,} deep", deep, deep / first, "of page one; at most 1.5 x")
    return first
