"""Arrival and expiry of a notification: at one moment, or at each reader's own wall time."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ...core import clock
from ...core.errors import BadInput, BadTime

ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SendOptions:
    """The options of a sending beside its content.

    Moments are aware. ``local_at`` is a naive wall time: it arrives when the clocks in the
    reader's zone show it. ``undo_window`` holds it back for that long, so that it can be recalled
    unseen. ``expires_in`` counts from the arrival; with ``local_at``, from the last arrival.
    """

    sender_id: int | None = None
    key: str | None = None
    arrives_at: datetime | None = None
    local_at: datetime | None = None
    expires_at: datetime | None = None
    expires_in: timedelta | None = None
    undo_window: timedelta = ZERO
    is_banner: bool = False
    #: The zone in which a person typed the start: one that has passed is refused. None: the
    #: start is code's, and one that has passed means now.
    start_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments of a sending, in UTC.

    ``by_zone`` has the arrival in each zone; None unless it arrives at each reader's own time.
    """

    first: datetime
    last: datetime
    expires_at: datetime | None
    by_zone: Mapping[str, datetime] | None = None

    def among(self, zones: Container[str]) -> "Schedule":
        """Narrow ``first`` and ``last`` to these zones; unchanged if it has no times by zone."""
        moments = [at for zone, at in (self.by_zone or {}).items() if zone in zones]
        return replace(self, first=min(moments), last=max(moments)) if moments else self


def schedule_checked(options: SendOptions, now: datetime) -> Schedule:
    """Work out the moments of a sending, in UTC; ``now`` is aware.

    It arrives at the end of the undo window at the earliest: an earlier start means that moment.

    Raises:
        BadInput: if the options have two starts or two ends.
        BadTime: if it would expire in the past, or before it arrives everywhere.
    """
    found = schedule_unchecked(options, now)
    check_end(found.expires_at, found.last, now)
    return found


def schedule_unchecked(options: SendOptions, now: datetime) -> Schedule:
    """Work out the moments of a sending without the check of :func:`check_end`.

    Raises:
        BadInput: if the options have two starts or two ends.
    """
    if options.arrives_at is not None and options.local_at is not None:
        raise BadInput("Give one start: a moment, or a local time.", "at")
    if options.expires_at is not None and options.expires_in is not None:
        raise BadInput("Give one end: a moment, or a length of time.", "expires_at")
    soonest = now + options.undo_window
    by_zone = None
    if options.local_at is None:
        first = last = max(options.arrives_at or now, soonest)
    else:
        by_zone = {
            zone: max(clock.first_moment(options.local_at, zone), soonest)
            for zone in sorted(clock.EVERY_ZONE)
        }
        first, last = min(by_zone.values()), max(by_zone.values())
    expires_at = options.expires_at
    if options.expires_in is not None:
        expires_at = last + options.expires_in
    return Schedule(first, last, expires_at, by_zone)


def check_no_banner(options: SendOptions) -> None:
    """Raise BadInput for a banner to named people: banners belong to channels."""
    if options.is_banner:
        raise BadInput("A banner can be sent to a channel, not to named people.", "is_banner")


def check_start(options: SendOptions, zones: Iterable[str], now: datetime) -> None:
    """Refuse a typed start that has passed, a local one if it has in all of these zones.

    Within the last minute it means now: a clock shows the minute that has begun.

    Raises:
        BadTime: in a sentence with the zone.
    """
    if options.start_zone is None:
        return
    where, moments = options.start_zone, [options.arrives_at] if options.arrives_at else []
    if options.local_at is not None:
        where = "in every zone in use"
        moments = [clock.first_moment(options.local_at, zone) for zone in zones]
    if moments and max(moments) <= now - MINUTE:
        raise BadTime(f"That time is past. Choose a later one ({where}).", "at")


def check_end(expires_at: datetime | None, last: datetime, now: datetime) -> None:
    """Raise BadTime for an expiry in the past, or not after the last arrival; None is no expiry."""
    if expires_at is not None and expires_at <= now:
        raise BadTime("It would expire in the past. Choose a later expiry.", "expires_at")
    if expires_at is not None and expires_at <= last:
        raise BadTime("It would expire before it starts. Choose a later expiry.", "expires_at")
