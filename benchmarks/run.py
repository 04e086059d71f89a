"""How the inbox and broadcasts behave as they grow: ratios within one run, on one database.

    .venv/bin/python benchmarks/run.py [--readers 100000] [--notifications 100000]

With ``BENCHMARK_DATABASE_URL`` (an empty database that may be filled) on PostgreSQL, else on
a temporary SQLite file. Prints each figure beside its goal; nothing in the test suite is timed.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from flask import Flask

from notifications_app import clock, content, create_app
from notifications_app.accounts.models import User
from notifications_app.broadcasts.actions import broadcast
from notifications_app.extensions import ROOT, db, reading, table
from notifications_app.inbox import actions, moves, queries
from notifications_app.inbox.models import Delivery, Notification

CHUNK = 10_000


@contextmanager
def application() -> Iterator[Flask]:
    """An application on an empty, migrated database."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCHMARK_DATABASE_URL", f"sqlite:///{folder}/benchmark.sqlite3")
        app = create_app({"DATABASE_URL": url, "SECRET_KEY": "k" * 40})
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["quiet"] = True
        with app.app_context():
            command.upgrade(config, "head")
            yield app
            db.session.remove()
            db.engine.dispose()


def milliseconds(action: Callable[[], Any], times: int = 30) -> float:
    """The median of an action's time, after one to warm up."""
    action()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        found.append(time.perf_counter() - begun)
    return median(found) * 1000


def add_people(count: int, now: datetime) -> None:
    """Accounts without passwords, in bulk."""
    before = db.session.execute(sa.select(sa.func.count(User.id))).scalar_one()
    for start in range(before, before + count, CHUNK):
        rows = [
            {"username": f"reader-{number}", "display_name": "", "timezone": "UTC",
             "is_admin": False, "is_active": True, "shortcuts": True, "last_stamp": 0,
             "inbox_since": now, "created_at": now}
            for number in range(start, min(start + CHUNK, before + count))
        ]  # fmt: skip
        db.session.execute(sa.insert(table(User)), rows)
    db.session.commit()


def fill_inbox(user_id: int, count: int, now: datetime) -> None:
    """A reader's deliveries, one a second, the newest now."""
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        said = {"body": "Some words.", "category": "info", "topic": "general",
                "is_banner": False, "created_at": now}  # fmt: skip
        rows = [{"title": f"Notification {number}", **said} for number in numbers]
        db.session.execute(sa.insert(table(Notification)), rows)
        top = db.session.execute(sa.select(sa.func.max(Notification.id))).scalar_one()
        delivered = [
            {
                "user_id": user_id,
                "notification_id": top - len(numbers) + 1 + place,
                "arrives_at": now - timedelta(seconds=count - number),
            }
            for place, number in enumerate(numbers)
        ]
        db.session.execute(sa.insert(table(Delivery)), delivered)
    db.session.commit()


def say(what: str, figure: str, goal: str = "") -> None:
    """One line of the report."""
    print(f"{what:58} {figure:>16}   {goal}")


def send() -> None:
    """One broadcast to everyone."""
    broadcast("everyone", content.check("Office hours change"), clock.now())
    db.session.commit()


def broadcasts(readers: int, now: datetime) -> None:
    """Does a broadcast cost the same, however many read it?"""
    add_people(1_000, now)
    few = milliseconds(send)
    add_people(readers - 1_000, now)
    many = milliseconds(send)
    say(f"broadcast, {readers:,} readers against 1,000", f"{many / few:.2f} x", "at most 1.2 x")


def pages(user: User, notifications: int, now: datetime) -> None:
    """Does a page cost the same, however deep?"""

    def page(before: queries.Position | None = None) -> Callable[[], Any]:
        def ask() -> None:
            with reading() as connection:
                queries.page(connection, user, now, before=before)

        return ask

    first = milliseconds(page())
    deep = milliseconds(page(queries.Position(now - timedelta(seconds=notifications // 2), 1)))
    what = f"page {notifications // 2:,} deep against page one"
    say(what, f"{deep / first:.2f} x", "at most 1.5 x")
    say("page one", f"{first:.2f} ms")


def actions_on(user: User) -> None:
    """What do dismissing all and undoing it cost against dismissing one?"""
    with reading() as connection:
        shown = queries.shown(connection, user, clock.now())
        newest = queries.rows(connection, user, clock.now(), most=1)[0].id

    def timed(action: Callable[[], actions.Outcome]) -> tuple[actions.Outcome, float]:
        begun = time.perf_counter()
        outcome = action()
        db.session.commit()
        return outcome, (time.perf_counter() - begun) * 1000

    one, took_one = timed(lambda: actions.act(user.id, "dismiss", [newest], clock.now()))
    actions.undo(user.id, one.stamp, clock.now())
    db.session.commit()
    every = actions.All("inbox", shown)
    many, took_many = timed(lambda: actions.act(user.id, "dismiss", every, clock.now()))
    _undone, took_undo = timed(lambda: actions.undo(user.id, many.stamp, clock.now()))
    say("dismiss one", f"{took_one:.1f} ms")
    each = took_many / many.count
    say(f"dismiss {many.count:,}, each against one", f"{each / took_one:.4f} x")
    say("undo that, against dismissing them", f"{took_undo / took_many:.2f} x")


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--notifications", type=int, default=100_000)
    asked = parser.parse_args()
    now = clock.now()
    with application():
        say("on", db.engine.dialect.name)
        broadcasts(asked.readers, now)
        user = moves.add_reader("measured", password_hash=None, now=now - timedelta(days=30))
        db.session.commit()
        fill_inbox(user.id, asked.notifications, now)
        pages(user, asked.notifications, now)
        actions_on(user)


if __name__ == "__main__":
    main()
