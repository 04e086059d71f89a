"""``flask completion``: completion in the shell, of commands and of what the database holds."""

import contextlib
import io
import logging
import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class
from flask.cli import ScriptInfo
from sqlalchemy import Connection

from ..core import clock
from ..core.database import db, reading
from ..core.text import printable
from ..domain.accounts import groups, queries
from ..domain.broadcasts import queries as broadcasts
from .help import ExampleCommand, program_name
from .output import example

#: How many suggestions from the database are made at most.
MOST = 50

Items = list[CompletionItem]
Completer = Callable[[click.Context, click.Parameter, str], Items]


@click.command(
    "completion",
    cls=ExampleCommand,
    epilog=example('eval "$(flask completion bash)"'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands in a shell.

    It completes commands, options, usernames, groups, broadcasts and time zones. Run the example
    in ~/.bashrc to have it in every shell; docs/commands.md has the lines for zsh and fish.
    """
    root = context.find_root().command
    name = Path(program_name()).name
    variable = f"_{name}_COMPLETE".replace("-", "_").upper()
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - each choice is a shell that click knows
    click.echo(found(root, {}, name, variable).source())


def from_database(find: Callable[[Connection, str], Iterable[tuple[str, str]]]) -> Completer:
    """Make a completer of a query for the words that begin so, each with an explanation.

    It only reads, and without a database it suggests nothing.
    """

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
        given = context.params.get(parameter.name or "")
        already = set(given) if isinstance(given, list | tuple) else set()
        with contextlib.suppress(Exception), _quiet():
            app = context.ensure_object(ScriptInfo).load_app()
            with app.app_context():
                if db.engine.dialect.name == "sqlite" and not _exists(db.engine.url.database):
                    return []
                with reading() as connection:
                    found = list(find(connection, incomplete))
            return [
                CompletionItem(word, help=printable(words) or None)
                for word, words in found
                if word not in already
            ]
        return []

    return complete


def _exists(file: str | None) -> bool:
    """Return whether a SQLite file is there; connecting would create it."""
    return bool(file) and Path(str(file)).is_file()


@contextlib.contextmanager
def _quiet() -> Any:
    """Let nothing be printed or logged while an application is made, and no secret key be kept."""
    name, disabled = "SECRET_KEY", logging.root.manager.disable
    before = os.environ.get(name)
    os.environ[name] = before or secrets.token_hex(32)
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(disabled)
        if before is None:
            del os.environ[name]


def _usernames(connection: Connection, start: str) -> Iterable[tuple[str, str]]:
    return queries.usernames(connection, start, MOST)


def _groups(connection: Connection, start: str) -> Iterable[tuple[str, str]]:
    return ((name, "") for name in groups.names(connection, start, MOST))


def _broadcasts(connection: Connection, start: str) -> Iterable[tuple[str, str]]:
    newest = broadcasts.broadcasts(connection, clock.now(), most=MOST)
    return ((str(one.id), one.title) for one in newest if str(one.id).startswith(start))


def complete_zones(_context: click.Context, _parameter: click.Parameter, start: str) -> Items:
    """Suggest time zones, typed in either case."""
    found = (zone for zone in clock.zone_names() if zone.lower().startswith(start.lower()))
    return [CompletionItem(zone) for zone in found]


def complete_files(_context: click.Context, _parameter: click.Parameter, start: str) -> Items:
    """Let the shell suggest files."""
    return [CompletionItem(start, type="file")]


complete_usernames = from_database(_usernames)
complete_groups = from_database(_groups)
complete_broadcasts = from_database(_broadcasts)
