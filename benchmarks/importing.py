"""Cost of importing people as the file grows: time and peak memory, as ratios within one run.

    .venv/bin/python benchmarks/importing.py [--rows 100000]

Imports into a temporary SQLite file, or with ``BENCHMARK_DATABASE_URL`` into that (an empty
database that may be filled).
"""

import argparse
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

from ground import application, heading, once, print_line

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.people_import.actions import Report, import_people

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
        """Return True: the file is only read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the next bytes; return their number."""
        if not self.rest:
            self.rest = next(self.rows, b"")
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def imported(count: int, prefix: str, shift: int = 0) -> tuple[Report, float]:
    """Import so many people; return the report, and the time in milliseconds."""

    def run() -> Report:
        report = import_people(Rows(count, prefix, shift), clock.now())  # type: ignore[arg-type]
        db.session.commit()
        return report

    return once(run)


def peak(count: int, prefix: str) -> int:
    """Return the peak memory of importing people who have accounts already, in bytes."""
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
    with application() as database:
        heading(f"People from a file, on {database}")
        imported(100, "warm")
        _report, took_few = imported(few, "few")
        print_line(f"{few:,} new people", took_few)
        report, took = imported(many, "many")
        each = took / many / (took_few / few)
        print_line(f"{report.new:,} new people", took, each, f"each of {few:,}; goal about 1 x")
        report, took_again = imported(many, "many")
        print_line(
            f"{report.unchanged:,} who are there", took_again, took_again / took, "making them"
        )
        report, took_moved = imported(many, "many", shift=1)
        print_line(
            f"{report.changed:,} into other zones", took_moved, took_moved / took, "making them"
        )
        peak(few, "few")
        memory = peak(many, "many") / peak(few, "few")
        print_line(f"peak memory with {many:,}", None, memory, f"with {few:,}; goal about 1 x")


if __name__ == "__main__":
    main()
