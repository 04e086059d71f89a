"""Threads and a second process at one database: ``python -m tests.support.races JOB URL``.

A job runs in four threads, each with connections of its own, and returns what each found.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from flask import Flask

from notifications_app import create_app
from notifications_app.core import clock
from notifications_app.core.database import ROOT, db, reading
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.inbox import actions, queries
from tests.support import inbox
from tests.support.app import settings

THREADS = 4
KEYS = 100
ROUNDS = 20


def claim(app: Flask, number: int) -> dict[str, int]:
    """Send under every key, in an order of one's own; the id that each key has."""
    keys = list(range(KEYS))
    random.Random(number).shuffle(keys)
    found: dict[str, int] = {}
    for key in keys:
        with app.app_context():
            content, options = inbox.said(f"Number {key}"), SendOptions(key=f"key {key}")
            if key % 2:
                sent = broadcasts.broadcast("everyone", content, clock.now(), options)
            else:
                sent = broadcasts.notify([1], content, clock.now(), options)
            db.session.commit()
            found[str(key)] = sent.notification.id
    return found


def mix(app: Flask, number: int) -> dict[str, int]:
    """Send, read and dismiss as the one reader, and look; how many dismissals were done."""
    dismissed = 0
    for _ in range(ROUNDS):
        now = clock.now()
        with app.app_context():
            broadcasts.broadcast("everyone", inbox.said(), now)
            broadcasts.notify([1], inbox.said(), now)
            db.session.commit()
        with app.app_context(), reading() as connection:
            reader = reader_of(app)
            rows = queries.rows(connection, reader, now, most=5)
            queries.count(connection, reader, now)
        with app.app_context():
            inbox.reader(1)  # whoever looks first and then writes needs the lock from the start
            dismissed += actions.act(1, "dismiss", [row.id for row in rows], now).count
            db.session.commit()
    return {"dismissed": dismissed}


def reader_of(app: Flask) -> Any:
    with app.app_context():
        found = inbox.reader(1)
        db.session.rollback()
        return found


JOBS: dict[str, Callable[[Flask, int], dict[str, int]]] = {"claim": claim, "mix": mix}


def run(job: str, url: str, first: int) -> list[dict[str, int]]:
    """Four threads of one process; what each found."""
    app = create_app(settings(url))
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(lambda number: JOBS[job](app, first + number), range(THREADS)))
    with app.app_context():
        db.engine.dispose()
    return found


@contextmanager
def second_process(job: str, url: str) -> Iterator[Callable[[], list[dict[str, int]]]]:
    """Start the job in another process; return a function that waits for the answer."""
    command = [sys.executable, "-m", "tests.support.races", job, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

        def answer() -> Any:
            out, _ = process.communicate(timeout=120)
            assert process.returncode == 0
            return json.loads(out)

        yield answer


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    json.dump(run(sys.argv[1], sys.argv[2], THREADS), sys.stdout)
