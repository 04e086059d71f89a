"""``flask broadcast edit``: change a notification."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from ..core import clock
from ..core.database import db
from ..core.errors import BadInput
from ..core.logs import record
from ..domain.broadcasts import editing
from ..domain.broadcasts.editing import Edit
from ..domain.broadcasts.wording import edit_sentence, would_edit_sentence
from ..domain.content import BODY_MAX, CATEGORIES, check
from ..domain.inbox.models import Notification
from . import broadcast_options
from .completion import complete_broadcasts
from .output import command, example, print_line

NUMBER = click.argument(
    "notification_id",
    metavar="ID",
    type=click.IntRange(1, 2**31 - 1),
    shell_complete=complete_broadcasts,
)
_CATEGORY = click.option(
    "--category", type=click.Choice(CATEGORIES), help="Category; readers filter by it."
)
_OPTIONS = (
    click.option("--title", help="Title: one line of 1 to 140 characters."),
    click.option("--body", help=f"Body in Markdown, up to {BODY_MAX:,} characters."),
    broadcast_options.BODY_FILE,
    _CATEGORY,
    click.option("--topic", help="Topic: a short slug."),
    click.option("--action-url", help="Link; an empty one removes it."),
    click.option("--action-label", help="Text of the link."),
    click.option(
        "--banner/--no-banner", default=None, help="Show as a banner on every page, or not."
    ),
    click.option(
        "--expires", metavar=broadcast_options.AT, help="When it expires; needs --timezone."
    ),
    broadcast_options.TIMEZONE(help="Time zone of --expires, e.g. Europe/Paris."),
    click.option("--expires-in", metavar="7d", help="Expire this long from now: 30m, 12h, 7d, 2w."),
    click.option("--no-expiry", is_flag=True, help="Never expire."),
    click.option("--notify-again", is_flag=True, help="Mark unread for everyone who received it."),
    click.option("--dry-run", is_flag=True, help="Preview only: print what would change."),
)


@command("edit", epilog=example("flask broadcast edit 12 --title 'Maintenance on Monday'"))
@NUMBER
@broadcast_options.all_of(_OPTIONS)
def edit(
    notification_id: int,
    banner: bool | None,
    expires: str | None,
    timezone: str | None,
    expires_in: str | None,
    no_expiry: bool,
    notify_again: bool,
    dry_run: bool,
    **said: Any,
) -> None:
    """Change the content, expiry or banner of a notification."""
    now = clock.now()
    text = _typed(**said)
    end = _typed_end(expires, timezone, expires_in, now, none=no_expiry)
    if not (text or end or banner is not None or notify_again):
        raise BadInput("There is nothing to change. Add an option, for example --title.")

    def revise(_notification: Notification, before: Edit) -> Edit:
        content = asdict(before.content) | text
        if not content["action_url"]:
            content["action_label"] = text.get("action_label")
        return Edit(
            check(**content),
            end[0] if end else before.expires_at,
            before.is_banner if banner is None else banner,
        )

    result = editing.edit(notification_id, revise, now, notify_again=notify_again)
    if not dry_run:
        db.session.commit()
        if result:
            record(
                "edited", notification=notification_id, changed=result.changed, again=result.again
            )
    if dry_run and (result.changed or notify_again):
        print_line(would_edit_sentence(result.changed, again=notify_again, had=result.again))
        print_line("Nothing was changed: this was a dry run.")
    else:
        print_line(
            edit_sentence(notification_id, result.changed, again=notify_again, had=result.again)
        )


def _typed(body: str | None, body_file: str | None, **said: str | None) -> dict[str, str]:
    if body is not None and body_file is not None:
        raise BadInput("Give --body or --body-file, not both.")
    text = {name: value for name, value in said.items() if value is not None}
    if body_file is not None:
        body = broadcast_options.read_body(body_file)
    return text if body is None else {**text, "body": body}


def _typed_end(
    expires: str | None, timezone: str | None, expires_in: str | None, now: datetime, *, none: bool
) -> tuple[datetime | None] | None:
    """Return the new expiry in a tuple, ``(None,)`` for no expiry; None to leave it as it is."""
    if (expires is not None) + (expires_in is not None) + none > 1:
        raise BadInput("Choose one of --expires, --expires-in and --no-expiry.")
    if expires is not None and timezone is None:
        raise BadInput("--expires needs --timezone (e.g. Europe/Paris).")
    zone = None if timezone is None else clock.zone_name(timezone)
    if zone is not None and expires is None:
        raise BadInput("--timezone needs --expires. Add it, or remove --timezone.")
    if expires is not None:
        return (broadcast_options.typed_end(expires, zone),)
    if expires_in is not None:
        return (now + clock.parse_span(expires_in),)
    return (None,) if none else None
