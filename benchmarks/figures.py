"""What the figures of a broadcast cost: for those who read it, and for those who did nothing.

    .venv/bin/python benchmarks/figures.py [--readers 100000]

On the databases that ``run.py`` names.
"""

import argparse
from datetime import datetime, timedelta

import sqlalchemy as sa
from ground import CHUNK, add_people, application, heading, milliseconds, say

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
    """A broadcast that so many have read, one a second; its id."""
    number = broadcast("everyone", content.check("Office hours change"), now).notification.id
    ids = db.session.scalars(sa.select(User.id).order_by(User.id).limit(people)).all()
    for start in range(0, people, CHUNK):
        rows = [
            {"user_id": user_id, "notification_id": number, "arrives_at": now, "stamp": 1,
             "read_at": now + (start + place) * SECOND}
            for place, user_id in enumerate(ids[start : start + CHUNK])
        ]  # fmt: skip
        db.session.execute(sa.insert(table(Delivery)), rows)
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    return number


def ask(number: int, now: datetime) -> float:
    """How long it takes to count what became of a broadcast, in milliseconds."""

    def count() -> None:
        with reading() as connection:
            compute_stats(connection, number, now)

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
        number = read_by(FEW, now)
        alone = ask(number, now)
        say(f"{FEW:,} readers, all have read", alone)
        add_people(readers - FEW, now)
        crowd = ask(number, now)
        say(f"{readers:,} readers, {FEW:,} have read", crowd, crowd / alone, "the same, alone")
        half = ask(read_by(readers // 2, now), now)
        each = (half / (readers // 2)) / (alone / FEW)
        say(f"{readers:,} readers, {readers // 2:,} have read", half, each, "the same, for each")


if __name__ == "__main__":
    main()
