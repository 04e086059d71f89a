"""Cost of a broadcast's statistics: for its readers, and for users who did nothing.

    .venv/bin/python benchmarks/figures.py [--readers 100000]

Uses the databases of ``run.py``.
"""

import argparse
from datetime import datetime, timedelta

import sqlalchemy as sa
from ground import CHUNK, add_people, application, heading, milliseconds, print_line

from notifications_app.core import clock
from notifications_app.core.database import db, reading, table
from notifications_app.domain import content
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts.sending import broadcast
from notifications_app.domain.broadcasts.stats import compute_stats
from notifications_app.domain.inbox.models import Delivery

FEW = 1_000
SECOND = timedelta(seconds=1)


def read_by(people: int, now: datetime) -> int:
    """Send a broadcast and have so many people read it, one a second; return its id."""
    sent = broadcast("everyone", content.check("Office hours change"), now)
    notification_id = sent.notification.id
    ids = db.session.scalars(sa.select(User.id).order_by(User.id).limit(people)).all()
    for start in range(0, people, CHUNK):
        rows = [
            {"user_id": user_id, "notification_id": notification_id, "arrives_at": now, "stamp": 1,
             "read_at": now + (start + place) * SECOND}
            for place, user_id in enumerate(ids[start : start + CHUNK])
        ]  # fmt: skip
        db.session.execute(sa.insert(table(Delivery)), rows)
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    return notification_id


def time_stats(notification_id: int, now: datetime) -> float:
    """Return the time to compute a broadcast's statistics, in milliseconds."""

    def count() -> None:
        with reading() as connection:
            compute_stats(connection, notification_id, now)

    return milliseconds(count, times=10)


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--readers", type=int, default=100_000)
    readers = parser.parse_args().readers
    now = clock.now()
    with application() as database:
        heading(f"The figures of a broadcast, on {database}")
        add_people(FEW, now)
        notification_id = read_by(FEW, now)
        alone = time_stats(notification_id, now)
        print_line(f"{FEW:,} readers, all have read", alone)
        add_people(readers - FEW, now)
        among_many = time_stats(notification_id, now)
        print_line(
            f"{readers:,} readers, {FEW:,} have read",
            among_many,
            among_many / alone,
            "the same, alone",
        )
        half = time_stats(read_by(readers // 2, now), now)
        each = (half / (readers // 2)) / (alone / FEW)
        print_line(
            f"{readers:,} readers, {readers // 2:,} have read", half, each, "the same, for each"
        )


if __name__ == "__main__":
    main()
