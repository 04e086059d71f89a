"""Options shared by the sending commands, and their conversion to content and times."""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..core import clock
from ..core.database import reading
from ..core.errors import BadInput, NotFound, Refused
from ..core.text import UTF_8, encoding_of, name_key, trim, visible
from ..domain.accounts.groups import check_name
from ..domain.broadcasts import queries
from ..domain.broadcasts.schedule import ZERO, SendOptions
from ..domain.channels import ADMINS, EVERYONE, of_group
from ..domain.content import BODY_MAX, CATEGORIES, Content, check
from .completion import complete_files, complete_groups, complete_usernames, complete_zones

AT = "'YYYY-MM-DD HH:MM'"
STDIN = "(- for stdin)"
TIMEZONE = partial(click.option, "--timezone", metavar="TZ", shell_complete=complete_zones)
BODY_FILE = click.option(
    "--body-file",
    help=f"Read the body from a UTF-8 file {STDIN}.",
    shell_complete=complete_files,
)
_CATEGORY = click.option(
    "--category",
    type=click.Choice(CATEGORIES),
    default="info",
    show_default=True,
    help="Category; readers filter by it.",
)
_TO_FILE = click.option(
    "--to-file",
    metavar="FILE",
    help=f"Send to the usernames in a file, one per line {STDIN}.",
    shell_complete=complete_files,
)
_TO_USER = click.option(
    "--to-user",
    "to_users",
    metavar="NAME",
    multiple=True,
    help="Send to this person; repeat for more.",
    shell_complete=complete_usernames,
)
_FROM = click.option(
    "--from",
    "sender",
    metavar="ADMIN",
    help="Administrator shown as the sender.",
    shell_complete=complete_usernames,
)
_CONTENT = (
    click.option("--title", required=True, help="Title: one line of 1 to 140 characters."),
    click.option("--body", help="Body in Markdown, up to 4,000 characters."),
    BODY_FILE,
    _CATEGORY,
    click.option("--topic", default="general", show_default=True, help="Topic: a short slug."),
    click.option("--action-url", help="Link: https://, http:// or a path on this site."),
    click.option("--action-label", help="Text of the link."),
    click.option("--key", help="Send only once: the same key again sends nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)
_TO_GROUP = partial(click.option, "--to-group", metavar="G", shell_complete=complete_groups)
_SENDING = (
    click.option("--banner", is_flag=True, help="Also show as a banner on every page."),
    click.option("--to-everyone", is_flag=True, help="Send to everyone (the default)."),
    click.option("--to-admins", is_flag=True, help="Send to the administrators."),
    _TO_GROUP(help="Send to a group."),
    _TO_USER,
    _TO_FILE,
    click.option("--at", metavar=AT, help="When it arrives, or now; needs --timezone or --local."),
    TIMEZONE(help="Time zone of --at and --expires, e.g. Europe/Paris."),
    click.option("--local", is_flag=True, help="Use each reader’s own time zone for --at."),
    click.option("--expires", metavar=AT, help="When it expires; needs --timezone."),
    click.option(
        "--expires-in", metavar="7d", help="Expire this long after arrival: 30m, 12h, 7d, 2w."
    ),
    click.option("--undo-window", metavar="5m", help="Delay it, so you can recall it unseen."),
    _FROM,
    click.option("--dry-run", is_flag=True, help="Preview only: print who would receive it."),
)


def all_of(options: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Return a decorator that adds these options, in this order."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


content_options = all_of(_CONTENT)
sending_options = all_of(_SENDING)


def content(
    title: str,
    body: str | None,
    body_file: str | None,
    category: str,
    topic: str,
    action_url: str | None,
    action_label: str | None,
) -> Content:
    """Return the content that was typed; raise BadInput if it is not valid."""
    if body is not None and body_file is not None:
        raise BadInput("Give --body or --body-file, not both.")
    text = read_body(body_file) if body_file is not None else body or ""
    return check(title, text, category, topic, action_url=action_url, action_label=action_label)


def read_body(name: str) -> str:
    """Return the body in a file, ``-`` for standard input; raise BadInput if unusable."""
    most = BODY_MAX * 4 + 1  # a character takes at most four bytes in UTF-8
    found = _read(name, most)
    if len(found) == most:
        raise BadInput(f"A body has at most {BODY_MAX:,} characters; this file has more.", "body")
    return _text(name, found)


def names(name: str) -> list[str]:
    """Return the usernames in a file, one on each line; skip empty lines.

    Raises:
        BadInput: if the file cannot be read, is not UTF-8 text, or holds no name.
    """
    found = [trim(line) for line in _text(name, _read(name, -1)).splitlines()]
    if not any(found):
        raise BadInput(f"The file “{name}” contains no usernames.", "to_file")
    return [line for line in found if line]


def _read(name: str, most: int) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(most)
        with Path(name).open("rb") as file:
            return file.read(most)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise BadInput(f"The file “{name}” cannot be read: {reason}.") from None


def _text(name: str, found: bytes) -> str:
    encoding = encoding_of(found)
    if b"\0" in found and encoding == UTF_8:
        raise BadInput(f"The file “{name}” is not text.")
    try:
        text = found.decode(encoding)
    except UnicodeDecodeError:
        raise BadInput(f"The file “{name}” is not in UTF-8.") from None
    if "\0" in text:
        raise BadInput(f"The file “{name}” is not text.")
    return text


def times(
    at: str | None,
    timezone: str | None,
    expires: str | None,
    expires_in: str | None,
    undo_window: str | None,
    *,
    local: bool,
) -> SendOptions:
    """Return the options for arrival, expiry and undo window, from the text of the options.

    Raises:
        BadInput: if the options contradict each other, or one is missing.
        BadTime: if a time cannot be understood or does not exist.
        UnknownZone: if there is no such time zone.
    """
    zone = None if timezone is None else clock.zone_name(timezone)
    at = None if at == "now" else at
    if local and at is None:
        raise BadInput("--local needs a time: add --at 'YYYY-MM-DD HH:MM'.")
    if zone is not None and at is None and expires is None:
        raise BadInput("--timezone needs a time in --at or --expires. Add one, or remove it.")
    if local and zone is not None and expires is None:
        raise BadInput("Give --timezone or --local, not both.")
    if zone is None and at is not None and not local:
        raise BadInput("--at needs --timezone (e.g. Europe/Paris) or --local.")
    if zone is None and expires is not None:
        raise BadInput("--expires needs --timezone (e.g. Europe/Paris).")
    if expires is not None and expires_in is not None:
        raise BadInput("Give --expires or --expires-in, not both.")
    wall = None if at is None else clock.parse_wall(at)
    return SendOptions(
        arrives_at=clock.typed_moment(wall, zone) if wall and zone and not local else None,
        local_at=wall if local else None,
        start_zone=zone or "UTC",
        expires_at=typed_end(expires, zone),
        expires_in=None if expires_in is None else clock.parse_span(expires_in),
        undo_window=ZERO if undo_window is None else clock.parse_span(undo_window),
    )


def typed_end(expires: str | None, zone: str | None) -> datetime | None:
    """Return the moment of ``--expires`` in UTC, None without one; raise BadTime."""
    if expires is None or zone is None:
        return None
    return clock.typed_moment(clock.parse_wall(expires), zone)


def channel(
    *,
    to_everyone: bool,
    to_admins: bool,
    to_group: str | None,
    to_users: tuple[str, ...],
    to_file: str | None,
) -> str | None:
    """Return the chosen channel, or None for named people.

    Raises:
        BadInput: if more than one is chosen, or the name of the group is not valid.
    """
    chosen = (to_everyone, to_admins, to_group is not None, to_users, to_file is not None)
    if sum(map(bool, chosen)) > 1:
        raise BadInput(
            "Choose one of --to-everyone, --to-admins, --to-group, --to-user and --to-file."
        )
    if to_users or to_file is not None:
        return None
    if to_group is not None:
        return of_group(check_name(to_group))
    return ADMINS if to_admins else EVERYONE


def sender_id(name: str | None) -> int | None:
    """Return the id of the administrator with this username, None for None.

    Raises:
        NotFound: if there is no such account.
        Refused: if it is not an active administrator.
    """
    if name is None:
        return None
    with reading() as connection:
        found = queries.sender(connection, name_key(name))
    if found is None:
        raise NotFound(f"There is no user “{visible(name)}”. Nothing was sent.")
    if not found.is_admin or not found.is_active:
        raise Refused(f"“{name}” is not an active administrator. Nothing was sent.")
    return int(found.id)
