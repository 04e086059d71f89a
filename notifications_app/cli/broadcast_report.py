"""Output of the sending commands: the result, or a dry run's plan, as text or JSON."""

from typing import Any

from ..core import clock
from ..domain.broadcasts.preview import SendPreview
from ..domain.broadcasts.sending import SendResult
from ..domain.broadcasts.wording import audience_phrase, people_phrase
from . import output
from .help import typed
from .output import iso_or_none, print_line


def print_result(result: SendResult, *, dry_run: bool, as_json: bool) -> None:
    """Print the outcome of a sending, or the plan of a dry run; times are in UTC."""
    sent = result.notification
    if as_json:
        output.print_json(_as_dict(result, dry_run=dry_run))
    elif not result.is_new:
        since = ", edited since" if sent.edited_at else ""
        print_line(
            f"This key was already used for notification {sent.id}{since}. Nothing was sent."
        )
    elif dry_run:
        _print_plan(result.preview)
    else:
        print_line(result.sentence("UTC"))
        if result.preview.held_until:
            until = clock.full(result.preview.held_until, "UTC")
            print_line(
                f"Nobody will see it before {until}."
                f" To cancel: {typed(f'broadcast recall {sent.id}')}"
            )


def _print_plan(preview: SendPreview) -> None:
    if preview.options.local_at is not None:
        output.print_table(
            ("ARRIVES", "ZONE", "THERE", "PEOPLE"),
            [
                (
                    "now" if at <= preview.now else clock.full(at, "UTC"),
                    zone,
                    clock.full(at, zone),
                    f"{count:,}",
                )
                for at, zone, count in preview.moments()
            ],
        )
    title, audience = preview.content.title, preview.audience
    print_line(
        f"{people_phrase(audience.count)} would receive “{title}” {preview.when_phrase('UTC')}:"
        f" {audience_phrase(audience)}."
    )
    print_line("Nothing was sent: this was a dry run.")


def _as_dict(result: SendResult, *, dry_run: bool) -> dict[str, Any]:
    sent, preview = result.notification, result.preview
    fields: dict[str, Any] = {
        "id": None if dry_run and result.is_new else sent.id,
        "title": sent.title,
        "channel" if isinstance(preview.to, str) else "recipients": preview.to,
        "arrives_at": iso_or_none(preview.schedule.first),
        "expires_at": iso_or_none(sent.expires_at),
        "audience": preview.audience.count,
    }
    if dry_run and preview.options.local_at is not None:
        fields["zones"] = [
            {"zone": zone, "arrives_at": iso_or_none(at), "people": count}
            for at, zone, count in preview.moments()
        ]
    return fields
