"""The command line: parse the options, call the domain once, commit, print one sentence."""

from collections.abc import Iterator

import click
from flask import Flask

from . import (
    audit,
    broadcast,
    broadcast_edit,
    broadcast_recall,
    broadcast_send,
    broadcast_stats,
    completion,
    demo,
    groups,
    maintenance,
    maintenance_backup,
    maintenance_check,
    maintenance_restore,
    shell,
    users,
    users_import,
)
from .help import CommandGroup

#: The commands of each group, and the help of the group.
GROUPS: dict[str, tuple[str, tuple[click.Command, ...]]] = {
    "users": (
        "Create, change and delete accounts.",
        (
            users.create,
            users.list_,
            users.show,
            users.set_password,
            users.set_timezone,
            users.activate,
            users.deactivate,
            users.delete,
            users.grant_admin,
            users.revoke_admin,
            users.reset_link,
            users_import.import_,
        ),
    ),
    "groups": (
        "Create groups, and add or remove people.",
        (
            groups.create,
            groups.list_,
            groups.show,
            groups.add,
            groups.remove,
        ),
    ),
    "broadcast": (
        "Send to many people; see, edit or recall what was sent.",
        (
            broadcast_send.send,
            broadcast.list_,
            broadcast.show,
            broadcast_edit.edit,
            broadcast_stats.stats,
            broadcast_recall.recall,
            broadcast_recall.restore,
        ),
    ),
    "maintenance": (
        "Maintain the database.",
        (
            maintenance_backup.backup,
            maintenance_restore.restore,
            maintenance_check.check,
            maintenance.retime,
        ),
    ),
    "audit": ("See who changed what.", (audit.list_, audit.export_)),
}


#: Commands that are in no group.
SINGLE: tuple[click.Command, ...] = (broadcast_send.notify, demo.demo, completion.completion)

#: The sections of ``notifications --help``: headings, and the groups and commands below them.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Broadcasts and notifications", ("broadcast", "notify")),
    ("People", ("users",)),
    ("Groups", ("groups",)),
    ("Audit log", ("audit",)),
    ("Database and set-up", ("db", "maintenance", "demo", "completion")),
)


def commands() -> Iterator[click.Command]:
    """Yield every group with its commands, then the commands that are in none."""
    for name, (help_text, inner) in GROUPS.items():
        group = CommandGroup(name, help=help_text)
        for command in inner:
            group.add_command(command)
        yield group
    yield from SINGLE


def register(app: Flask) -> None:
    """Add every command, and the names that ``flask shell`` defines."""
    for command in commands():
        app.cli.add_command(command)
    app.shell_context_processor(shell.shell_context)
