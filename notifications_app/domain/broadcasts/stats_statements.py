"""The statements behind the statistics of a notification, each built once for each database.

They count its deliveries, with times exact to the microsecond on SQLite and PostgreSQL.
"""

from datetime import timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    extract,
    func,
    select,
)
from sqlalchemy import cast as cast_to

from ...core.clock import UTCDateTime
from ..inbox.models import Delivery, Notification, Release

HOUR = timedelta(hours=1)
#: Hours are counted one by one before this one, which collects all later ones.
LAST_HOUR = 48

_BROADCAST_ID = bindparam("broadcast_id", type_=BigInteger)
_SINCE = bindparam("since", type_=UTCDateTime)
#: It was read, now or before everyone was notified again.
_READ_AT = func.coalesce(Delivery.read_at, Delivery.earlier_read_at)
_ACTED_AT = func.coalesce(_READ_AT, Delivery.dismissed_at)
#: The first arrival of a delivery, before any snooze.
_FIRST_ARRIVAL = func.coalesce(Delivery.snoozed_from, Delivery.arrives_at)


def _of_releases(aggregate: Any, column: Any) -> ColumnElement[Any]:
    return cast(
        "ColumnElement[Any]",
        select(aggregate(column)).where(Release.notification_id == _BROADCAST_ID).scalar_subquery(),
    )


#: Title, times and audience of a notification, its releases, and the first arrival of a delivery.
SUMMARY = select(
    Notification.title,
    Notification.created_at,
    Notification.audience,
    Notification.expires_at,
    Notification.recalled_at,
    Notification.pruned_dismissed,
    Notification.pruned_read,
    _of_releases(func.min, Release.channel).label("channel"),
    _of_releases(func.min, Release.arrives_at).label("first"),
    _of_releases(func.max, Release.arrives_at).label("last"),
    select(func.min(_FIRST_ARRIVAL))
    .where(Delivery.notification_id == _BROADCAST_ID)
    .scalar_subquery()
    .label("first_came"),
).where(Notification.id == _BROADCAST_ID)


def _micros(moment: Any, dialect: str) -> ColumnElement[Any]:
    """Return a moment as whole microseconds since 1970, exactly."""
    if dialect == "sqlite":
        # SQLite's functions round to milliseconds: read the fraction from the text.
        text = cast_to(moment, String)
        seconds = cast_to(func.strftime("%s", func.substr(text, 1, 19)), BigInteger)
        return seconds * 1_000_000 + cast_to(func.substr(text, 21, 6), BigInteger)
    return cast_to(extract("epoch", moment) * 1_000_000, BigInteger)


def _waited(since: Any, dialect: str) -> ColumnElement[Any]:
    """Return the microseconds from ``since`` until it was read; null if it was not."""
    return _micros(Delivery.read_at, dialect) - _micros(since, dialect)


def _hour(waited: Any, dialect: str) -> ColumnElement[Any]:
    """Return the hour that these microseconds fall into, from 0 to :data:`LAST_HOUR`."""
    hour = waited // (HOUR // timedelta(microseconds=1))
    if dialect == "sqlite":  # SQLite evaluates an operand of CASE each time it is named.
        return func.max(0, func.min(hour, LAST_HOUR), type_=BigInteger)
    return case((hour < 0, 0), (hour > LAST_HOUR, LAST_HOUR), else_=hour)


@cache
def counts_statement(dialect: str) -> Select[Any]:
    """Count deliveries by the hour in which they were read; the hour is null for unread ones.

    ``read`` counts those read at any time, ``read_now`` those that still are, and ``read_before``
    those read before everyone was notified again. ``snoozed`` were neither read nor dismissed.

    Bind ``broadcast_id``, and ``since``: the moment at which hour 0 begins.
    """
    hour = _hour(_waited(_SINCE, dialect), dialect)
    return (
        select(
            hour.label("hour"),
            func.count().label("many"),
            func.count(_READ_AT).label("read"),
            func.count(Delivery.read_at).label("read_now"),
            func.count(Delivery.earlier_read_at).label("read_before"),
            func.count(Delivery.dismissed_at).label("dismissed"),
            func.count(_ACTED_AT).label("acted"),
            func.count(case((_ACTED_AT.is_(None), Delivery.snoozed_from))).label("snoozed"),
            func.min(_FIRST_ARRIVAL).label("first"),
            func.max(_FIRST_ARRIVAL).label("last"),
        )
        .where(Delivery.notification_id == _BROADCAST_ID)
        .group_by(hour)
    )


@cache
def median_statement(dialect: str) -> Select[Any]:
    """Select the middle one of the times to read, in microseconds, or the middle two.

    Bind ``broadcast_id``.
    """
    waited = _waited(_FIRST_ARRIVAL, dialect)
    ranked = (
        select(
            waited.label("waited"),
            func.row_number().over(order_by=waited).label("place"),
            func.count().over().label("many"),
        )
        .where(Delivery.notification_id == _BROADCAST_ID, Delivery.read_at.is_not(None))
        .subquery()
    )
    return select(ranked.c.waited).where(
        ranked.c.place.between((ranked.c.many + 1) // 2, ranked.c.many // 2 + 1)
    )
