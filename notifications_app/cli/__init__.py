"""The command line: parse the options, call the domain once, commit, print one sentence."""

import click
from flask import Flask

from . import (
    audit,
    broadcast,
    broadcast_edit,
    broadcast_recall,
    broadcast_send,
    broadcast_stats,
    demo,
    groups,
    maintenance,
    shell,
    users,
    users_import,
)

#: The commands of each group, and the help of the group.
GROUPS: dict[str, tuple[str, tuple[click.Command, ...]]] = {
    "users": (
        "Make and change accounts.",
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
        "Make groups and say who is in them.",
        (
            groups.create,
            groups.list_,
            groups.show,
            groups.add,
            groups.remove,
        ),
    ),
    "broadcast": (
        "Send to many, and see or recall what was sent.",
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
    "maintenance": ("Work on the database that no page does.", (maintenance.retime,)),
    "audit": ("See what administrators and commands changed.", (audit.list_, audit.export_)),
}


def register(app: Flask) -> None:
    """Add every command, and the names that ``flask shell`` defines."""
    for name, (help_text, commands) in GROUPS.items():
        group = click.Group(name, help=help_text)
        for command in commands:
            group.add_command(command)
        app.cli.add_command(group)
    app.cli.add_command(broadcast_send.notify)
    app.cli.add_command(demo.demo)
    app.shell_context_processor(shell.shell_context)
