"""Statistics of one notification: its audience, and how many read or dismissed it, and when.

They are counted from deliveries, in a few statements whatever the number of readers. Readers who
did nothing with a broadcast usually have no delivery; one that is neither read, dismissed nor
snoozed (its reader changed zone, role or group) counts as none of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row

from ...core.errors import NotFound
from ..channels import without_zone, zone_of
from . import audience, stats_statements
from .stats_statements import HOUR, LAST_HOUR


@dataclass(frozen=True, slots=True)
class Stats:
    """The statistics of one notification at one moment; ``stats_wording`` has words for them."""

    notification_id: int
    title: str
    #: None: it was sent to named people.
    channel: str | None
    #: It arrives at each reader's own time; the hours begin with its first release.
    is_local: bool
    #: The active people who have received it or will: not those who joined after it arrived.
    audience_now: int
    #: None: not recorded, as for broadcasts that code sent with older releases.
    audience_at_sending: int | None
    #: People who have read it, also those who had before everyone was notified again.
    read: int
    #: The part of ``read`` from before everyone was notified again.
    read_before: int
    dismissed: int
    #: People who snoozed it, and neither read nor dismissed it.
    snoozed: int
    #: People who read it, dismissed it, or both.
    acted: int
    #: The part of ``dismissed`` whose deliveries were pruned; hours and median leave them out.
    pruned: int
    #: Counted from its arrival at each reader; None: nobody has read it.
    median_seconds_to_read: float | None
    #: (hour since the release, number of people who read it in that hour), for each hour that has
    #: begun; hour 48 is all later ones. After "notify again" they begin anew.
    hours: tuple[tuple[int, int], ...]
    #: The first of these hours that is not over yet; None: all are over, or it was recalled or
    #: has expired.
    running_from: int | None
    released_at: datetime
    #: The first arrival at a reader, past or future, in the first time zone in use.
    first_at: datetime
    recalled_at: datetime | None
    #: It was recalled or has expired: nobody can read it any more.
    is_over: bool
    made_at: datetime

    @property
    def audience(self) -> int:
        """The whole for percentages: the audience at sending if recorded, else the audience now."""
        known = self.audience_at_sending
        return self.audience_now if known is None else known

    @property
    def untouched(self) -> int:
        """The number of people in the audience who have not read, dismissed or snoozed it."""
        return max(0, self.audience - self.acted - self.snoozed)

    @property
    def never_came(self) -> bool:
        """Whether it was recalled before it arrived at anybody."""
        return self.recalled_at is not None and self.recalled_at <= self.first_at

    def has_come(self, now: datetime) -> bool:
        """Return whether it has arrived at anybody by this moment."""
        return _has_arrived(self.first_at, self.recalled_at, now)

    def is_running(self, hour: int) -> bool:
        """Return whether this hour is not over yet; the last one, :data:`LAST_HOUR`, has no end."""
        return self.running_from is not None and self.running_from <= hour < LAST_HOUR


def compute_stats(connection: Connection, notification_id: int, now: datetime) -> Stats:
    """Count the statistics of a notification as of ``now``, which is aware.

    Raises:
        NotFound: if there is no such notification.
    """
    head = _head(connection, notification_id)
    asked = {"broadcast_id": notification_id, "since": _released_at(head)}
    counts = connection.execute(
        stats_statements.counts_statement(connection.dialect.name), asked
    ).all()
    first, last = _arrivals(head, counts)
    ends = [end for end in (head.expires_at, head.recalled_at) if end is not None and end <= now]
    return Stats(
        notification_id=notification_id,
        title=head.title,
        channel=head.channel and without_zone(head.channel),
        is_local=first != last if head.channel is None else zone_of(head.channel) is not None,
        audience_now=_audience_now(connection, head, notification_id, counts),
        audience_at_sending=head.audience,
        read=sum(row.read for row in counts) + head.pruned_read,
        read_before=sum(row.read_before for row in counts),
        dismissed=sum(row.dismissed for row in counts) + head.pruned_dismissed,
        snoozed=sum(row.snoozed for row in counts),
        acted=sum(row.acted for row in counts) + head.pruned_dismissed,
        pruned=head.pruned_dismissed,
        median_seconds_to_read=_median(connection, notification_id),
        **_hours(first, counts, ends, now),
        released_at=first,
        first_at=_first_at(connection, notification_id, head),
        recalled_at=head.recalled_at,
        is_over=bool(ends),
        made_at=now,
    )


def has_arrived(connection: Connection, notification_id: int, now: datetime) -> bool:
    """Return whether a notification has arrived at anybody by ``now``; it counts nothing.

    Raises:
        NotFound: if there is no such notification.
    """
    head = _head(connection, notification_id)
    return _has_arrived(_first_at(connection, notification_id, head), head.recalled_at, now)


def _has_arrived(first_at: datetime, recalled_at: datetime | None, now: datetime) -> bool:
    return first_at <= now and (recalled_at is None or first_at < recalled_at)


def _head(connection: Connection, notification_id: int) -> Row[Any]:
    head = connection.execute(
        stats_statements.SUMMARY, {"broadcast_id": notification_id}
    ).one_or_none()
    if head is None:
        raise NotFound(f"There is no notification {notification_id}.")
    return head


def _released_at(head: Row[Any]) -> datetime:
    found: datetime = head.first or head.first_came or head.created_at
    return found


def _median(connection: Connection, notification_id: int) -> float | None:
    found = connection.execute(
        stats_statements.median_statement(connection.dialect.name),
        {"broadcast_id": notification_id},
    ).scalars()
    seconds = [max(micros, 0) / 1_000_000 for micros in found]
    return median(seconds) if seconds else None


def _arrivals(head: Row[Any], counts: Sequence[Row[Any]]) -> tuple[datetime, datetime]:
    """Return the first and the last arrival, past or future; for a channel, of its releases."""
    if head.channel is not None:
        return head.first, head.last
    moments = [moment for row in counts for moment in (row.first, row.last)]
    return min(moments, default=head.created_at), max(moments, default=head.created_at)


def _first_at(connection: Connection, notification_id: int, head: Row[Any]) -> datetime:
    """Return the first arrival; deliveries count too, for readers who changed zone since."""
    is_local = head.channel is not None and zone_of(head.channel) is not None
    in_use = audience.arrivals_by_time(connection, notification_id) if is_local else []
    first = in_use[0][0] if in_use else _released_at(head)
    return min(first, head.first_came or first)


def _hours(
    first: datetime, counts: Sequence[Row[Any]], ends: Sequence[datetime], now: datetime
) -> Mapping[str, Any]:
    until = min([now, *ends])
    read = {row.hour: row.read_now for row in counts if row.hour is not None}
    begun = min((until - first) // HOUR, LAST_HOUR)
    running = None if ends else max(0, (now - first) // HOUR)
    hours = tuple((hour, read.get(hour, 0)) for hour in range(max([begun, *read]) + 1))
    still = running is not None and running < min(len(hours), LAST_HOUR)
    return {"hours": hours, "running_from": running if still else None}


def _audience_now(
    connection: Connection,
    head: Row[Any],
    notification_id: int,
    counts: Sequence[Row[Any]],
) -> int:
    """Count the active people a broadcast has reached or will; for named people, the deliveries."""
    pruned: int = head.pruned_dismissed
    if head.channel is None:
        deliveries: int = sum(row.many for row in counts)
        return deliveries + pruned
    return audience.count_entitled(connection, notification_id, head.channel) + pruned
