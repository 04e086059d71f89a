"""The ``notifications`` command: its commands by subject, and Flask's own under one heading."""

import copy
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup
from flask_migrate.cli import db as migrations  # type: ignore[import-not-found]

from . import SECTIONS, commands
from .help import CommandGroup, summary, write_commands

HELP = """Run a notification centre: send notifications and broadcasts, manage people and groups,
look after the database.

Every command explains itself, with an example: add --help.
"""
_ENV_FILE_HELP = "Read settings from this file too; variables that are already set take precedence."
#: Commands of Flask and its extensions that work here.
FLASK_COMMANDS = ("db", "run", "routes", "shell")
#: The command of Flask-Migrate that everybody needs, listed among ours.
UPGRADE = ("db upgrade", "Create the tables, or migrate them to this version.")


def _print_version(context: click.Context, _option: Any, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        try:
            version = metadata.version("notifications-app")
        except metadata.PackageNotFoundError:
            version = "(not installed: a checkout)"
        click.echo(f"notifications {version}, Flask {metadata.version('flask')}")
        context.exit()


class Program(FlaskGroup):
    """Flask's group of commands, with ours in it before an application is made.

    So help and completion are quick, and work where a setting is wrong.
    """

    #: The name to type in examples.
    program = "notifications"

    def __init__(self, create_app: Callable[..., Flask]) -> None:
        # .env is read by create_app(), from the folder of the installation alone.
        super().__init__(
            name=self.program,
            help=HELP,
            create_app=create_app,
            load_dotenv=False,
            add_version_option=False,
        )
        self.params = [*_flask_options(self.params), _version]
        for command in (*commands(), CommandGroup.like(migrations)):
            self.add_command(command)

    def _load_plugin_commands(self) -> None:
        """Offer no commands of other packages: that of Flask-Limiter misses a library here."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return our commands in the order of the sections, then Flask's."""
        ours = [name for _heading, names in SECTIONS for name in names if name != "db"]
        return [*ours, *FLASK_COMMANDS]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every command under the heading of its subject."""
        for heading, names in SECTIONS:
            rows = [row for name in names for row in self._rows(ctx, name)]
            write_commands(formatter, heading, rows)
        flasks = [(name, self.get_command(ctx, name)) for name in FLASK_COMMANDS]
        found = [(name, summary(command)) for name, command in flasks if command]
        write_commands(formatter, "Flask’s own", found)

    def _rows(self, ctx: click.Context, name: str) -> Sequence[tuple[str, str]]:
        """Each command of a group with its summary, or the command itself."""
        if name == "db":
            return [UPGRADE]
        command = self.get_command(ctx, name)
        if isinstance(command, click.Group):
            inner = [(one, command.get_command(ctx, one)) for one in command.list_commands(ctx)]
            return [(f"{name} {one}", summary(found)) for one, found in inner if found]
        return [(name, summary(command))] if command else []


_version = click.Option(
    ["--version"],
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)


def _flask_options(options: Sequence[click.Parameter]) -> list[click.Parameter]:
    """Return Flask's options without ``--app``, which is known here."""
    kept = [copy.copy(one) for one in options if one.name != "app"]
    for one in kept:
        if one.name == "env_file" and isinstance(one, click.Option):
            one.help = _ENV_FILE_HELP
    return kept
