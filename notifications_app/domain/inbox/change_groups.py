"""Add readers to a group, or remove them from it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, literal, select

from ...core.clock import UTCDateTime
from ...core.database import ids_as_select, insert_missing, table, write
from ..accounts import groups
from ..accounts.models import Group, GroupMember, User
from .deliveries import take_stamps
from .handover import deliver_everything_visible, deliver_newly_visible
from .subscriptions import group_subscriptions, subscriptions_of


def deliver_to_new_members(users: Select[Any], now: datetime) -> None:
    """Deliver the live banners of the groups that these users (a SELECT of ids) joined ``now``.

    Raises:
        Refused: if one of them is in too many groups.
    """
    take_stamps(users, now)
    # Under the lock: else two groups joined at once would both be allowed.
    groups.check_group_limit(users)
    deliver_newly_visible(
        subscriptions_of(users, group_subscriptions(GroupMember.since == now)),
        now,
    )


def join_group(name: str, user_ids: Collection[int], now: datetime) -> int:
    """Add these people to a group: they receive its releases from now on, and its live banners.

    Returns:
        The number of people who were not members.

    Raises:
        NotFound: if there is no such group.
        Refused: if one of them would be in too many groups.
    """
    group_id = groups.find(name)
    member = (GroupMember.group_id == group_id, GroupMember.user_id.in_(ids_as_select(user_ids)))
    members = select(GroupMember.user_id).where(*member)
    newcomers = select(User.id, literal(group_id), literal(now, UTCDateTime)).where(
        User.id.in_(ids_as_select(user_ids)), User.id.not_in(members)
    )
    columns = ["user_id", "group_id", "since"]
    added = write(insert_missing(GroupMember, columns, newcomers))
    deliver_to_new_members(
        select(GroupMember.user_id).where(*member, GroupMember.since == now), now
    )
    return added


def leave_group(name: str, user_ids: Collection[int], now: datetime) -> int:
    """Remove these people from a group: they keep what has arrived, and receive nothing more.

    Returns:
        The number of people who were members.

    Raises:
        NotFound: if there is no such group.
    """
    member = (
        GroupMember.group_id == groups.find(name),
        GroupMember.user_id.in_(ids_as_select(user_ids)),
    )
    users = select(GroupMember.user_id).where(*member)
    take_stamps(users, now)
    deliver_everything_visible(
        subscriptions_of(users, group_subscriptions(Group.name == name)),
        now,
    )
    return write(delete(table(GroupMember)).where(*member))
