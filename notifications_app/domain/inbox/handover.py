"""Deliveries for readers whose channels change (zone, role, group), in the same transaction.

Nothing visible vanishes and nothing arrives twice, on the way there or back. ``users`` is
always a SELECT of user ids: each step is one statement for any number of them.
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
from . import conditions
from .deliveries import insert_deliveries
from .models import Release
from .subscriptions import every_subscription_of

#: Releases about to arrive are delivered too: another process's clock may be ahead of ours.
SOON = timedelta(minutes=1)
#: The stamp of a delivery that its reader never changed.
_UNTOUCHED = cast(null(), BigInteger)


def deliver_banners_to_newcomers(users: Select[Any], now: datetime) -> None:
    """Deliver the live banners on their channels to new users, arriving now."""
    _deliver_banners(every_subscription_of(users), now, stamp=_UNTOUCHED)


def deliver_banner_to_latecomers(notification_id: int, now: datetime) -> None:
    """Deliver a notification turned banner to users who joined after it arrived.

    Banners ignore the floor, so those users see it on top of their pages from now on.
    """
    every = every_subscription_of(select(User.id))
    _deliver_banners(
        every, now, Release.notification_id == notification_id, Release.arrives_at <= every.c.floor,
        stamp=_UNTOUCHED,
    )  # fmt: skip


def single_user(user_id: int) -> Select[Any]:
    """Return a SELECT of one user id."""
    return select(literal(user_id, Integer))


def deliver_everything_visible(subscriptions: Subquery, now: datetime) -> None:
    """Create deliveries for all visible releases, including expired ones and those due in a minute.

    The deliveries keep the stamp null, as if never changed.
    """
    _insert(_visible(subscriptions, now + SOON, _UNTOUCHED), now)


def deliver_newly_visible(subscriptions: Subquery, now: datetime) -> None:
    """Create deliveries for all live visible releases, with the reader's new stamp."""
    _deliver_banners(subscriptions, now, stamp=User.last_stamp)
    _insert(
        _visible(subscriptions, now, User.last_stamp).where(
            conditions.not_expired(Release.expires_at)
        ),
        now,
    )


def _visible(subscriptions: Subquery, until: datetime, stamp: Any) -> Select[Any]:
    return (
        select(
            subscriptions.c.user_id,
            Release.notification_id,
            Release.arrives_at,
            stamp.label("stamp"),
        )
        .join(Release, Release.channel == subscriptions.c.channel)
        .join(User, User.id == subscriptions.c.user_id)
        .where(
            Release.arrives_at <= until,
            or_(Release.arrives_at > subscriptions.c.floor, Release.is_banner),
        )
    )


def _deliver_banners(
    subscriptions: Subquery, now: datetime, *which: ColumnElement[bool], stamp: Any
) -> None:
    """Create deliveries, arriving now, of the live banners on these channels."""
    arriving = literal(now, UTCDateTime).label("arrives_at")
    _insert(
        select(subscriptions.c.user_id, Release.notification_id, arriving, stamp.label("stamp"))
        .join(Release, Release.channel == subscriptions.c.channel)
        .join(User, User.id == subscriptions.c.user_id)
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
