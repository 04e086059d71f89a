"""``flask audit``: what was changed by whom, on the command line."""

from typing import Any

import click
from flask import Blueprint

from .. import clock, terminal
from ..content import counted
from ..extensions import reading
from ..terminal import example, moment, say
from . import queries, words

blueprint = Blueprint("audit_cli", __name__, cli_group=None)
audit = terminal.Group("audit", help="See what administrators and commands changed.")
blueprint.cli.add_command(audit)


def _as_dict(entry: queries.Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }


@audit.command("list", epilog=example("flask audit list --limit 10"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="At most so many, the newest.",
)
def list_(as_json: bool, limit: int) -> None:
    """List what was changed, newest first, with times in UTC."""
    with reading() as connection:
        entries = queries.newest(connection, limit)
    if as_json:
        terminal.say_json([_as_dict(entry) for entry in entries])
        return
    terminal.table(
        ("WHEN", "WHO", "ACTION", "SUBJECT", "DETAIL"),
        [
            (
                clock.full(entry.at, "UTC"),
                entry.who,
                entry.action,
                entry.subject,
                words.detail(entry),
            )
            for entry in entries
        ],
    )
    say(f"{counted(len(entries), 'entry', 'entries')}, newest first.")
