"""The options that sending commands share, and how they become content and times."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from .. import clock
from ..content import BODY_MAX, CATEGORIES, Content, check
from ..errors import BadInput, NotThere, Refused
from ..extensions import reading
from ..inbox.channels import ADMINS, EVERYONE
from . import queries

_CONTENT = (
    click.option("--title", required=True, help="One line, 1 to 140 characters."),
    click.option("--body", help="Markdown, up to 4,000 characters."),
    click.option("--body-file", help="A file with the body in UTF-8; - is standard input."),
    click.option("--category", type=click.Choice(CATEGORIES), default="info", show_default=True),
    click.option("--topic", default="general", show_default=True, help="A short slug."),
    click.option("--action-url", help="A link: https://, http:// or a path of this site."),
    click.option("--action-label", help="The words on the link."),
    click.option("--key", help="Makes the command repeatable: the same key sends once."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)
_SENDING = (
    click.option("--banner", is_flag=True, help="Stand on top of every page as well."),
    click.option("--to-everyone", is_flag=True, help="The channel of everybody (the default)."),
    click.option("--to-admins", is_flag=True, help="The channel of the administrators."),
    click.option("--to-user", "to_users", metavar="NAME", multiple=True, help="Repeatable."),
    click.option("--at", metavar="'YYYY-MM-DD HH:MM'", help="Arrive then; needs --timezone."),
    click.option("--timezone", metavar="TZ", help="The zone of --at and --expires."),
    click.option("--expires", metavar="'YYYY-MM-DD HH:MM'", help="Vanish then; needs --timezone."),
    click.option("--expires-in", metavar="7d", help="Vanish so long after it arrives: m, h, d, w."),
    click.option("--from", "sender", metavar="ADMIN", help="The administrator shown as sender."),
    click.option("--dry-run", is_flag=True, help="Say who would see it; send nothing."),
)


def _all(options: tuple[Any, ...]) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


content_options = _all(_CONTENT)
sending_options = _all(_SENDING)


def content(
    title: str,
    body: str | None,
    body_file: str | None,
    category: str,
    topic: str,
    action_url: str | None,
    action_label: str | None,
) -> Content:
    """The content that was typed; raises :class:`BadInput`."""
    if body is not None and body_file is not None:
        raise BadInput("Give --body or --body-file, not both.")
    said = _read(body_file) if body_file is not None else body or ""
    return check(title, said, category, topic, action_url=action_url, action_label=action_label)


def _read(name: str) -> str:
    most = BODY_MAX * 4 + 1  # no character of UTF-8 takes more than four bytes
    try:
        if name == "-":
            found = sys.stdin.buffer.read(most)
        else:
            with Path(name).open("rb") as file:
                found = file.read(most)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise BadInput(f"The file “{name}” cannot be read: {reason}.", "body_file") from None
    if len(found) == most:
        raise BadInput(f"A body has at most {BODY_MAX:,} characters; this file has more.", "body")
    if b"\0" in found:
        raise BadInput(f"The file “{name}” is not text.", "body_file")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"The file “{name}” is not in UTF-8.", "body_file") from None


def times(
    at: str | None, timezone: str | None, expires: str | None, expires_in: str | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """When it arrives and when it expires, in UTC; a start in the past means now.

    Raises:
        BadInput, BadTime, UnknownZone: in a sentence that names the zone.
    """
    zone = None if timezone is None else clock.zone_name(timezone)
    if zone is None and (at is not None or expires is not None):
        raise BadInput("Say in which zone that time is: add --timezone, for example Europe/Paris.")
    if expires is not None and expires_in is not None:
        raise BadInput("Give --expires or --expires-in, not both.")
    arrives_at = now
    if at is not None and zone:
        arrives_at = max(now, clock.typed_moment(clock.parse_wall(at), zone))
    if expires_in is not None:
        return arrives_at, arrives_at + clock.parse_span(expires_in)
    if expires is not None and zone:
        return arrives_at, clock.typed_moment(clock.parse_wall(expires), zone)
    return arrives_at, None


def channel(*, to_everyone: bool, to_admins: bool, to_users: tuple[str, ...]) -> str | None:
    """The channel that was chosen, or None for named people."""
    if to_everyone + to_admins + bool(to_users) > 1:
        raise BadInput("Choose one of --to-everyone, --to-admins and --to-user.")
    if to_users:
        return None
    return ADMINS if to_admins else EVERYONE


def sender_id(name: str | None) -> int | None:
    """The id of the administrator of this name."""
    if name is None:
        return None
    with reading() as connection:
        found = queries.sender(connection, name.strip().lower())
    if found is None:
        raise NotThere(f"There is no user “{name}”. Nothing was sent.")
    if not found.is_admin or not found.is_active:
        raise Refused(f"“{name}” is not an active administrator. Nothing was sent.")
    return int(found.id)
