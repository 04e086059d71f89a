"""``flask broadcast list`` and ``show``: what was sent, and the words for whom."""

from datetime import datetime
from typing import Any

import click

from .. import clock, terminal
from ..content import counted
from ..errors import NotThere
from ..extensions import reading
from ..inbox.channels import ADMINS, EVERYONE
from ..terminal import example, moment, say
from . import queries

broadcast = terminal.Group("broadcast", help="Send to many, and see or recall what was sent.")

WHO = {EVERYONE: "everyone", ADMINS: "the administrators"}
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def people(count: int) -> str:
    """A number of people, in words."""
    return counted(count, "person", "people")


def listed(audience: queries.Audience) -> str:
    """The first few of an audience, and how many more."""
    rest = audience.count - len(audience.first)
    more = f" and {rest:,} more" if rest else ""
    return f"{', '.join(audience.first)}{more}" if audience.first else "nobody"


def _as_dict(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "category": row.category,
        "topic": row.topic,
        "channel": row.channel,
        "state": queries.state(row, now),
        "is_banner": row.is_banner,
        "sender": row.sender,
        "arrives_at": moment(row.arrives_at),
        "expires_at": moment(row.expires_at),
        "recalled_at": moment(row.recalled_at),
    }


@broadcast.command("list", epilog=example("flask broadcast list --json"))
@as_json
def list_(as_json: bool) -> None:
    """List what was broadcast, newest first."""
    now = clock.now()
    with reading() as connection:
        rows = connection.execute(queries.broadcasts()).all()
    if as_json:
        terminal.say_json([_as_dict(row, now) for row in rows])
        return
    terminal.table(
        ("ID", "STATE", "TO", "ARRIVES", "TITLE"),
        [
            (
                str(row.id),
                queries.state(row, now),
                row.channel,
                clock.full(row.arrives_at, "UTC"),
                row.title,
            )
            for row in rows
        ],
    )
    say(f"{counted(len(rows), 'broadcast')}.")


@broadcast.command("show", epilog=example("flask broadcast show 12"))
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@as_json
def show(number: int, as_json: bool) -> None:
    """Show one notification: what it says, to whom, since when."""
    now = clock.now()
    with reading() as connection:
        row = queries.broadcast(connection, number)
        named = queries.recipients(connection, number)
    if row is None:
        raise NotThere(f"There is no notification {number}.")
    found = {
        **_as_dict(row, now),
        "body": row.body,
        "action_url": row.action_url,
        "action_label": row.action_label,
        "key": row.key,
        "created_at": moment(row.created_at),
    }
    if as_json:
        terminal.say_json(found)
        return
    for word, value in found.items():
        say(f"{word + ':':14} {'-' if value in (None, '') else value}")
    to = f"{people(named.count)}: {listed(named)}" if row.channel is None else WHO[row.channel]
    say(f"Notification {number} is {found['state']}; it went to {to}.")
