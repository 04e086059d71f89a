"""Common ground of the benchmarks: an empty database, bulk data, timing, the report's lines."""

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

from notifications_app import create_app
from notifications_app.core.database import ROOT, db, reading, table
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import add_reader as readers
from notifications_app.domain.inbox.models import Delivery, Notification
from notifications_app.domain.inbox.subscriptions import Subscriber, load_subscriber

CHUNK = 10_000
#: The topic of every tenth notification.
RARE_TOPIC = "reports"


@contextmanager
def application() -> Iterator[str]:
    """Context manager: an application with an empty, migrated database; yields its dialect."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCHMARK_DATABASE_URL", f"sqlite:///{folder}/benchmark.sqlite3")
        app = create_app({"DATABASE_URL": url, "SECRET_KEY": "k" * 40})
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["quiet"] = True
        with app.app_context():
            command.upgrade(config, "head")
            yield db.engine.dialect.name
            db.session.remove()
            db.engine.dispose()


def add_people(count: int, now: datetime) -> None:
    """Add accounts without passwords."""
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


def add_reader(username: str, notifications: int, now: datetime) -> Subscriber:
    """Add a reader with so many notifications, one a second, the newest now."""
    user = readers.add_reader(username, password_hash=None, now=now - timedelta(days=30))
    for start in range(0, notifications, CHUNK):
        _deliver(user.id, range(start, min(start + CHUNK, notifications)), notifications, now)
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        # PostgreSQL does it by itself, but only minutes after so many rows.
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    with reading() as connection:
        return load_subscriber(connection, user.id)


def _deliver(user_id: int, numbers: range, until: int, now: datetime) -> None:
    content = {"body": "Some words.", "category": "info", "is_banner": False, "created_at": now}
    rows = [
        {
            "title": f"Notification {number:06}",
            "topic": "general" if number % 10 else RARE_TOPIC,
            **content,
        }
        for number in numbers
    ]
    db.session.execute(sa.insert(table(Notification)), rows)
    last_id = db.session.execute(sa.select(sa.func.max(Notification.id))).scalar_one()
    delivered = [
        {
            "user_id": user_id,
            "notification_id": last_id - len(numbers) + 1 + place,
            "arrives_at": now - timedelta(seconds=until - number),
        }
        for place, number in enumerate(numbers)
    ]
    db.session.execute(sa.insert(table(Delivery)), delivered)


def milliseconds(action: Callable[[], Any], times: int = 30) -> float:
    """Return the median time of an action, after one warm-up run."""
    action()
    return median(once(action)[1] for _ in range(times))


def once(action: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result of an action, and its time in milliseconds."""
    started = time.perf_counter()
    outcome = action()
    return outcome, (time.perf_counter() - started) * 1000


def heading(words: str) -> None:
    """Print the heading of a part of the report."""
    print(f"\n{words}")


def print_line(
    label: str, took: float | None = None, ratio: float | None = None, goal: str = ""
) -> None:
    """Print one line of the report: milliseconds, a ratio, and what the ratio compares with."""
    print(
        f"  {label:46}"
        f"{'' if took is None else f'{took:,.2f} ms':>13}"
        f"{'' if ratio is None else f'{ratio:,.2f} x':>14}  {goal}".rstrip()
    )
