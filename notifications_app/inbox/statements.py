"""The statements behind the inbox.

Each is built once for each number of channels, with named parameters. Each source has
its own ORDER BY and LIMIT, joined by UNION ALL: other spellings of the same were ten to
a thousand times slower on one database or the other.
"""

from functools import cache
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

from ..accounts.models import User
from ..clock import UTCDateTime
from . import parts
from .models import Delivery, Notification, Release

#: Counts stop here and show "99+".
MOST = 100
BANNERS = 10

_AT = bindparam("at", type_=UTCDateTime)
_ID = bindparam("id", type_=BigInteger)
_UPPER = bindparam("upper", type_=UTCDateTime)
_LATEST = bindparam("latest", type_=UTCDateTime)
_NEVER = cast(null(), UTCDateTime)
_STATES = ("arrives_at", "snoozed_from", "read_at", "dismissed_at")


def _limited(statement: Select[Any], most: int) -> Select[Any]:
    # A literal: with a parameter PostgreSQL's generic plan was up to 1,000 times slower.
    return statement.limit(literal_column(str(most)))


def _deliveries(tab: str, position: Any) -> Select[Any]:
    return (
        select(
            position.label("position"),
            Delivery.notification_id,
            *(getattr(Delivery, name) for name in _STATES),
        )
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Delivery.user_id == parts.USER, parts.LIVE, *parts.TABS[tab])
    )


def _releases(number: int) -> Select[Any]:
    """The live releases on one channel of which the reader has no delivery yet."""
    never = (_NEVER.label(name) for name in _STATES[1:])
    return select(
        Release.arrives_at.label("position"), Release.notification_id, Release.arrives_at, *never
    ).where(*parts.in_inbox(number), parts.UNDELIVERED)


def _sources(tab: str, channels: int) -> list[tuple[Select[Any], Any, Any]]:
    """Each source of a tab, arrived or not, with the columns it is ordered by."""
    position = Delivery.dismissed_at if tab == "dismissed" else Delivery.arrives_at
    sources = [(_deliveries(tab, position), position, Delivery.notification_id)]
    if tab != "dismissed":
        sources += [
            (_releases(number), Release.arrives_at, Release.notification_id)
            for number in range(channels)
        ]
    return sources


def _beyond(position: Any, number: Any, *, newer: bool) -> tuple[Any, ...]:
    """What has arrived, by keyset: a row comparison, and a plain bound beside it for the index.

    ``:upper`` is the earlier of now and the cursor: given two upper bounds, SQLite may seek on
    the wrong one, and a deep page then reads everything above it.
    """
    here, there = tuple_(position, number), tuple_(_AT, _ID)
    if newer:
        return (position >= _AT, position <= _LATEST, here > there)
    return (position <= _UPPER, here < there)


def _said() -> tuple[Any, ...]:
    return (
        Notification.title,
        Notification.body,
        Notification.category,
        Notification.topic,
        Notification.action_url,
        Notification.action_label,
        Notification.is_banner,
    )


@cache
def page_statement(tab: str, channels: int, most: int, *, newer: bool = False) -> Any:
    """The rows of a tab beyond ``:at, :id``, newest first."""

    def in_order(position: Any, number: Any) -> tuple[Any, Any]:
        return (position, number) if newer else (position.desc(), number.desc())

    branches = [
        _limited(
            source.where(*_beyond(position, number, newer=newer)).order_by(
                *in_order(position, number)
            ),
            most,
        )
        for source, position, number in _sources(tab, channels)
    ]
    all_ = union_all(*(branch.subquery().select() for branch in branches)).subquery()
    top = _limited(
        select(all_).order_by(*in_order(all_.c.position, all_.c.notification_id)), most
    ).subquery()
    return (
        select(Notification.id, *_said(), top.c.position, *(top.c[name] for name in _STATES))
        .join(Notification, Notification.id == top.c.notification_id)
        .order_by(top.c.position.desc(), top.c.notification_id.desc())
    )


@cache
def count_statement(tab: str, channels: int) -> Any:
    """How many are in a tab, up to 100."""
    ones = [
        _limited(
            source.with_only_columns(literal_column("1").label("one")).where(position <= _LATEST),
            MOST,
        )
        for source, position, _number in _sources(tab, channels)
    ]
    all_ = union_all(*(one.subquery().select() for one in ones)).subquery()
    return select(func.count()).select_from(_limited(select(all_), MOST).subquery())


@cache
def banners_statement(channels: int) -> Any:
    """The live banners that the reader has not dismissed."""
    ones = [
        _limited(
            select(Release.notification_id, Release.arrives_at)
            .where(
                parts.on_channel(number),
                Release.is_banner,
                Release.arrives_at <= parts.NOW,
                parts.unless_over(Release.expires_at),
                parts.NOT_DISMISSED,
            )
            .order_by(Release.arrives_at.desc()),
            BANNERS,
        )
        for number in range(channels)
    ]
    all_ = union_all(*(one.subquery().select() for one in ones)).subquery()
    found = (
        select(Notification.id, *_said(), all_.c.arrives_at)
        .join(all_, all_.c.notification_id == Notification.id)
        .order_by(all_.c.arrives_at.desc(), Notification.id.desc())
    )
    return _limited(found, BANNERS)


@cache
def one_statement(channels: int) -> Any:
    """The notification ``:id``, as the reader's delivery or on one of their channels."""
    there = Delivery.notification_id == _ID
    visible = (
        parts.ARRIVED | Delivery.snoozed_from.is_not(None) | Delivery.dismissed_at.is_not(None)
    )
    delivery = (
        select(Delivery.notification_id, *(getattr(Delivery, name) for name in _STATES))
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Delivery.user_id == parts.USER, there, parts.LIVE, visible)
    )
    never = [_NEVER.label(name) for name in _STATES[1:]]
    releases = [
        select(Release.notification_id, Release.arrives_at, *never).where(
            Release.notification_id == _ID, *parts.in_view(number), parts.UNDELIVERED
        )
        for number in range(channels)
    ]
    all_ = union_all(delivery, *releases).subquery()
    return (
        select(
            Notification.id,
            *_said(),
            *(all_.c[name] for name in _STATES),
            Notification.expires_at,
            Notification.edited_at,
            User.username.label("sender_username"),
            User.display_name.label("sender_display_name"),
            User.is_admin.label("sender_is_admin"),
        )
        .join(all_, all_.c.notification_id == Notification.id)
        .outerjoin(User, User.id == Notification.sender_id)
        .limit(literal_column("1"))
    )


SHOWN = select(
    select(func.coalesce(func.max(Notification.id), 0)).scalar_subquery().label("top"),
    select(User.last_stamp).where(User.id == parts.USER).scalar_subquery().label("seen"),
)
