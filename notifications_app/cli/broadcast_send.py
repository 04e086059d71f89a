"""``flask notify`` and ``flask broadcast send``: sending from the command line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import click

from ..core import clock
from ..core.database import db, reading
from ..core.logs import record
from ..domain.accounts import queries as accounts
from ..domain.broadcasts import audience, audit_entries, preview
from ..domain.broadcasts import sending as actions
from ..domain.broadcasts.schedule import Schedule, SendOptions, schedule_checked
from ..domain.broadcasts.wording import people_phrase
from ..domain.content import Content
from . import broadcast_options, broadcast_report, output
from .output import command, example


@command(
    "notify",
    epilog=example("flask notify ada grace --title 'Your export is ready' --topic exports"),
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@broadcast_options.content_options
def notify(names: tuple[str, ...], key: str | None, as_json: bool, **said: Any) -> None:
    """Send a notification to named people."""
    content = broadcast_options.content(**said)
    shown = {"as_json": as_json, "dry_run": False}
    _to_people(names, content, SendOptions(key=key), act=audit_entries.NOTIFICATION, **shown)


@command(
    "send",
    epilog=example(
        "flask broadcast send --title 'Good morning, {{display_name}}' --to-group ops \\",
        "    --local --at '2027-01-11 09:00' --expires-in 2d --undo-window 5m --dry-run",
    ),
)
@broadcast_options.content_options
@broadcast_options.sending_options
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
    content = broadcast_options.content(**more)
    channel = broadcast_options.channel(**whom, to_users=to_users, to_file=to_file)
    times = broadcast_options.times(at, timezone, expires, expires_in, undo_window, local=local)
    chosen = replace(
        times, sender_id=broadcast_options.sender_id(sender), key=key, is_banner=banner
    )
    shown = {"as_json": as_json, "dry_run": dry_run}
    if channel is not None:
        _to_channel(channel, content, chosen, **shown)
    else:
        names = to_users if to_file is None else broadcast_options.names(to_file)
        _to_people(names, content, chosen, act=audit_entries.BROADCAST, **shown)


def _to_people(
    names: Sequence[str], content: Content, chosen: SendOptions, *, act: str, **shown: bool
) -> None:
    now = clock.now()
    watched = partial(output.progress, words="Looking people up")
    with reading() as connection:
        found = accounts.ids_of(connection, names, watched)
        whom = audience.active_or_not(found.values())
        zones = audience.count_by_zone(connection, whom) if chosen.local_at else {}
    first = audience.Audience(len(found), tuple(found)[: audience.NAMES])
    sent = actions.notify(found.values(), content, now, chosen)
    if sent.is_new:
        to = people_phrase(len(found))
        audit_entries.audit_sending(act, sent.notification, to, len(found), actor_id=None, now=now)
    arrives = _arrival(sent, chosen, now).among(zones)
    _finish(
        preview.SendPreview(content, chosen, arrives, now, list(found), first, zones), sent, **shown
    )


def _to_channel(channel: str, content: Content, chosen: SendOptions, **shown: bool) -> None:
    now = clock.now()
    with reading() as connection:
        whom = audience.channel_members(channel)
        heard = audience.count_audience(connection, whom)
        zones = audience.count_by_zone(connection, whom) if chosen.local_at else {}
    sent = actions.broadcast(channel, content, now, chosen)
    if sent.is_new:
        audit_entries.audit_sending(
            audit_entries.BROADCAST, sent.notification, channel, heard.count, actor_id=None, now=now
        )
    arrives = _arrival(sent, chosen, now)
    _finish(
        preview.SendPreview(content, chosen, arrives, now, channel, heard, zones), sent, **shown
    )


def _arrival(sent: actions.Sent, chosen: SendOptions, now: datetime) -> Schedule:
    """When it arrives: of one sent before, when that did."""
    if sent.is_new:
        return schedule_checked(chosen, now)
    one = sent.notification
    with reading() as connection:
        found = audience.arrivals_by_zone(connection, one.id)
    return Schedule(min(found.values()), max(found.values()), one.expires_at, found)


def _finish(
    sending: preview.SendPreview, sent: actions.Sent, *, as_json: bool, dry_run: bool
) -> None:
    """Commit, unless it was only tried, and say what was done."""
    if not dry_run:
        db.session.commit()
        if sent.is_new:
            said, count = sent.notification, sending.audience.count
            to = sending.to if isinstance(sending.to, str) else list(sending.audience.first)
            record("sent", notification=said.id, title=said.title, to=to, audience=count)
    broadcast_report.print_result(sending, sent, dry_run=dry_run, as_json=as_json)
