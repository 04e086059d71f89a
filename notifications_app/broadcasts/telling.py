"""What a sending command says it did, or would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import clock, terminal
from ..content import Content
from ..terminal import moment, say
from .actions import Sent
from .audience import Audience
from .timing import Arrival, Options
from .words import listed, people, when, when_local, who


@dataclass(frozen=True, slots=True)
class Sending:
    """Everything that was asked for, and whom it reaches."""

    content: Content
    options: Options
    arrival: Arrival
    now: datetime
    #: The channel, or the usernames.
    to: str | Sequence[str]
    audience: Audience
    #: Of a local one: how many of them live in each zone.
    zones: dict[str, int]

    @property
    def to_words(self) -> str:
        """Whom it goes to, in a sentence."""
        return who(self.to) if isinstance(self.to, str) else listed(self.audience)

    @property
    def when_words(self) -> str:
        """When, in a sentence: in UTC, or on each reader's own clock."""
        if self.options.local_at is not None:
            return when_local(
                self.options.local_at, self.arrival.expires_at, "UTC", has_passed=self.has_passed
            )
        return when(self.arrival.first, self.arrival.expires_at, "UTC", self.now)

    @property
    def has_passed(self) -> bool:
        """Whether somebody has it as soon as it can be had, their clock being past the time."""
        soonest = self.now + self.options.undo_window
        return any(at <= soonest for at, _zone, _count in self.moments())

    def moments(self) -> list[tuple[datetime, str, int]]:
        """Of a local one: when, in which zone in use, for how many; in the order of time."""
        found = self.arrival.by_zone or {}
        return sorted((found[zone], zone, self.zones[zone]) for zone in self.zones if zone in found)


def tell(sending: Sending, sent: Sent, *, dry_run: bool, as_json: bool) -> None:
    """Say it, in JSON or in words."""
    if as_json:
        terminal.say_json(_as_dict(sending, sent, dry_run=dry_run))
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
        terminal.table(
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
