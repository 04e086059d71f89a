"""A broadcast as it would be sent: its words, audience, zones and moments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..channels import channel_phrase
from ..content import Content
from .audience import Audience
from .schedule import Schedule, SendOptions
from .wording import audience_phrase, local_schedule_phrase, schedule_phrase


@dataclass(frozen=True, slots=True)
class SendPreview:
    """Everything that was asked for, and whom it reaches."""

    content: Content
    options: SendOptions
    schedule: Schedule
    now: datetime
    #: The channel, or the usernames.
    to: str | Sequence[str]
    audience: Audience
    #: Of a local one: how many of them live in each zone.
    zones: dict[str, int]

    @property
    def to_words(self) -> str:
        """Whom it goes to, in a sentence."""
        return (
            channel_phrase(self.to) if isinstance(self.to, str) else audience_phrase(self.audience)
        )

    @property
    def when_words(self) -> str:
        """When, in a sentence: in UTC, or on each reader's own clock."""
        if self.options.local_at is not None:
            return local_schedule_phrase(
                self.options.local_at, self.schedule.expires_at, "UTC", has_passed=self.has_passed
            )
        return schedule_phrase(self.schedule.first, self.schedule.expires_at, "UTC", self.now)

    @property
    def has_passed(self) -> bool:
        """Whether somebody has it as soon as it can be had, their clock being past the time."""
        soonest = self.now + self.options.undo_window
        return any(at <= soonest for at, _zone, _count in self.moments())

    def moments(self) -> list[tuple[datetime, str, int]]:
        """Of a local one: when, in which zone in use, for how many; in the order of time."""
        found = self.schedule.by_zone or {}
        return sorted((found[zone], zone, self.zones[zone]) for zone in self.zones if zone in found)
