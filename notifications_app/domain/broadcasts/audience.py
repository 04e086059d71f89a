"""The audience of a broadcast: its size, the first names, and the time zones in use."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from ...core.clock import UTCDateTime
from ...core.database import ids_as_select
from ..accounts.models import Group, GroupMember, User
from ..channels import _IN, ADMINS, EVERYONE, group_of, in_zone, of_group, without_zone, zone_of
from ..inbox import conditions, subscriptions
from ..inbox.models import Delivery, Release

#: The number of usernames that an audience lists.
NAMES = 5


@dataclass(frozen=True, slots=True)
class Audience:
    """The number of people in an audience, and the first few usernames in alphabetical order."""

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The numbers of people that a broadcast has reached, and is still to reach."""

    received: int
    #: The part of ``received`` that dismissed it.
    dismissed: int
    pending: int


def channel_members(channel: str) -> Select[Any]:
    """Return a SELECT of the ids of a channel's active members now, in any zone."""
    statement = select(User.id).where(User.is_active)
    group = group_of(channel)
    if group is not None:
        statement = (
            statement.join(GroupMember, GroupMember.user_id == User.id)
            .join(Group, Group.id == GroupMember.group_id)
            .where(Group.name == group)
        )
    return statement.where(User.is_admin) if without_zone(channel) == ADMINS else statement


def count_members(connection: Connection, channel: str) -> int:
    """Count the active members of a channel."""
    members = channel_members(channel).subquery()
    return connection.execute(select(func.count()).select_from(members)).scalar_one()


def active_or_not(user_ids: Collection[int]) -> Select[Any]:
    """Return a SELECT of the ids of these people, active or not."""
    return select(User.id).where(User.id.in_(ids_as_select(user_ids)))


def recipients(notification_id: int) -> Select[Any]:
    """Return a SELECT of the ids of the people who have a delivery of this notification."""
    return select(Delivery.user_id).where(Delivery.notification_id == notification_id)


def count_audience(connection: Connection, users: Select[Any], *, names: int = NAMES) -> Audience:
    """Count the people in a SELECT of user ids, and list the first ``names`` of them."""
    is_member = _among(users)
    count = connection.execute(select(func.count(User.id)).where(is_member)).scalar_one()
    first = select(User.username).where(is_member).order_by(User.username).limit(names)
    return Audience(count, tuple(connection.execute(first).scalars()))


def count_by_zone(connection: Connection, users: Select[Any]) -> dict[str, int]:
    """Return the number of people in each time zone, from a SELECT of user ids."""
    found = select(User.timezone, func.count()).where(_among(users)).group_by(User.timezone)
    return dict(connection.execute(found).tuples().all())


def arrivals_by_time(
    connection: Connection, notification_id: int
) -> list[tuple[datetime, str, int]]:
    """Return the arrivals of a broadcast in order of time: moment (UTC), zone, number of people.

    Counted are the active people on its channel now. A broadcast at each reader's own time has a
    row for each zone in use; any other has one row with the zone ``""``. Empty for a notification
    sent to named people.
    """
    released = select(Release.channel, Release.arrives_at).where(
        Release.notification_id == notification_id
    )
    found = connection.execute(released).tuples().all()
    if not found:
        return []
    users = channel_members(found[0][0])
    if zone_of(found[0][0]) is None:
        return [(found[0][1], "", count_audience(connection, users, names=0).count)]
    zones = count_by_zone(connection, users)
    each = [(arrives_at, zone_of(channel) or "") for channel, arrives_at in found]
    return sorted((at, zone, zones[zone]) for at, zone in each if zone in zones)


def release_in_use() -> ColumnElement[bool]:
    """Return the condition that a release is for a zone in which an active member lives now.

    It is false for a release for all zones. The zones of a kind of channel are only looked up
    when there is a release on it, and once for a statement.
    """
    kinds = (
        (EVERYONE, subscriptions.everyone_subscription()),
        (ADMINS, subscriptions.admins_subscription()),
        (of_group("%"), subscriptions.group_subscriptions()),
    )
    return or_(
        *(
            and_(Release.channel.like(in_zone(name, "%")), Release.channel.in_(_zoned(source)))
            for name, source in kinds
        )
    )


def _zoned(source: Select[Any]) -> Select[Any]:
    """Select the channels of these subscriptions, each limited to a zone that is in use."""
    columns = (source.selected_columns.channel, User.timezone)
    each = source.with_only_columns(*columns).where(User.is_active).distinct().subquery()
    return select(each.c.channel.concat(literal(_IN)).concat(each.c.timezone))


def arrivals_by_zone(connection: Connection, notification_id: int) -> dict[str, datetime]:
    """Return the moments (UTC) at which a notification arrives, by zone; ``""`` is every zone.

    For named people, the zones are those that they live in now.
    """
    released = select(Release.channel, Release.arrives_at).where(
        Release.notification_id == notification_id
    )
    found = connection.execute(released).tuples().all()
    if found:
        return {zone_of(channel) or "": arrives_at for channel, arrives_at in found}
    came = func.coalesce(Delivery.snoozed_from, Delivery.arrives_at, type_=UTCDateTime)
    delivered = (
        select(User.timezone, func.min(came))
        .join(Delivery, Delivery.user_id == User.id)
        .where(Delivery.notification_id == notification_id)
        .group_by(User.timezone)
    )
    return dict(connection.execute(delivered).tuples().all())


def reach(connection: Connection, notification_id: int, channel: str, now: datetime) -> Reach:
    """Count the active people that a broadcast has reached, and those it is still to reach.

    People who left its channel after they received it are included; people who joined after its
    arrival are not, unless it is a banner.
    """
    delivered = (
        select(
            _RECEIVED.label("came"), Delivery.dismissed_at.is_not(None).label("gone"), func.count()
        )
        .join(User, User.id == Delivery.user_id)
        .where(Delivery.notification_id == notification_id, User.is_active)
        .group_by("came", "gone")
    )
    subscribed = subscriptions.subscriptions_of(
        select(User.id).where(User.is_active), _source(channel)
    )
    undelivered = (
        select((Release.arrives_at <= conditions.NOW).label("came"), literal(False), func.count())
        .join(subscribed, subscribed.c.channel == Release.channel)
        .outerjoin(
            Delivery,
            and_(
                Delivery.user_id == subscribed.c.user_id,
                Delivery.notification_id == Release.notification_id,
            ),
        )
        .where(
            Release.notification_id == notification_id,
            or_(Release.arrives_at > subscribed.c.floor, Release.is_banner),
            Delivery.user_id.is_(None),
        )
        .group_by("came")
    )
    found = [
        row
        for statement in (delivered, undelivered)
        for row in connection.execute(statement, {"now": now}).tuples()
    ]
    return Reach(
        received=sum(count for came, _gone, count in found if came),
        dismissed=sum(count for came, gone, count in found if came and gone),
        pending=sum(count for came, _gone, count in found if not came),
    )


def count_entitled(connection: Connection, notification_id: int, channel: str) -> int:
    """Count the active people that a broadcast has reached or will: the sum of :func:`reach`.

    It does not look for the deliveries of everyone, so it is much quicker.
    """
    active = select(User.id).where(User.is_active)
    source = _source(channel)
    subscribed = (
        source.where(User.is_active).subquery()
        if zone_of(channel) is None
        else subscriptions.subscriptions_of(active, source, only_zones=True)
    )
    entitled = (
        select(func.count())
        .select_from(subscribed)
        .join(Release, Release.channel == subscribed.c.channel)
        .where(
            Release.notification_id == notification_id,
            or_(Release.arrives_at > subscribed.c.floor, Release.is_banner),
        )
    )
    received = (
        select(func.count())
        .select_from(Delivery)
        .join(User, User.id == Delivery.user_id)
        .where(Delivery.notification_id == notification_id, User.is_active)
    )
    both = entitled.join(
        Delivery,
        and_(
            Delivery.user_id == subscribed.c.user_id,
            Delivery.notification_id == Release.notification_id,
        ),
    )
    # Some received it and left the channel, or live in another zone now.
    count = select(entitled.scalar_subquery() + received.scalar_subquery() - both.scalar_subquery())
    found: int = connection.execute(count).scalar_one()
    return found


_RECEIVED = or_(
    conditions.ARRIVED, Delivery.snoozed_from.is_not(None), Delivery.dismissed_at.is_not(None)
)


def _source(channel: str) -> Select[Any]:
    group = group_of(channel)
    if group is not None:
        return subscriptions.group_subscriptions(Group.name == group)
    return (
        subscriptions.admins_subscription()
        if without_zone(channel) == ADMINS
        else subscriptions.everyone_subscription()
    )


def _among(users: Select[Any]) -> ColumnElement[bool]:
    return User.id.in_(users.correlate(None))
