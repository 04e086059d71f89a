"""What importing people costs as the file grows: time and peak memory, as ratios within one run.

    .venv/bin/python benchmarks/importing.py [--rows 100000]

Into a temporary SQLite file, or with ``BENCHMARK_DATABASE_URL`` into that (an empty database
that may be filled).
"""

import argparse
import io
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

from run import application, say

from notifications_app import clock
from notifications_app.extensions import db
from notifications_app.inbox.importing import Report, import_people

ZONES = ("Europe/Paris", "Asia/Kolkata", "America/New_York", "UTC")
HEAD = "username,email,display_name,timezone,groups\n"


class Rows(io.RawIOBase):
    """A file of so many people that is never whole in memory."""

    def __init__(self, count: int, prefix: str, shift: int = 0) -> None:
        self.rows = self._rows(count, prefix, shift)
        self.rest = b""

    def _rows(self, count: int, prefix: str, shift: int) -> Iterator[bytes]:
        yield HEAD.encode()
        for number in range(count):
            name, zone = f"{prefix}{number}", ZONES[(number + shift) % 4]
            groups = f"team-{number % 50};ops"
            line = f"{name},{name}@example.org,Person {number},{zone},{groups}\n"
            yield line.encode()

    def readable(self) -> bool:
        """It is only read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        if not self.rest:
            self.rest = next(self.rows, b"")
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def imported(count: int, prefix: str, shift: int = 0) -> tuple[float, Report]:
    """How long an import takes, in seconds, and what it did."""
    begun = time.perf_counter()
    report = import_people(Rows(count, prefix, shift), clock.now())  # type: ignore[arg-type]
    db.session.commit()
    return time.perf_counter() - begun, report


def peak(count: int, prefix: str) -> int:
    """The most that an import of people who are there already holds in memory, in bytes."""
    tracemalloc.start()
    imported(count, prefix)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def main() -> None:
    """Import a tenth of the rows, then all, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    many = parser.parse_args().rows
    few = many // 10
    with application():
        say("importing people, on", db.engine.dialect.name)
        imported(100, "warm")
        took_few, _report = imported(few, "few")
        took_many, report = imported(many, "many")
        say(f"{report.new:,} new people", f"{took_many:.1f} s")
        each = took_many / many / (took_few / few)
        say(f"each of {many:,} against each of {few:,}", f"{each:.2f} x", "about 1 x")
        took_again, report = imported(many, "many")
        say(
            f"{report.unchanged:,} unchanged, against making them",
            f"{took_again / took_many:.2f} x",
        )
        took_moved, report = imported(many, "many", shift=1)
        say(f"{report.changed:,} into other zones, likewise", f"{took_moved / took_many:.2f} x")
        memory = peak(many, "many") / peak(few, "few")
        say(f"peak memory, {many:,} against {few:,}", f"{memory:.2f} x", "about 1 x")


if __name__ == "__main__":
    main()
