"""A reader's channels, and the floor of each: the moment after which its releases count.

Two forms of one rule: :func:`subscriptions` for one reader in Python, for pages;
:func:`subscriptions_of` for many users in SQL, for statements about all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Subquery,
    case,
    func,
    literal,
    select,
    union_all,
)

from ..accounts.memberships import GROUPS, Membership
from ..accounts.models import Group, GroupMember, User
from ..channels import _GROUP, _IN, ADMINS, EVERYONE, in_zone, of_group


class Subscriber(Protocol):
    """The attributes of a reader that determine their channels."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def is_admin(self) -> bool: ...  # noqa: D102
    @property
    def admin_since(self) -> datetime | None: ...  # noqa: D102
    @property
    def inbox_since(self) -> datetime: ...  # noqa: D102
    @property
    def timezone(self) -> str: ...  # noqa: D102
    @property
    def groups(self) -> tuple[Membership, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel's name, and the moment after which its releases are in the reader's inbox."""

    name: str
    floor: datetime


def subscriptions(reader: Subscriber) -> tuple[Subscription, ...]:
    """Return the reader's channels with their floors, then each again for the reader's zone.

    A floor is the later of ``inbox_since`` and the moment the reader joined the channel.
    """
    start = reader.inbox_since
    channels = [Subscription(EVERYONE, start)]
    if reader.is_admin:
        channels.append(Subscription(ADMINS, max(reader.admin_since or start, start)))
    channels += [
        Subscription(of_group(group.name), max(group.since, start)) for group in reader.groups
    ]
    zoned = [
        Subscription(in_zone(channel.name, reader.timezone), channel.floor) for channel in channels
    ]
    return (*channels, *zoned)


def load_subscriber(connection: Connection, user_id: int) -> Row[Any]:
    """Load the columns of an account that determine its channels."""
    columns = (User.id, User.is_admin, User.admin_since, User.inbox_since, User.timezone, GROUPS)
    return connection.execute(select(*columns).where(User.id == user_id)).one()


def channel_parameters(channels: Sequence[Subscription]) -> dict[str, Any]:
    """Return the bind parameters ``channel_0``, ``floor_0``, … of a statement."""
    return {
        name: value
        for index, channel in enumerate(channels)
        for name, value in (
            (f"channel_{index}", channel.name),
            (f"floor_{index}", channel.floor),
        )
    }


def _later(moment: Any, start: Any) -> ColumnElement[Any]:
    return case((moment > start, moment), else_=start)


def _subscription(channel: Any, floor: Any) -> Select[Any]:
    return select(
        User.id.label("user_id"), channel.label("channel"), floor.label("floor"), User.timezone
    )


def everyone_subscription() -> Select[Any]:
    """Build the SELECT of every user's subscription to ``everyone``."""
    return _subscription(literal(EVERYONE), User.inbox_since)


def admins_subscription() -> Select[Any]:
    """Build the SELECT of each administrator's subscription to ``role:admin``."""
    since = func.coalesce(User.admin_since, User.inbox_since)
    return _subscription(literal(ADMINS), _later(since, User.inbox_since)).where(User.is_admin)


def group_subscriptions(*which: ColumnElement[bool]) -> Select[Any]:
    """Build the SELECT of each member's subscriptions to group channels.

    ``which`` limits the groups or memberships.
    """
    return (
        _subscription(
            literal(_GROUP).op("||", return_type=String())(Group.name),
            _later(GroupMember.since, User.inbox_since),
        )
        .join(GroupMember, GroupMember.user_id == User.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(*which)
    )


def subscriptions_of(
    users: Select[Any], *sources: Select[Any], only_zones: bool = False
) -> Subquery:
    """Build the subscriptions of these users: user_id, channel, and the floor of the channel.

    ``users`` is a SELECT of user ids, ``sources`` are SELECTs such as
    :func:`everyone_subscription`. ``only_zones`` leaves out the channels for all zones.
    """
    every = union_all(
        *(source.where(User.id.in_(users.correlate(None))) for source in sources)
    ).subquery()
    name = every.c.channel.op("||", return_type=String())(literal(_IN))
    zoned = select(
        every.c.user_id,
        name.op("||", return_type=String())(every.c.timezone).label("channel"),
        every.c.floor,
    )
    if only_zones:
        return zoned.subquery("subscriptions")
    unzoned = select(every.c.user_id, every.c.channel, every.c.floor)
    return union_all(unzoned, zoned).subquery("subscriptions")


def every_subscription_of(users: Select[Any], *, only_zones: bool = False) -> Subquery:
    """Build the subscriptions of these users (a SELECT of ids) to all kinds of channels."""
    sources = (everyone_subscription(), admins_subscription(), group_subscriptions())
    return subscriptions_of(users, *sources, only_zones=only_zones)
