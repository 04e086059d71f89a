"""What a sending command says it did, or would do."""

from typing import Any

from ..core import clock
from ..domain.broadcasts.preview import SendPreview
from ..domain.broadcasts.sending import Sent
from ..domain.broadcasts.wording import audience_phrase, people_phrase
from . import output
from .output import iso_or_none, print_line


def print_result(sending: SendPreview, sent: Sent, *, dry_run: bool, as_json: bool) -> None:
    """Say it, in JSON or in words."""
    if as_json:
        output.print_json(_as_dict(sending, sent, dry_run=dry_run))
    elif not sent.is_new:
        one = sent.notification
        since = ", edited since" if one.edited_at else ""
        print_line(
            f"This key was used before: it is notification {one.id}{since}. Nothing was sent."
        )
    elif dry_run:
        _print_plan(sending)
    else:
        said, count = sent.notification, people_phrase(sending.audience.count)
        to, times = sending.to_words, sending.when_words
        print_line(f"Sent notification {said.id} “{said.title}” to {to} ({count}) {times}.")
        if sending.options.undo_window:
            until = clock.full(sending.schedule.first, "UTC")
            print_line(
                f"Nobody sees it before {until}: flask broadcast recall {said.id} takes it back."
            )


def _print_plan(sending: SendPreview) -> None:
    if sending.options.local_at is not None:
        output.print_table(
            ("ARRIVES", "ZONE", "THERE", "PEOPLE"),
            [
                (
                    "now" if at <= sending.now else clock.full(at, "UTC"),
                    zone,
                    clock.full(at, zone),
                    f"{count:,}",
                )
                for at, zone, count in sending.moments()
            ],
        )
    title, audience = sending.content.title, sending.audience
    print_line(
        f"{people_phrase(audience.count)} would see “{title}” {sending.when_words}:"
        f" {audience_phrase(audience)}."
    )
    print_line("Nothing was sent: this was a dry run.")


def _as_dict(sending: SendPreview, sent: Sent, *, dry_run: bool) -> dict[str, Any]:
    one = sent.notification
    found: dict[str, Any] = {
        "id": None if dry_run and sent.is_new else one.id,
        "title": one.title,
        "channel" if isinstance(sending.to, str) else "recipients": sending.to,
        "arrives_at": iso_or_none(sending.schedule.first),
        "expires_at": iso_or_none(one.expires_at),
        "audience": sending.audience.count,
    }
    if dry_run and sending.options.local_at is not None:
        found["zones"] = [
            {"zone": zone, "arrives_at": iso_or_none(at), "people": count}
            for at, zone, count in sending.moments()
        ]
    return found
