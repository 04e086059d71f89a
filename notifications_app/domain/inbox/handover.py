"""Deliveries that move with readers whose channels change."""

from collections.abc import Iterator
from contextlib import contextmanager
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
from .deliveries import insert_missing, take_stamps
from .models import Release

#: A release about to arrive is kept too, for a page made with a clock ahead of ours.
SOON = timedelta(minutes=1)


_UNTOUCHED = cast(null(), BigInteger)


def welcome(crowd: Select[Any], now: datetime) -> None:
    """Hand newcomers the banners that are live on their channels, arriving now."""
    sources = (subscriptions.by_being_there(), subscriptions.by_role(), subscriptions.by_group())
    _hand_banners(subscriptions.heard(crowd, *sources), now, stamp=_UNTOUCHED)


@contextmanager
def moving(crowd: Select[Any], now: datetime) -> Iterator[None]:
    """While the body changes the zones of a crowd, carry their deliveries over.

    The crowd is those whose zone does change, before and after.
    """
    take_stamps(crowd, now)
    with _between_zones(crowd, now):
        yield


@contextmanager
def _between_zones(crowd: Select[Any], now: datetime) -> Iterator[None]:
    sources = (subscriptions.by_being_there(), subscriptions.by_role(), subscriptions.by_group())
    in_zones = subscriptions.heard(crowd, *sources, only_zones=True)
    _keep(in_zones, now)
    yield
    _hand_over(in_zones, now)


def hand_banner(number: int, now: datetime) -> None:
    """Hand a notification that became a banner to those who came after it: it has no floor."""
    sources = (subscriptions.by_being_there(), subscriptions.by_role(), subscriptions.by_group())
    heard = subscriptions.heard(select(User.id), *sources)
    _hand_banners(
        heard, now, Release.notification_id == number, Release.arrives_at <= heard.c.floor,
        stamp=_UNTOUCHED,
    )  # fmt: skip


def _one(user_id: int) -> Select[Any]:
    return select(literal(user_id, Integer))


def _keep(heard: Subquery, now: datetime) -> None:
    """Make a delivery of everything in view on these channels, expired or about to come too."""
    _make(_in_view(heard, now + SOON, _UNTOUCHED), now)


def _hand_over(heard: Subquery, now: datetime) -> None:
    """Make a delivery of everything now in view on these channels, as of the reader's stamp."""
    _hand_banners(heard, now, stamp=User.last_stamp)
    _make(
        _in_view(heard, now, User.last_stamp).where(conditions.unless_over(Release.expires_at)), now
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


def _hand_banners(heard: Subquery, now: datetime, *which: ColumnElement[bool], stamp: Any) -> None:
    """Make deliveries, arriving now, of the live banners on these channels."""
    arriving = literal(now, UTCDateTime).label("arrives_at")
    _make(
        select(heard.c.user_id, Release.notification_id, arriving, stamp.label("stamp"))
        .join(Release, Release.channel == heard.c.channel)
        .join(User, User.id == heard.c.user_id)
        .where(
            Release.is_banner,
            Release.arrives_at <= now,
            conditions.unless_over(Release.expires_at),
            *which,
        ),
        now,
    )


def _make(source: Select[Any], now: datetime) -> None:
    write(insert_missing(source), {"now": now})
