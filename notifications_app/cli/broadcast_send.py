"""``flask notify`` and ``flask broadcast send``: sending from the command line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import click

from ..core import clock
from ..core.database import db
from ..core.logs import record
from ..domain.broadcasts.audit_entries import BROADCAST, NOTIFICATION
from ..domain.broadcasts.schedule import SendOptions
from ..domain.broadcasts.sending import SendResult, send_to_channel, send_to_people
from ..domain.content import Content
from . import broadcast_options, broadcast_report, output
from .completion import complete_usernames
from .output import command, example


@command(
    "notify",
    epilog=example("flask notify ada grace --title 'Your export is ready'"),
)
@click.argument(
    "names", metavar="NAME...", nargs=-1, required=True, shell_complete=complete_usernames
)
@broadcast_options.content_options
def notify(names: tuple[str, ...], key: str | None, as_json: bool, **typed: Any) -> None:
    """Send a notification to named people."""
    content = broadcast_options.content(**typed)
    options = SendOptions(key=key)
    result = _to_people(names, content, options, clock.now(), action=NOTIFICATION)
    _finish(result, as_json=as_json, dry_run=False)


@command(
    "send",
    epilog=example(
        "flask broadcast send --title 'Good morning, {{display_name}}' \\",
        "    --to-group ops --local --at '2027-01-11 09:00' --expires-in 2d \\",
        "    --undo-window 5m --dry-run",
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
    """Send to everyone, the administrators, a group or named people, now or at a set time."""
    recipients = {name: more.pop(name) for name in ("to_everyone", "to_admins", "to_group")}
    content = broadcast_options.content(**more)
    channel = broadcast_options.channel(**recipients, to_users=to_users, to_file=to_file)
    times = broadcast_options.times(at, timezone, expires, expires_in, undo_window, local=local)
    chosen = replace(
        times, sender_id=broadcast_options.sender_id(sender), key=key, is_banner=banner
    )
    now = clock.now()
    if channel is not None:
        result = send_to_channel(channel, content, chosen, now, actor_id=None)
    else:
        names = to_users if to_file is None else broadcast_options.names(to_file)
        result = _to_people(names, content, chosen, now, action=BROADCAST)
    _finish(result, as_json=as_json, dry_run=dry_run)


def _to_people(
    names: Sequence[str], content: Content, chosen: SendOptions, now: datetime, *, action: str
) -> SendResult:
    watched = partial(output.progress, words="Looking people up")
    return send_to_people(
        names, content, chosen, now, actor_id=None, action=action, watched=watched
    )


def _finish(result: SendResult, *, as_json: bool, dry_run: bool) -> None:
    """Commit, unless it is a dry run, and print the outcome."""
    if not dry_run:
        db.session.commit()
        if result.is_new:
            record("sent", **result.log_fields())
    broadcast_report.print_result(result, dry_run=dry_run, as_json=as_json)
