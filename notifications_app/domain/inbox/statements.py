"""The statements behind the inbox.

Each is built once for each number of channels, with named parameters. Each source has
its own ORDER BY and LIMIT, joined by UNION ALL: other spellings of the same were ten to
a thousand times slower on one database or the other.
"""

from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    tuple_,
    union_all,
)

from ...core.clock import UTCDateTime
from . import conditions, search
from .models import Delivery, Notification, Release
from .search import Shape

#: Counts stop here and show "99+".
COUNT_CAP = 100

_AT = bindparam("at", type_=UTCDateTime)
ID = bindparam("id", type_=BigInteger)
_UPPER = bindparam("upper", type_=UTCDateTime)
_LATEST = bindparam("latest", type_=UTCDateTime)
NEVER = cast(null(), UTCDateTime)
DELIVERY_STATE = ("arrives_at", "snoozed_from", "read_at", "dismissed_at")


def limited(statement: Select[Any], most: int) -> Select[Any]:
    """So many rows at most."""
    # A literal: with a parameter PostgreSQL's generic plan was up to 1,000 times slower.
    return statement.limit(literal_column(str(most)))


def _deliveries(tab: str, position: Any, shape: Shape, dialect: str) -> Select[Any]:
    return (
        select(
            position.label("position"),
            Delivery.notification_id,
            *(getattr(Delivery, name) for name in DELIVERY_STATE),
        )
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(
            Delivery.user_id == conditions.READER_ID,
            conditions.LIVE,
            *conditions.TAB_CONDITIONS[tab],
            *search.conditions(shape, dialect, delivered=True),
        )
    )


def _releases(tab: str, number: int, shape: Shape, dialect: str) -> Select[Any]:
    """The live releases on one channel of which the reader has no delivery yet."""
    never = (NEVER.label(name) for name in DELIVERY_STATE[1:])
    return (
        select(
            Release.arrives_at.label("position"),
            Release.notification_id,
            Release.arrives_at,
            *never,
        )
        .join(Notification, Notification.id == Release.notification_id)
        .where(
            *conditions.in_inbox(number),
            conditions.UNDELIVERED,
            conditions.mute_condition(tab),
            *search.conditions(shape, dialect, delivered=False),
        )
    )


def _sources(
    tab: str, channels: int, shape: Shape, dialect: str
) -> list[tuple[Select[Any], Any, Any]]:
    """Each source of a tab, arrived or not, with the columns it is ordered by."""
    position = Delivery.dismissed_at if tab == "dismissed" else Delivery.arrives_at
    sources = [(_deliveries(tab, position, shape, dialect), position, Delivery.notification_id)]
    if tab in conditions.TABS_WITH_UNDELIVERED:
        sources += [
            (_releases(tab, number, shape, dialect), Release.arrives_at, Release.notification_id)
            for number in range(channels)
        ]
    return sources


def _beyond(position: Any, number: Any, *, newer: bool) -> tuple[Any, ...]:
    """What has arrived, by keyset: a row comparison, and a plain bound beside it for the index.

    ``:upper`` is the earlier of now and the cursor: given two upper bounds, SQLite may seek on
    the wrong one, and a deep page then reads everything above it.
    """
    here, there = tuple_(position, number), tuple_(_AT, ID)
    if newer:
        return (position >= _AT, position <= _LATEST, here > there)
    return (position <= _UPPER, here < there)


def content_columns() -> tuple[Any, ...]:
    """The columns of what a notification says."""
    return (
        Notification.title,
        Notification.body,
        Notification.category,
        Notification.topic,
        Notification.action_url,
        Notification.action_label,
        Notification.is_banner,
    )


@lru_cache(maxsize=512)
def page_statement(
    tab: str, channels: int, most: int, shape: Shape, dialect: str, *, newer: bool = False
) -> Any:
    """The rows of a view beyond ``:at, :id``, newest first."""

    def in_order(position: Any, number: Any) -> tuple[Any, Any]:
        return (position, number) if newer else (position.desc(), number.desc())

    branches = [
        limited(
            source.where(*_beyond(position, number, newer=newer)).order_by(
                *in_order(position, number)
            ),
            most,
        )
        for source, position, number in _sources(tab, channels, shape, dialect)
    ]
    all_ = union_all(*(branch.subquery().select() for branch in branches)).subquery()
    top = limited(
        select(all_).order_by(*in_order(all_.c.position, all_.c.notification_id)), most
    ).subquery()
    return (
        select(
            Notification.id,
            *content_columns(),
            top.c.position,
            *(top.c[name] for name in DELIVERY_STATE),
        )
        .join(Notification, Notification.id == top.c.notification_id)
        .order_by(top.c.position.desc(), top.c.notification_id.desc())
    )


@cache
def count_statement(tab: str, channels: int) -> Any:
    """How many are in a tab, up to 100."""
    ones = [
        limited(
            # In order, though a count needs none: else PostgreSQL may join by id, and reads
            # the oldest first, which are dismissed.
            source.with_only_columns(literal_column("1").label("one"))
            .where(position <= _LATEST)
            .order_by(position.desc()),
            COUNT_CAP,
        )
        for source, position, _number in _sources(tab, channels, (), "")
    ]
    all_ = union_all(*(one.subquery().select() for one in ones)).subquery()
    return select(func.count()).select_from(limited(select(all_), COUNT_CAP).subquery())
