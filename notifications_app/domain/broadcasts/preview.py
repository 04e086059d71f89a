"""Previews of a sending: its audience and its moments. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ...core import clock
from ..channels import channel_phrase
from ..content import Content
from . import audience
from .audience import Audience
from .schedule import Schedule, SendOptions, check_no_banner, check_start, schedule_unchecked
from .wording import audience_phrase, local_schedule_phrase, schedule_phrase


@dataclass(frozen=True, slots=True)
class SendPreview:
    """Content, recipients and moments of a sending, as a dry run prints them."""

    content: Content
    options: SendOptions
    schedule: Schedule
    now: datetime
    #: The channel, or the usernames.
    to: str | Sequence[str]
    audience: Audience
    #: The number of recipients in each time zone; empty without a local time.
    zones: dict[str, int]

    @property
    def to_phrase(self) -> str:
        """The recipients as part of a sentence: ``the group ops``, ``ada, grace``."""
        return (
            channel_phrase(self.to) if isinstance(self.to, str) else audience_phrase(self.audience)
        )

    def when_phrase(self, zone: str) -> str:
        """Format arrival and expiry as part of a sentence, with times in ``zone``."""
        if self.options.local_at is not None:
            return local_schedule_phrase(
                self.options.local_at, self.schedule.expires_at, zone, has_passed=self.has_passed
            )
        return schedule_phrase(self.schedule.first, self.schedule.expires_at, zone, self.now)

    @property
    def is_scheduled(self) -> bool:
        """Whether it arrives at a chosen time, not now or as soon as the undo window is over."""
        later = self.schedule.first > self.now + self.options.undo_window
        return later or self.options.local_at is not None

    @property
    def has_passed(self) -> bool:
        """Whether the local time has passed in a zone of a recipient: it arrives there at once."""
        soonest = self.now + self.options.undo_window
        return any(at <= soonest for at, _zone, _count in self.moments())

    @property
    def held_until(self) -> datetime | None:
        """The first arrival, if the undo window delays it; a local one's in the zones in use."""
        if not self.options.undo_window:
            return None
        moments = self.moments()
        return moments[0][0] if moments else self.schedule.first

    def check_start(self) -> None:
        """Raise BadTime if a typed start has passed, a local one in every zone of the audience."""
        check_start(self.options, self.zones or clock.EVERY_ZONE, self.now)

    def moments(self) -> list[tuple[datetime, str, int]]:
        """Return (moment in UTC, zone, number of people) for each zone in use, in order of time.

        Empty without a local time.
        """
        by_zone = self.schedule.by_zone or {}
        return sorted(
            (by_zone[zone], zone, count) for zone, count in self.zones.items() if zone in by_zone
        )


def preview_to_channel(
    connection: Connection, channel: str, content: Content, options: SendOptions, now: datetime
) -> SendPreview:
    """Preview a broadcast to a channel; ``now`` is aware.

    Raises:
        BadInput: if the options have two starts or two ends.
    """
    schedule = schedule_unchecked(options, now)
    members = audience.channel_members(channel)
    counted = audience.count_audience(connection, members)
    zones = audience.count_by_zone(connection, members) if options.local_at else {}
    return SendPreview(content, options, schedule, now, channel, counted, zones)


def preview_to_people(
    connection: Connection,
    people: dict[str, int],
    content: Content,
    options: SendOptions,
    now: datetime,
) -> SendPreview:
    """Preview a notification to named people, given as their ids by username; ``now`` is aware.

    Raises:
        BadInput: if the options have two starts or two ends, or ask for a banner.
    """
    check_no_banner(options)
    schedule = schedule_unchecked(options, now)
    zones: dict[str, int] = {}
    if options.local_at:
        zones = audience.count_by_zone(connection, audience.active_or_not(people.values()))
    names = tuple(people)
    counted = Audience(len(names), names[: audience.NAMES])
    return SendPreview(content, options, schedule.among(zones), now, list(names), counted, zones)
