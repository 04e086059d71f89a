"""What a sending command says it did, or would do."""

from typing import Any

from ..core import clock
from ..domain.broadcasts.preview import Sending
from ..domain.broadcasts.sending import Sent
from ..domain.broadcasts.wording import listed, people
from . import output
from .output import moment, say


def tell(sending: Sending, sent: Sent, *, dry_run: bool, as_json: bool) -> None:
    """Say it, in JSON or in words."""
    if as_json:
        output.say_json(_as_dict(sending, sent, dry_run=dry_run))
    elif not sent.is_new:
        one = sent.notification
        since = ", edited since" if one.edited_at else ""
        say(f"This key was used before: it is notification {one.id}{since}. Nothing was sent.")
    elif dry_run:
        _tell_plan(sending)
    else:
        said, count = sent.notification, people(sending.audience.count)
        to, times = sending.to_words, sending.when_words
        say(f"Sent notification {said.id} “{said.title}” to {to} ({count}) {times}.")
        if sending.options.undo_window:
            until = clock.full(sending.arrival.first, "UTC")
            say(f"Nobody sees it before {until}: flask broadcast recall {said.id} takes it back.")


def _tell_plan(sending: Sending) -> None:
    if sending.options.local_at is not None:
        output.table(
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
    say(f"{people(audience.count)} would see “{title}” {sending.when_words}: {listed(audience)}.")
    say("Nothing was sent: this was a dry run.")


def _as_dict(sending: Sending, sent: Sent, *, dry_run: bool) -> dict[str, Any]:
    one = sent.notification
    found: dict[str, Any] = {
        "id": None if dry_run and sent.is_new else one.id,
        "title": one.title,
        "channel" if isinstance(sending.to, str) else "recipients": sending.to,
        "arrives_at": moment(sending.arrival.first),
        "expires_at": moment(one.expires_at),
        "audience": sending.audience.count,
    }
    if dry_run and sending.options.local_at is not None:
        found["zones"] = [
            {"zone": zone, "arrives_at": moment(at), "people": count}
            for at, zone, count in sending.moments()
        ]
    return found
