"""Help of the commands: whole summaries, sections, and examples that can be typed as printed."""

import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click

#: The words that begin a command in an example, until help knows the name of the program.
PROGRAM = "flask"


def program_name() -> str:
    """Return the program to type before a command: ``flask``, ``notifications`` or a path to it."""
    context = click.get_current_context(silent=True)
    root = context and context.find_root().command
    name = str(getattr(root, "program", PROGRAM))
    started = Path(sys.argv[0])
    found = shutil.which(name)
    if started.name != name or (found and Path(found).resolve() == started.resolve()):
        return name
    return sys.argv[0]  # an environment that is not active: .venv/bin/flask


def typed(words: str) -> str:
    """Return a command as it can be typed now, from its words without the program."""
    return f"{program_name()} {words}"


def summary(command: click.Command) -> str:
    """Return the first sentence of a command's help, whole: click cuts it after 45 characters."""
    first = " ".join((command.short_help or command.help or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s", first, maxsplit=1)[0]


def write_commands(
    formatter: click.HelpFormatter, heading: str, rows: Iterable[tuple[str, str]]
) -> None:
    """Write a section of commands with their summaries; nothing if there are none."""
    rows = list(rows)
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)


class ExampleCommand(click.Command):
    """A command whose help ends with an example for the program that is running."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example, with the name of the program as it was typed."""
        epilog, name = self.epilog, program_name()
        self.epilog = re.sub(rf"(?m)(^  |\$\(){PROGRAM} ", rf"\1{name} ", epilog or "")
        try:
            super().format_epilog(ctx, formatter)
        finally:
            self.epilog = epilog


class CommandGroup(click.Group):
    """A group that lists its commands in the order they were added, with whole summaries."""

    @classmethod
    def like(cls, group: click.Group) -> "CommandGroup":
        """Return a group of another package as one of ours."""
        return cls(
            group.name,
            commands=group.commands,
            callback=group.callback,
            params=group.params,
            help=group.help,
        )

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands and their summaries."""
        rows = [(name, summary(self.commands[name])) for name in self.list_commands(ctx)]
        write_commands(formatter, "Commands", rows)
