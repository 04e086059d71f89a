"""Put readers into a group, or take them out of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, literal, select

from ...core.clock import UTCDateTime
from ...core.database import ids_as_select, insert_into, table, write
from ..accounts import groups
from ..accounts.models import Group, GroupMember, User
from . import subscriptions
from .deliveries import take_stamps
from .handover import deliver_everything_visible, deliver_newly_visible


def deliver_to_new_members(crowd: Select[Any], now: datetime) -> None:
    """Hand those whose membership of a group begins ``now`` the banners that are live on it.

    Raises Refused where one of them is in more groups than their inbox can ask at once.
    """
    take_stamps(crowd, now)
    groups.check_group_limit(crowd)  # under the lock: else two who join at once are both let in
    deliver_newly_visible(
        subscriptions.subscriptions_of(
            crowd, subscriptions.group_subscriptions(GroupMember.since == now)
        ),
        now,
    )


def join_group(name: str, user_ids: Collection[int], now: datetime) -> int:
    """Put these people into a group: they hear what comes from now on, and the live banners.

    Returns how many were not in it. Raises NotThere where there is no such group, Refused where
    somebody would be in too many.
    """
    group_id = groups.find(name)
    member = (GroupMember.group_id == group_id, GroupMember.user_id.in_(ids_as_select(user_ids)))
    there = select(GroupMember.user_id).where(*member)
    newcomers = select(User.id, literal(group_id), literal(now, UTCDateTime)).where(
        User.id.in_(ids_as_select(user_ids)), User.id.not_in(there)
    )
    columns = ["user_id", "group_id", "since"]
    statement = insert_into(GroupMember).from_select(columns, newcomers)
    joined_now = write(statement.on_conflict_do_nothing())
    deliver_to_new_members(
        select(GroupMember.user_id).where(*member, GroupMember.since == now), now
    )
    return joined_now


def leave_group(name: str, user_ids: Collection[int], now: datetime) -> int:
    """Take these people out of a group: they keep what had arrived, and hear no more.

    Returns how many were in it. Raises NotThere where there is no such group.
    """
    member = (
        GroupMember.group_id == groups.find(name),
        GroupMember.user_id.in_(ids_as_select(user_ids)),
    )
    crowd = select(GroupMember.user_id).where(*member)
    take_stamps(crowd, now)
    deliver_everything_visible(
        subscriptions.subscriptions_of(
            crowd, subscriptions.group_subscriptions(Group.name == name)
        ),
        now,
    )
    return write(delete(table(GroupMember)).where(*member))
