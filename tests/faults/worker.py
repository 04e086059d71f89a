"""A process that works until it is killed: ``python -m tests.faults.worker JOB URL NAME SECONDS``.

Each finished piece of work is a line on standard output: whoever reads it knows that the
database has acknowledged it.
"""

import random
import sys
import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from notifications_app import broadcast, create_app
from notifications_app.core.database import db, reading
from notifications_app.domain.accounts.models import User
from tests.support.app import settings


def send(key: str) -> None:
    """Send a broadcast under a key of its own."""
    broadcast(f"Message {key}", key=key)
    db.session.commit()


def rename(key: str) -> None:
    """Change a row that every process changes: a lost update shows in the sum."""
    first = db.session.get_one(User, 1, with_for_update=True)
    first.display_name = str(int(first.display_name or "0") + 1)
    db.session.commit()


def mix(key: str) -> None:
    """Read, dismiss and send, as a site does all day."""
    draw = random.random()
    if draw < 0.4:
        send(key)
    elif draw < 0.7:
        rename(key)
    else:
        with reading() as connection:
            connection.execute(sa.select(User.username).limit(10)).all()


def insist(key: str) -> None:
    """Send until it is acknowledged, whatever happens to the file meanwhile."""
    while True:
        try:
            send(key)
        except DatabaseError:
            db.session.remove()
            time.sleep(0.02)
        else:
            return


JOBS: dict[str, Callable[[str], None]] = {
    "send": send, "insist": insist, "rename": rename, "mix": mix,
}  # fmt: skip


def main(job: str, url: str, name: str, seconds: str) -> None:
    """Work, and write the key and the milliseconds of each piece."""
    app = create_app(settings(url))
    until = time.monotonic() + float(seconds)
    number = 0
    while time.monotonic() < until:
        number += 1
        key = f"{name}-{number}"
        started = time.perf_counter()
        with app.app_context():
            JOBS[job](key)
        sys.stdout.write(f"{key} {(time.perf_counter() - started) * 1000}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
