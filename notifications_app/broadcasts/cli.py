"""``flask notify`` and ``flask broadcast send``: sending from the command line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import click
from flask import Blueprint

from .. import clock, terminal
from ..accounts import queries as accounts
from ..content import Content
from ..extensions import db, reading
from ..logs import record
from ..terminal import example
from . import actions, audience, edit_cli, noting, options, stats_cli, telling
from .reports import broadcast
from .timing import Arrival, Options, arrival
from .words import people

blueprint = Blueprint("broadcasts_cli", __name__, cli_group=None)
blueprint.cli.add_command(broadcast)
edit_cli.register(broadcast)
stats_cli.register(broadcast)


@click.command(
    "notify",
    epilog=example("flask notify ada grace --title 'Your export is ready' --topic exports"),
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@options.content_options
@terminal.guarded
def notify(names: tuple[str, ...], key: str | None, as_json: bool, **said: Any) -> None:
    """Send a notification to named people."""
    content = options.content(**said)
    shown = {"as_json": as_json, "dry_run": False}
    _to_people(names, content, Options(key=key), act=noting.NOTIFICATION, **shown)


blueprint.cli.add_command(notify)


@broadcast.command(
    "send",
    epilog=example(
        "flask broadcast send --title 'Good morning, {{display_name}}' --to-group ops \\",
        "    --local --at '2027-01-11 09:00' --expires-in 2d --undo-window 5m --dry-run",
    ),
)
@options.content_options
@options.sending_options
def send(
    key: str | None,
    as_json: bool,
    banner: bool,
    to_users: tuple[str, ...],
    to_file: str | None,
    at: str | None,
    timezone: str | None,
    local: bool,
    expires: str | None,
    expires_in: str | None,
    undo_window: str | None,
    sender: str | None,
    dry_run: bool,
    **more: Any,
) -> None:
    """Send to everyone, the administrators, a group or named people: now or at a time."""
    whom = {name: more.pop(name) for name in ("to_everyone", "to_admins", "to_group")}
    content = options.content(**more)
    channel = options.channel(**whom, to_users=to_users, to_file=to_file)
    times = options.times(at, timezone, expires, expires_in, undo_window, local=local)
    chosen = replace(times, sender_id=options.sender_id(sender), key=key, is_banner=banner)
    shown = {"as_json": as_json, "dry_run": dry_run}
    if channel is not None:
        _to_channel(channel, content, chosen, **shown)
    else:
        names = to_users if to_file is None else options.names(to_file)
        _to_people(names, content, chosen, act=noting.BROADCAST, **shown)


def _to_people(
    names: Sequence[str], content: Content, chosen: Options, *, act: str, **shown: bool
) -> None:
    now = clock.now()
    watched = partial(terminal.progress, words="Looking people up")
    with reading() as connection:
        found = accounts.ids_of(connection, names, watched)
        whom = audience.people(found.values())
        zones = audience.by_zone(connection, whom) if chosen.local_at else {}
    first = audience.Audience(len(found), tuple(found)[: audience.NAMES])
    sent = actions.notify(found.values(), content, now, chosen)
    if sent.is_new:
        to = people(len(found))
        noting.sent(act, sent.notification, to, len(found), actor_id=None, now=now)
    arrives = _arrival(sent, chosen, now).among(zones)
    _finish(
        telling.Sending(content, chosen, arrives, now, list(found), first, zones), sent, **shown
    )


def _to_channel(channel: str, content: Content, chosen: Options, **shown: bool) -> None:
    now = clock.now()
    with reading() as connection:
        whom = audience.listeners(channel)
        heard = audience.of(connection, whom)
        zones = audience.by_zone(connection, whom) if chosen.local_at else {}
    sent = actions.broadcast(channel, content, now, chosen)
    if sent.is_new:
        noting.sent(
            noting.BROADCAST, sent.notification, channel, heard.count, actor_id=None, now=now
        )
    arrives = _arrival(sent, chosen, now)
    _finish(telling.Sending(content, chosen, arrives, now, channel, heard, zones), sent, **shown)


def _arrival(sent: actions.Sent, chosen: Options, now: datetime) -> Arrival:
    """When it arrives: of one sent before, when that did."""
    if sent.is_new:
        return arrival(chosen, now)
    one = sent.notification
    with reading() as connection:
        found = audience.arrivals(connection, one.id)
    return Arrival(min(found.values()), max(found.values()), one.expires_at, found)


def _finish(sending: telling.Sending, sent: actions.Sent, *, as_json: bool, dry_run: bool) -> None:
    """Commit, unless it was only tried, and say what was done."""
    if not dry_run:
        db.session.commit()
        if sent.is_new:
            said, count = sent.notification, sending.audience.count
            to = sending.to if isinstance(sending.to, str) else list(sending.audience.first)
            record("sent", notification=said.id, title=said.title, to=to, audience=count)
    telling.tell(sending, sent, dry_run=dry_run, as_json=as_json)
