"""Which channels a reader listens to, and from when on each counts.

Asked in two ways that say the same: :func:`listening` of one reader, in Python, for the pages;
:func:`heard` of a crowd, as a statement, for what moves many at once.
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
    """What of a reader decides on their channels."""

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
    """A channel's name, and the moment after which its releases are in this inbox."""

    name: str
    floor: datetime


def subscriptions(reader: Subscriber) -> tuple[Subscription, ...]:
    """The reader's channels; a floor is the later of ``inbox_since`` and since when they listen."""
    start = reader.inbox_since
    channels = [Subscription(EVERYONE, start)]
    if reader.is_admin:
        channels.append(Subscription(ADMINS, max(reader.admin_since or start, start)))
    channels += [Subscription(of_group(one.name), max(one.since, start)) for one in reader.groups]
    zoned = [Subscription(in_zone(one.name, reader.timezone), one.floor) for one in channels]
    return (*channels, *zoned)


def load_subscriber(connection: Connection, user_id: int) -> Row[Any]:
    """What of this account decides on its channels."""
    columns = (User.id, User.is_admin, User.admin_since, User.inbox_since, User.timezone, GROUPS)
    return connection.execute(select(*columns).where(User.id == user_id)).one()


def channel_parameters(channels: Sequence[Subscription]) -> dict[str, Any]:
    """The values of the bind parameters ``channel_0``, ``floor_0``, … of a statement."""
    return {
        name: value
        for number, channel in enumerate(channels)
        for name, value in (
            (f"channel_{number}", channel.name),
            (f"floor_{number}", channel.floor),
        )
    }


def _later(moment: Any, start: Any) -> ColumnElement[Any]:
    return case((moment > start, moment), else_=start)


def _source(channel: Any, floor: Any) -> Select[Any]:
    return select(
        User.id.label("user_id"), channel.label("channel"), floor.label("floor"), User.timezone
    )


def everyone_subscription() -> Select[Any]:
    """Of everybody: the channel of everyone."""
    return _source(literal(EVERYONE), User.inbox_since)


def admins_subscription() -> Select[Any]:
    """Of each administrator: the channel of the administrators."""
    since = func.coalesce(User.admin_since, User.inbox_since)
    return _source(literal(ADMINS), _later(since, User.inbox_since)).where(User.is_admin)


def group_subscriptions(*which: ColumnElement[bool]) -> Select[Any]:
    """Of each member: the channels of their groups, or of those that are meant."""
    return (
        _source(
            literal(_GROUP).op("||", return_type=String())(Group.name),
            _later(GroupMember.since, User.inbox_since),
        )
        .join(GroupMember, GroupMember.user_id == User.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(*which)
    )


def subscriptions_of(
    crowd: Select[Any], *sources: Select[Any], only_zones: bool = False
) -> Subquery:
    """Who of a crowd (a SELECT of user ids) hears what, from when: user_id, channel, floor.

    ``only_zones`` leaves the channels for all zones out.
    """
    every = union_all(
        *(one.where(User.id.in_(crowd.correlate(None))) for one in sources)
    ).subquery()
    name = every.c.channel.op("||", return_type=String())(literal(_IN))
    zoned = select(
        every.c.user_id,
        name.op("||", return_type=String())(every.c.timezone).label("channel"),
        every.c.floor,
    )
    if only_zones:
        return zoned.subquery("heard")
    return union_all(select(every.c.user_id, every.c.channel, every.c.floor), zoned).subquery(
        "heard"
    )
