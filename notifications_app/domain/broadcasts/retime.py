"""Retiming: arrivals at each reader's own time, computed anew by the zone rules of today.

A country may change its rules between the sending and the arrival. The wall time that was asked
for is kept, and what has not arrived moves to it. What has arrived, or will within a minute, stays.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, BindParameter, bindparam, or_, select, update

from ...core import clock
from ...core.clock import UTCDateTime
from ...core.database import db, insert_into, table, write
from ..accounts.models import User
from ..channels import in_zone, without_zone, zone_of
from ..inbox.models import Delivery, Notification, Release
from .audit_entries import audit_retiming
from .models import ZoneData
from .schedule import MINUTE, local_arrivals

_THIS: BindParameter[int] = bindparam("broadcast_id", type_=BigInteger)
_SOON = bindparam("soon", type_=UTCDateTime)
_COMING = (
    select(Release.channel, Release.arrives_at, Release.expires_at, Release.is_banner)
    .where(Release.notification_id == _THIS)
    .order_by(Release.channel)
)
#: A snoozed copy has the time that its reader chose.
_WAITING = (Delivery.arrives_at > _SOON, Delivery.snoozed_from.is_(None))
_DELIVERED = (
    select(User.timezone, Delivery.arrives_at)
    .join(Delivery, Delivery.user_id == User.id)
    .where(Delivery.notification_id == _THIS, *_WAITING)
    .distinct()
)
_MOVE_RELEASE = (
    update(table(Release))
    .where(
        Release.notification_id == _THIS,
        Release.channel == bindparam("of_channel"),
        Release.arrives_at == bindparam("old", type_=UTCDateTime),
    )
    .values(arrives_at=bindparam("new", type_=UTCDateTime))
)
_MOVE_DELIVERIES = (
    update(table(Delivery))
    .where(
        Delivery.notification_id == _THIS,
        Delivery.arrives_at == bindparam("old", type_=UTCDateTime),
        Delivery.snoozed_from.is_(None),
        Delivery.user_id.in_(select(User.id).where(User.timezone == bindparam("zone"))),
    )
    .values(arrives_at=bindparam("new", type_=UTCDateTime))
)


@dataclass(frozen=True, slots=True)
class Retimed:
    """A notification of which arrivals moved."""

    id: int
    title: str
    local_at: datetime
    #: The zones in which it arrives at another moment than before, in alphabetical order.
    zones: tuple[str, ...]


def retime(
    now: datetime, watched: Callable[[Sequence[Any]], Iterable[Any]] = iter
) -> list[Retimed]:
    """Move the arrivals that the present zone rules put elsewhere; return what was moved.

    The audit entries are written too. ``watched`` wraps the sequence of notifications, for
    instance to show a progress bar. For a dry run, do not commit.
    """
    soon = now + MINUTE
    waits = or_(
        _exists(Release, Release.arrives_at > soon),
        _exists(Delivery, Delivery.arrives_at > soon, Delivery.snoozed_from.is_(None)),
    )
    statement = (
        select(Notification.id, Notification.title, Notification.local_at, Notification.held_until)
        .where(
            Notification.local_at.is_not(None),
            or_(Notification.expires_at.is_(None), Notification.expires_at > now),
            waits,
        )
        .order_by(Notification.id)
        .with_for_update(key_share=True, of=Notification)
    )
    rows = db.session.execute(statement).all()
    moved = []
    for row in watched(rows):
        zones = sorted({*_move_releases(row, now), *_move_deliveries(row, now)})
        if zones:
            moved.append(Retimed(row.id, row.title, row.local_at, tuple(zones)))
            audit_retiming(row.id, zones, now=now)
    return moved


def _exists(model: Any, *which: Any) -> Any:
    return (
        select(model.notification_id)
        .where(model.notification_id == Notification.id, *which)
        .exists()
    )


def _soonest(row: Any, now: datetime) -> datetime:
    return max(now, row.held_until or now)


def _move_releases(row: Any, now: datetime) -> set[str]:
    """Move the releases of a broadcast; return the zones in which one moved."""
    values = {"broadcast_id": row.id}
    releases = {one.channel: one for one in db.session.execute(_COMING, values)}
    zones = {zone_of(channel) or "": channel for channel in releases}
    if not releases or "" in zones:
        return set()
    due = local_arrivals(row.local_at, clock.EVERY_ZONE, _soonest(row, now))
    moves = [
        {**values, "of_channel": channel, "old": releases[channel].arrives_at, "new": due[zone]}
        for zone, channel in zones.items()
        if zone in due
        and releases[channel].arrives_at > now + MINUTE
        and due[zone] != releases[channel].arrives_at
    ]
    if moves:
        db.session.connection().execute(_MOVE_RELEASE, moves)
    # A zone that is new in the data has no release yet. Where its time has passed, readers who
    # moved there have received the notification in their zone of before.
    missing = {zone for zone in due if zone not in zones and due[zone] > now + MINUTE}
    if missing:
        channel, first = without_zone(next(iter(releases))), next(iter(releases.values()))
        shared = {
            "notification_id": row.id,
            "expires_at": first.expires_at,
            "is_banner": first.is_banner,
        }
        write(
            insert_into(Release).values(
                [
                    {"channel": in_zone(channel, zone), "arrives_at": due[zone], **shared}
                    for zone in sorted(missing)
                ]
            )
        )
    return missing | {zone_of(one["of_channel"]) or "" for one in moves}


def _move_deliveries(row: Any, now: datetime) -> set[str]:
    """Move the deliveries to named people; return the zones in which one moved."""
    values = {"broadcast_id": row.id}
    if db.session.execute(_COMING.limit(1), values).first() is not None:
        return set()
    found = db.session.execute(_DELIVERED, {**values, "soon": now + MINUTE}).all()
    due = local_arrivals(row.local_at, {one.timezone for one in found}, _soonest(row, now))
    moved = set()
    for zone, old in found:
        if due[zone] != old:
            new = {"zone": zone, "old": old, "new": due[zone]}
            db.session.connection().execute(_MOVE_DELIVERIES, {**values, **new})
            moved.add(zone)
    return moved


def is_current(version: str | None) -> bool:
    """Return whether arrivals were computed by zone data as new as this process has."""
    return version is not None and version >= clock.ZONE_DATA_VERSION


def take_over_zone_data() -> str | None:
    """Record the version of this process's zone data; return the one before, "" if there is none.

    None means that another process was first: it retimes, in the transaction that this call
    waited for.
    """
    version = clock.ZONE_DATA_VERSION
    write(insert_into(ZoneData).values(id=1, version="").on_conflict_do_nothing())
    before = db.session.scalars(select(ZoneData.version).with_for_update()).one()
    if is_current(before):
        return None
    write(update(table(ZoneData)).values(version=version))
    return before
