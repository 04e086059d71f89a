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
from .output import command, example, print_line

NUMBER = click.argument("notification_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_OPTIONS = (
    click.option("--title", help="One line, 1 to 140 characters."),
    click.option("--body", help=f"Markdown, up to {BODY_MAX:,} characters."),
    click.option("--body-file", help="A file with the body in UTF-8; - is standard input."),
    click.option("--category", type=click.Choice(CATEGORIES)),
    click.option("--topic", help="A short slug."),
    click.option("--action-url", help="A link; an empty one takes it away."),
    click.option("--action-label", help="The words on the link."),
    click.option("--banner/--no-banner", default=None, help="Stand on top of every page, or not."),
    click.option("--expires", metavar=broadcast_options.AT, help="Vanish then; needs --timezone."),
    click.option("--timezone", metavar="TZ", help="The zone of --expires."),
    click.option("--expires-in", metavar="7d", help="Vanish so long from now: m, h, d, w."),
    click.option("--no-expiry", is_flag=True, help="Stay until it is recalled."),
    click.option("--notify-again", is_flag=True, help="Make it unread for those who had it."),
    click.option("--dry-run", is_flag=True, help="Say what would change; change nothing."),
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
    """Change what a notification says, until when, or whether it is a banner."""
    now = clock.now()
    text = _typed(**said)
    end = _typed_end(expires, timezone, expires_in, now, none=no_expiry)
    if not (text or end or banner is not None or notify_again):
        raise BadInput("Say what to change: --title, for example. Nothing was changed.")

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
        raise BadInput("Say in which zone that time is: add --timezone, for example Europe/Paris.")
    zone = None if timezone is None else clock.zone_name(timezone)
    if zone is not None and expires is None:
        raise BadInput("--timezone is the zone of --expires: add that, or leave it out.")
    if expires is not None:
        return (broadcast_options.typed_end(expires, zone),)
    if expires_in is not None:
        return (now + clock.parse_span(expires_in),)
    return (None,) if none else None
