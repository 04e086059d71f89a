"""``flask users import``: people from a file."""

import itertools
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from ..core import clock
from ..core.database import db
from ..core.errors import BadInput, Refused
from ..core.logs import record
from ..domain.people_import.actions import Report, import_people
from ..domain.people_import.wording import (
    import_sentence,
    line_error_sentence,
    refusal_sentence,
)
from .completion import complete_files
from .output import command, example, print_line


@command("import", epilog=example("flask users import people.csv --dry-run"))
@click.argument("name", metavar="FILE", shell_complete=complete_files)
@click.option("--dry-run", is_flag=True, help="Preview only: print what would change.")
def import_(name: str, dry_run: bool) -> None:
    """Import people from a CSV file (- for stdin).

    The first line names the columns: username, and any of email, display_name, timezone and
    groups. Either the whole file is imported, or nothing.
    """
    now = clock.now()
    with _opened(name) as file, _progress(file) as tell:
        report = import_people(file, now, tell)
    if report.errors:
        _refuse(report)
    if dry_run:
        print_line(f"Would import {import_sentence(report)}")
        print_line("Nothing was changed: this was a dry run.")
        return
    db.session.commit()
    record("users imported", **report.changed_counts)
    print_line(f"Imported {import_sentence(report)}")


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes; ``-`` is standard input."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", "") or "it cannot be read").lower()
        raise BadInput(f"The file “{name}” cannot be read: {reason}.", "file") from None
    with file:
        yield file


@contextmanager
def _progress(file: IO[bytes]) -> Iterator[Callable[[], None]]:
    """Yield a function to call while reading: it moves a progress bar if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    try:
        about = os.fstat(file.fileno())
        size = about.st_size if stat.S_ISREG(about.st_mode) else None
    except OSError:
        size = None
    if size is None:
        with click.progressbar(itertools.count(), label="Reading", file=sys.stderr) as bar:
            yield lambda: bar.update(1)
        return
    with click.progressbar(length=size, label="Reading", file=sys.stderr) as sized:
        yield lambda: sized.update(file.tell() - sized.pos)
        sized.update(size - sized.pos)


def _refuse(report: Report) -> None:
    for wrong in report.errors:
        click.echo(line_error_sentence(wrong), err=True)
    raise Refused(refusal_sentence(report))
