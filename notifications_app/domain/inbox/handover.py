"""Deliveries that move with readers whose channels change: zone, role or group.

Nothing that was visible vanishes and nothing arrives twice, on the way there or back. Readers
are given as a SELECT of user ids; each step is one statement, however many they are. All of it
joins the transaction of the change.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    cast,
    literal,
    null,
    or_,
    select,
)

from ...core.clock import UTCDateTime
from ...core.database import write
from ..accounts.models import User
from . import conditions, subscriptions
from .deliveries import insert_deliveries
from .models import Release

#: A release about to arrive is kept too, for a page made with a clock ahead of ours.
SOON = timedelta(minutes=1)
_UNTOUCHED = cast(null(), BigInteger)


def deliver_banners_to_newcomers(crowd: Select[Any], now: datetime) -> None:
    """Hand newcomers the banners that are live on their channels, arriving now."""
    sources = (
        subscriptions.everyone_subscription(),
        subscriptions.admins_subscription(),
        subscriptions.group_subscriptions(),
    )
    _deliver_banners(subscriptions.subscriptions_of(crowd, *sources), now, stamp=_UNTOUCHED)


def deliver_banner_to_latecomers(notification_id: int, now: datetime) -> None:
    """Hand a notification that became a banner to those who came after it: it has no floor."""
    sources = (
        subscriptions.everyone_subscription(),
        subscriptions.admins_subscription(),
        subscriptions.group_subscriptions(),
    )
    heard = subscriptions.subscriptions_of(select(User.id), *sources)
    _deliver_banners(
        heard, now, Release.notification_id == notification_id, Release.arrives_at <= heard.c.floor,
        stamp=_UNTOUCHED,
    )  # fmt: skip


def only(user_id: int) -> Select[Any]:
    """Return one person as a crowd: a SELECT of their id."""
    return select(literal(user_id, Integer))


def deliver_everything_visible(heard: Subquery, now: datetime) -> None:
    """Make a delivery of everything in view on these channels, expired or about to come too."""
    _insert(_in_view(heard, now + SOON, _UNTOUCHED), now)


def deliver_newly_visible(heard: Subquery, now: datetime) -> None:
    """Make a delivery of everything now in view on these channels, as of the reader's stamp."""
    _deliver_banners(heard, now, stamp=User.last_stamp)
    _insert(
        _in_view(heard, now, User.last_stamp).where(conditions.not_expired(Release.expires_at)), now
    )


def _in_view(heard: Subquery, until: datetime, stamp: Any) -> Select[Any]:
    return (
        select(heard.c.user_id, Release.notification_id, Release.arrives_at, stamp.label("stamp"))
        .join(Release, Release.channel == heard.c.channel)
        .join(User, User.id == heard.c.user_id)
        .where(
            Release.arrives_at <= until,
            or_(Release.arrives_at > heard.c.floor, Release.is_banner),
        )
    )


def _deliver_banners(
    heard: Subquery, now: datetime, *which: ColumnElement[bool], stamp: Any
) -> None:
    """Make deliveries, arriving now, of the live banners on these channels."""
    arriving = literal(now, UTCDateTime).label("arrives_at")
    _insert(
        select(heard.c.user_id, Release.notification_id, arriving, stamp.label("stamp"))
        .join(Release, Release.channel == heard.c.channel)
        .join(User, User.id == heard.c.user_id)
        .where(
            Release.is_banner,
            Release.arrives_at <= now,
            conditions.not_expired(Release.expires_at),
            *which,
        ),
        now,
    )


def _insert(source: Select[Any], now: datetime) -> None:
    write(insert_deliveries(source), {"now": now})
