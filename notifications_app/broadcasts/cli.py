"""``flask notify`` and ``flask broadcast``: sending from the command line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import click
from flask import Blueprint

from .. import clock, terminal
from ..accounts import queries as accounts
from ..audit.actions import note
from ..extensions import db, reading
from ..inbox.models import Notification
from ..logs import record
from ..terminal import example, moment, say
from . import actions, editing, options, queries, reports
from .reports import WHO, broadcast, listed, people
from .timing import Options

blueprint = Blueprint("broadcasts_cli", __name__, cli_group=None)
blueprint.cli.add_command(reports.broadcast)


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
    chosen = Options(key=key)
    _to_people(names, content, chosen, as_json=as_json, dry_run=False, act="notification.sent")


blueprint.cli.add_command(notify)


@broadcast.command(
    "send",
    epilog=example(
        "flask broadcast send --title 'Maintenance on Sunday' --category warning --banner \\",
        "    --at '2027-01-10 09:00' --timezone Europe/Paris --expires-in 2d",
    ),
)
@options.content_options
@options.sending_options
def send(
    key: str | None,
    as_json: bool,
    banner: bool,
    to_everyone: bool,
    to_admins: bool,
    to_users: tuple[str, ...],
    at: str | None,
    timezone: str | None,
    expires: str | None,
    expires_in: str | None,
    sender: str | None,
    dry_run: bool,
    **said: Any,
) -> None:
    """Send to everyone, to the administrators, or to named people: now or at a time."""
    now = clock.now()
    content = options.content(**said)
    channel = options.channel(to_everyone=to_everyone, to_admins=to_admins, to_users=to_users)
    arrives_at, expires_at = options.times(at, timezone, expires, expires_in, now)
    chosen = Options(
        sender_id=options.sender_id(sender),
        key=key,
        arrives_at=arrives_at,
        expires_at=expires_at,
        is_banner=banner,
    )
    if channel is None:
        _to_people(to_users, content, chosen, as_json=as_json, dry_run=dry_run)
    else:
        _to_channel(channel, content, chosen, as_json=as_json, dry_run=dry_run)


def _to_people(
    names: Sequence[str],
    content: Any,
    chosen: Options,
    *,
    as_json: bool,
    dry_run: bool,
    act: str = "broadcast.sent",
) -> None:
    with reading() as connection:
        found = accounts.ids_of(connection, names)
    sent = actions.notify(list(found.values()), content, clock.now(), chosen)
    audience = queries.Audience(len(found), tuple(found)[:5])
    arrives_at = _arrival(sent.notification)
    if sent.is_new:
        _note(act, sent.notification, people(len(found)), len(found))
    _finish(sent, "recipients", list(found), audience, arrives_at, as_json=as_json, dry_run=dry_run)


def _to_channel(
    channel: str, content: Any, chosen: Options, *, as_json: bool, dry_run: bool
) -> None:
    with reading() as connection:
        audience = queries.audience(connection, channel)
    sent = actions.broadcast(channel, content, clock.now(), chosen)
    arrives_at = _arrival(sent.notification)
    if sent.is_new:
        _note("broadcast.sent", sent.notification, channel, audience.count)
    _finish(sent, "channel", channel, audience, arrives_at, as_json=as_json, dry_run=dry_run)


def _note(act: str, notification: Notification, to: str, audience: int) -> None:
    """In the log of what was done; a dry run takes it back with the rest."""
    subject = f"notification {notification.id}"
    said = {"title": notification.title, "to": to, "audience": audience}
    note(act, subject, actor_id=None, now=clock.now(), **said)


def _arrival(notification: Notification) -> datetime:
    """When it arrives: of one sent before, when that did."""
    found = db.session.execute(queries.arrival(), {"number": notification.id})
    return cast("datetime", found.scalar_one())


def _finish(
    sent: actions.Sent,
    kind: str,
    who: str | list[str],
    audience: queries.Audience,
    arrives_at: datetime,
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Commit, unless it was only tried, and say what was done."""
    notification = sent.notification
    number = None if dry_run and sent.is_new else notification.id
    title, expires_at = notification.title, notification.expires_at
    if not dry_run:
        db.session.commit()
        if sent.is_new:
            record("sent", notification=number, title=title, to=who, audience=audience.count)
    if as_json:
        times = {"arrives_at": moment(arrives_at), "expires_at": moment(expires_at)}
        terminal.say_json(
            {"id": number, "title": title, kind: who, **times, "audience": audience.count}
        )
        return
    to = WHO.get(who, who) if isinstance(who, str) else listed(audience)
    when = _when(arrives_at, expires_at)
    if not sent.is_new:
        say(f"This key was used before: it is notification {number}. Nothing was sent.")
    elif dry_run:
        say(f"{people(audience.count)} would see “{title}” {when}: {listed(audience)}.")
        say("Nothing was sent: this was a dry run.")
    else:
        say(f"Sent notification {number} “{title}” to {to} ({people(audience.count)}) {when}.")


def _when(arrives_at: datetime, expires_at: datetime | None) -> str:
    now = clock.now()
    words = "now" if arrives_at <= now else f"from {clock.full(arrives_at, 'UTC')}"
    return f"{words}, until {clock.full(expires_at, 'UTC')}" if expires_at else words


@broadcast.command("recall", epilog=example("flask broadcast recall 12"))
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**31 - 1))
def recall(number: int) -> None:
    """Take a notification off the air for everyone, at once."""
    now = clock.now()
    changed = editing.recall(number, now)
    if changed:
        note("broadcast.recalled", f"notification {number}", actor_id=None, now=now)
    db.session.commit()
    if changed:
        record("recalled", notification=number)
        say(f"Recalled notification {number}: it is gone from every inbox.")
    else:
        say(f"Notification {number} was recalled already. Nothing was changed.")
