"""Helpers shared by all commands: errors on one line, tables, JSON, progress."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..core import clock, config, logs
from ..core.database import db
from ..core.database_errors import database_fault, explain
from ..core.errors import BadInput, Refused
from ..core.text import printable
from .help import ExampleCommand

REFUSED, MISUSED = 1, 2
#: Characters that JSON does not escape and a terminal might obey: control characters, line
#: separators, marks of text direction, and surrogates.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def refuse(sentence: str, code: int = REFUSED) -> NoReturn:
    """Print one line on stderr and exit with this code."""
    click.echo(f"Error: {printable(sentence)}", err=True)
    sys.exit(code)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a function in the application; end refusals and database failures in one line.

    BadInput ends with exit code 2, any other refusal and a database failure with 1.
    """

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if sys.stderr.isatty():
            logs.only_warnings()  # the command prints its own outcome
        try:
            return function(*args, **kwargs)
        except BadInput as error:
            refuse(str(error), MISUSED)
        except Refused as error:
            refuse(str(error))
        except (DBAPIError, PoolTimeout) as error:
            fault = database_fault(error)
            if fault is None:
                raise
            refuse(explain(error, fault, db.engine.url))

    return with_appcontext(run)


def command(name: str, *, epilog: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a guarded command of a function; ``epilog`` is its :func:`example`."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        return click.command(name, cls=ExampleCommand, epilog=epilog)(guarded(function))

    return decorate


def print_line(words: str) -> None:
    """Print a line on stdout, with control characters made visible."""
    click.echo(printable(words))


def print_json(value: Any) -> None:
    """Print JSON on stdout; escape characters that a terminal might obey."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo(_UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def iso_or_none(value: Any) -> str | None:
    """Format an aware moment for JSON: ISO 8601, UTC, with Z; None stays None."""
    return None if value is None else clock.iso(value)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table with aligned columns."""
    lines = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    head = "  ".join(head.ljust(w) for head, w in zip(heads, widths, strict=True))
    click.secho(head.rstrip(), bold=True)
    for line in lines:
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def progress(items: Sequence[Any], words: str) -> Iterator[Any]:
    """Yield the items, with a progress bar on a terminal."""
    hidden = len(items) < 2 or not sys.stderr.isatty()
    with click.progressbar(items, label=words, file=sys.stderr, hidden=hidden) as bar:
        yield from bar


def progress_until(total: int, steps: Iterable[int], words: str) -> None:
    """Take every step, each worth a number of ``total``, with a progress bar on a terminal."""
    hidden = not total or not sys.stderr.isatty()
    with click.progressbar(length=total, label=words, file=sys.stderr, hidden=hidden) as bar:
        for many in steps:
            bar.update(many)


def example(*lines: str) -> str:
    """Return the end of a command's help: an example of its use."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def base_url() -> str:
    """Return the address of this site according to the settings, without a slash at the end."""
    return config.site_url(current_app.config, f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")


def is_url_assumed() -> bool:
    """Return whether no setting gives the address of this site."""
    return not (current_app.config["SITE_URL"] or current_app.config["TRUSTED_HOSTS"])
