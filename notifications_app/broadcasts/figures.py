"""What became of a notification, in figures: who heard, read and dismissed it, and how soon.

Counted from the deliveries of those who acted; who did nothing has none, and costs nothing.
A delivery that only moved with its reader, neither read nor dismissed, counts for nothing.
The statements are the same few, however many read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    bindparam,
    case,
    extract,
    func,
    select,
)
from sqlalchemy import cast as cast_to

from ..accounts.models import Group, GroupMember, User
from ..audit.models import AuditEntry
from ..clock import UTCDateTime
from ..errors import NotThere
from ..inbox.channels import ADMINS, group_of, whole, zone_of
from ..inbox.models import Delivery, Notification, Release

HOUR = timedelta(hours=1)
#: The hours are counted one by one up to this one, which stands for all that follow.
LATER = 24


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one notification at one moment; the words for them are ``charts``'s."""

    number: int
    title: str
    #: None: it was sent to named people.
    channel: str | None
    #: At each reader's own time, so that an hour begins when it came to the reader.
    is_local: bool
    audience_now: int
    #: None: not recorded, as for what code sent.
    audience_at_sending: int | None
    read: int
    dismissed: int
    #: People who read it, dismissed it, or both.
    acted: int
    #: From when it came to its reader; None: nobody has read it.
    median_seconds_to_read: float | None
    #: Each hour since it was released that has begun, and how many read it then; 24: later.
    hours: tuple[tuple[int, int], ...]
    #: The first of these hours that is not over yet; None: all are, or it is off the air.
    running_from: int | None
    released_at: datetime
    made_at: datetime

    @property
    def audience(self) -> int:
        """Of how many the others are a part: of those it was sent to, where that is known."""
        known = self.audience_at_sending
        return self.audience_now if known is None else known

    @property
    def untouched(self) -> int:
        """How many of the audience have neither read nor dismissed it."""
        return max(0, self.audience - self.acted)


def figures(connection: Connection, number: int, now: datetime) -> Figures:
    """The figures of a notification, counted now.

    Raises:
        NotThere: where there is no such notification.
    """
    head = connection.execute(_HEAD, {"number": number}).one_or_none()
    if head is None:
        raise NotThere(f"There is no notification {number}.")
    by_reader = head.channel is None or zone_of(head.channel) is not None
    asked = {"number": number, "since": head.first}
    dialect = connection.dialect.name
    counts = connection.execute(_counts(dialect, by_reader=by_reader), asked).all()
    came = _arrivals(head, counts)
    return Figures(
        number=number,
        title=head.title,
        channel=head.channel and whole(head.channel),
        is_local=by_reader and came[0] != came[1],
        audience_now=_audience_now(connection, head.channel, counts),
        audience_at_sending=_audience_at_sending(connection, number),
        read=sum(row.read for row in counts),
        dismissed=sum(row.dismissed for row in counts),
        acted=sum(row.acted for row in counts),
        median_seconds_to_read=_median(connection, number),
        **_hours(head, came, counts, now),
        released_at=came[0],
        made_at=now,
    )


_NUMBER = bindparam("number", type_=BigInteger)
_SINCE = bindparam("since", type_=UTCDateTime)
#: When it first came to its reader.
_CAME = func.coalesce(Delivery.snoozed_from, Delivery.arrives_at)


def _of_releases(aggregate: Any, column: Any) -> ColumnElement[Any]:
    return cast(
        "ColumnElement[Any]",
        select(aggregate(column)).where(Release.notification_id == _NUMBER).scalar_subquery(),
    )


_HEAD = select(
    Notification.title,
    Notification.created_at,
    Notification.expires_at,
    Notification.recalled_at,
    _of_releases(func.min, Release.channel).label("channel"),
    _of_releases(func.min, Release.arrives_at).label("first"),
    _of_releases(func.max, Release.arrives_at).label("last"),
).where(Notification.id == _NUMBER)


def _micros(moment: Any, dialect: str) -> ColumnElement[Any]:
    """A moment in whole microseconds since 1970, exactly."""
    if dialect == "sqlite":
        # Its own functions round to milliseconds: the fraction is read from the text.
        text = cast_to(moment, String)
        seconds = cast_to(func.strftime("%s", func.substr(text, 1, 19)), BigInteger)
        return seconds * 1_000_000 + cast_to(func.substr(text, 21, 6), BigInteger)
    return cast_to(extract("epoch", moment) * 1_000_000, BigInteger)


def _waited(since: Any, dialect: str) -> ColumnElement[Any]:
    """From then until it was read, in microseconds; null where it was not."""
    return _micros(Delivery.read_at, dialect) - _micros(since, dialect)


@cache
def _counts(dialect: str, *, by_reader: bool) -> Select[Any]:
    """How many, by the hour in which they read it; null: those who have not."""
    waited = _waited(_CAME if by_reader else _SINCE, dialect)
    an_hour = HOUR // timedelta(microseconds=1)
    hour = case((waited < 0, 0), (waited >= LATER * an_hour, LATER), else_=waited // an_hour)
    return (
        select(
            hour.label("hour"),
            func.count().label("many"),
            func.count(Delivery.read_at).label("read"),
            func.count(Delivery.dismissed_at).label("dismissed"),
            func.count(func.coalesce(Delivery.read_at, Delivery.dismissed_at)).label("acted"),
            func.min(_CAME).label("first"),
            func.max(_CAME).label("last"),
        )
        .where(Delivery.notification_id == _NUMBER)
        .group_by(hour)
    )


@cache
def _middle(dialect: str) -> Select[Any]:
    """Of the times to read, in order, the one in the middle, or the two."""
    waited = _waited(_CAME, dialect)
    ranked = (
        select(
            case((waited < 0, 0), else_=waited).label("waited"),
            func.row_number().over(order_by=waited).label("place"),
            func.count().over().label("many"),
        )
        .where(Delivery.notification_id == _NUMBER, Delivery.read_at.is_not(None))
        .subquery()
    )
    return select(ranked.c.waited).where(
        ranked.c.place.between((ranked.c.many + 1) // 2, ranked.c.many // 2 + 1)
    )


def _median(connection: Connection, number: int) -> float | None:
    found = connection.execute(_middle(connection.dialect.name), {"number": number}).scalars()
    seconds = [micros / 1_000_000 for micros in found]
    return median(seconds) if seconds else None


def _arrivals(head: Row[Any], counts: list[Row[Any]] | Any) -> tuple[datetime, datetime]:
    """When it first and last came, or will come, to somebody."""
    if head.channel is not None:
        return head.first, head.last
    moments = [moment for row in counts for moment in (row.first, row.last)]
    return min(moments, default=head.created_at), max(moments, default=head.created_at)


def _hours(
    head: Row[Any], came: tuple[datetime, datetime], counts: Any, now: datetime
) -> Mapping[str, Any]:
    first, last = came
    ends = [end for end in (head.expires_at, head.recalled_at) if end is not None and end <= now]
    until = min([now, *ends])
    read = {row.hour: row.read for row in counts if row.hour is not None}
    begun = min((until - first) // HOUR, LATER)
    running = None if ends else max(0, (now - last) // HOUR)
    hours = tuple((hour, read.get(hour, 0)) for hour in range(max([begun, *read]) + 1))
    still = running is not None and running < min(len(hours), LATER)
    return {"hours": hours, "running_from": running if still else None}


def _audience_now(connection: Connection, channel: str | None, counts: Any) -> int:
    """The active people on the channel; of what went to named people, those who have it."""
    if channel is None:
        return sum(row.many for row in counts)
    statement = select(func.count(User.id)).where(User.is_active)
    group = group_of(channel)
    if group is not None:
        statement = (
            statement.join(GroupMember, GroupMember.user_id == User.id)
            .join(Group, Group.id == GroupMember.group_id)
            .where(Group.name == group)
        )
    elif whole(channel) == ADMINS:
        statement = statement.where(User.is_admin)
    return connection.execute(statement).scalar_one()


_SENDING = (
    select(AuditEntry.detail)
    .where(
        AuditEntry.subject == bindparam("subject", type_=String),
        AuditEntry.action.in_(("broadcast.sent", "notification.sent")),
    )
    .order_by(AuditEntry.id)
    .limit(1)
)


def _audience_at_sending(connection: Connection, number: int) -> int | None:
    """What the audit log says of its sending."""
    detail = connection.execute(_SENDING, {"subject": f"notification {number}"}).scalar()
    said = json.loads(detail).get("audience") if detail else None
    return said if isinstance(said, int) else None
