"""``flask broadcast list`` and ``show``: sent notifications, their channels and states."""

from datetime import datetime
from typing import Any

import click

from ..core import clock
from ..core.database import reading
from ..core.errors import NotFound
from ..core.text import counted
from ..domain.broadcasts import audience, queries
from ..domain.broadcasts.queries import Broadcast
from ..domain.broadcasts.stats import has_arrived
from ..domain.broadcasts.wording import audience_phrase, people_phrase
from ..domain.channels import channel_phrase
from . import output
from .completion import complete_broadcasts
from .output import command, example, iso_or_none, print_line

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _as_dict(one: Broadcast, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "category": one.category,
        "topic": one.topic,
        "channel": one.channel,
        "is_local": one.is_local,
        "state": one.state(now),
        "is_banner": one.is_banner,
        "sender": one.sender,
        "arrives_at": iso_or_none(one.arrives_at),
        "expires_at": iso_or_none(one.expires_at),
        "recalled_at": iso_or_none(one.recalled_at),
    }


@command("list", epilog=example("flask broadcast list --json"))
@as_json
def list_(as_json: bool) -> None:
    """List broadcasts, newest first."""
    now = clock.now()
    with reading() as connection:
        found = queries.broadcasts(connection, now)
    if as_json:
        output.print_json([_as_dict(one, now) for one in found])
        return
    output.print_table(
        ("ID", "STATE", "TO", "ARRIVES", "TITLE"),
        [
            (
                str(one.id),
                one.state(now),
                one.channel or "",
                clock.full(one.arrives_at, "UTC") + (" (local)" if one.is_local else ""),
                one.title,
            )
            for one in found
        ],
    )
    print_line(f"{counted(len(found), 'broadcast')}.")


@command("show", epilog=example("flask broadcast show 12"))
@click.argument(
    "notification_id",
    metavar="ID",
    type=click.IntRange(1, 2**31 - 1),
    shell_complete=complete_broadcasts,
)
@as_json
def show(notification_id: int, as_json: bool) -> None:
    """Show a notification: its content, audience and times."""
    now = clock.now()
    with reading() as connection:
        one = queries.broadcast(connection, notification_id, now)
        if one is None:
            raise NotFound(f"There is no notification {notification_id}.")
        named = audience.count_audience(connection, audience.recipients(notification_id))
        came = has_arrived(connection, notification_id, now)
    found = {
        **_as_dict(one, now),
        "body": one.body,
        "action_url": one.action_url,
        "action_label": one.action_label,
        "key": one.key,
        "edited_at": iso_or_none(one.edited_at),
        "created_at": iso_or_none(one.created_at),
    }
    if as_json:
        output.print_json(found)
        return
    for word, value in found.items():
        print_line(f"{word + ':':14} {'-' if value in (None, '') else value}")
    to = (
        f"{people_phrase(named.count)}: {audience_phrase(named)}"
        if one.channel is None
        else channel_phrase(one.channel)
    )
    local = ", at each reader’s own time" if one.is_local else ""
    is_now = f"is {found['state']}"
    if one.recalled_at is not None:
        is_now = f"was recalled {clock.full(one.recalled_at, 'UTC')}"
        if not came:
            unseen = f"before anybody received it; it was for {to}{local}."
            print_line(f"Notification {notification_id} {is_now}, {unseen}")
            return
    went = "was sent" if came else "will go"
    print_line(f"Notification {notification_id} {is_now}; it {went} to {to}{local}.")
