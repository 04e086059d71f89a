"""The commands that can be typed after ``flask``."""

from collections.abc import Iterator

import click
from flask import Flask

#: The commands that Flask and its extensions bring.
BROUGHT = {"db", "limiter", "run", "routes", "shell"}


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        elif command is not None:
            yield (*above, name), command


def own_commands(app: Flask) -> dict[tuple[str, ...], click.Command]:
    """Ours, without those that Flask and its extensions bring."""
    found = dict(commands(app.cli))
    return {path: one for path, one in found.items() if path[0] not in BROUGHT}
