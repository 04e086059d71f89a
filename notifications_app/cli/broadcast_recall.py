"""``flask broadcast recall`` and ``restore``."""

import sys
from datetime import datetime

import click

from ..core import clock
from ..core.database import db, reading
from ..core.errors import BadInput, NotFound, Refused
from ..core.logs import record
from ..domain.broadcasts import audience, queries, recalling
from ..domain.broadcasts.queries import Broadcast
from ..domain.broadcasts.wording import (
    audience_phrase,
    people_phrase,
    reach_sentence,
    recalled_sentence,
    restored_sentence,
)
from ..domain.channels import channel_phrase
from .completion import complete_broadcasts
from .help import typed
from .output import command, example, print_line

_ID = click.IntRange(1, 2**31 - 1)


@command("recall", epilog=example("flask broadcast recall --last"))
@click.argument(
    "notification_id", metavar="ID", type=_ID, required=False, shell_complete=complete_broadcasts
)
@click.option("--last", is_flag=True, help="Recall the newest broadcast that is not recalled yet.")
@click.option("--yes", is_flag=True, help="Don’t ask; for scripts.")
@click.option("--direct", is_flag=True, help="Allow a notification sent to named people.")
def recall(notification_id: int | None, last: bool, yes: bool, direct: bool) -> None:
    """Remove a broadcast from every inbox. To undo it, use restore."""
    if (notification_id is None) is not last:
        raise BadInput("Give the ID of a broadcast, or --last.")
    if not yes and not sys.stdin.isatty():
        raise BadInput("There is no terminal to ask on. Add --yes to recall it without asking.")
    now = clock.now()
    one = _find(notification_id, now)
    if one.channel is None and not direct:
        raise Refused(
            f"Notification {one.id} was sent to named people. Add --direct to recall it anyway."
        )
    if one.recalled_at is not None:
        print_line(recalled_sentence(one.id, changed=False))
        return
    _print_question(one, now)
    if not yes and not click.confirm("Remove it from every inbox?"):
        raise Refused("Cancelled. Nothing was changed.")
    changed = recalling.recall(one.id, clock.now())
    db.session.commit()
    print_line(recalled_sentence(one.id, changed=changed))
    if changed:
        record("recalled", notification=one.id)
        print_line(f"To undo: {typed(f'broadcast restore {one.id}')}")


def _find(notification_id: int | None, now: datetime) -> Broadcast:
    """The notification with this id; without one, the newest broadcast that is not recalled."""
    with reading() as connection:
        if notification_id is None:
            one = queries.newest_not_recalled(connection, now)
        else:
            one = queries.broadcast(connection, notification_id, now)
    if one is None and notification_id is None:
        raise NotFound("There is no broadcast to recall.")
    if one is None:
        raise NotFound(f"There is no notification {notification_id}. Nothing was changed.")
    return one


def _print_question(one: Broadcast, now: datetime) -> None:
    """Print the title, the recipients, and how many have received it."""
    with reading() as connection:
        reach = audience.reach(connection, one.id, one.channel or "", now)
        named = audience.count_audience(connection, audience.recipients(one.id))
    to = (
        channel_phrase(one.channel)
        if one.channel
        else f"{people_phrase(named.count)}: {audience_phrase(named)}"
    )
    print_line(f"Notification {one.id} “{one.title}”, sent to {to}.")
    print_line(reach_sentence(reach, has_expired=one.state(now) == "expired"))


@command("restore", epilog=example("flask broadcast restore 12"))
@click.argument("notification_id", metavar="ID", type=_ID, shell_complete=complete_broadcasts)
def restore(notification_id: int) -> None:
    """Undo a recall; everyone has the notification again, as they left it."""
    now = clock.now()
    changed = recalling.restore(notification_id, now)
    db.session.commit()
    state = _find(notification_id, now).state(now)
    if changed:
        record("restored", notification=notification_id)
    print_line(restored_sentence(notification_id, changed=changed, state=state))
