"""Readers come, or begin or cease to listen to a channel: one of them, or a hundred thousand.

Deliveries move with them, in the same transaction, so that nothing seen vanishes and nothing
comes twice, on the way there or back. A crowd is a SELECT of user ids; each step is one
statement, whatever its size.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    delete,
    literal,
    select,
    update,
)

from ...core import clock
from ...core.clock import UTCDateTime
from ...core.database import ids_as_select, insert_into, table, write
from ..accounts import actions as accounts
from ..accounts import groups
from ..accounts.models import Group, GroupMember, User
from . import subscriptions
from .deliveries import take_stamp, take_stamps
from .handover import (
    across_zones,
    deliver_banners_to_newcomers,
    deliver_everything_visible,
    deliver_newly_visible,
    only,
)


def add_reader(username: str, *, now: datetime, **account: Any) -> User:
    """Make an account and hand it the banners that are live, arriving now.

    Takes what :func:`accounts.actions.create` takes, and raises what it raises.
    """
    user = accounts.create(username, now=now, **account)
    deliver_banners_to_newcomers(only(user.id), now)
    return user


def set_timezone(user_id: int, timezone: str, now: datetime) -> str:
    """Change the reader's zone; returns its name.

    Raises:
        UnknownZone: where there is none of that name.
        NotThere: where there is no such account.
    """
    name = clock.zone_name(timezone)
    if take_stamp(user_id, now).timezone != name:
        with across_zones(only(user_id), now):
            write(update(table(User)).where(User.id == user_id).values(timezone=name))
    return name


def grant_admin(user_id: int, now: datetime) -> bool:
    """Make the user an administrator from now on; False where they are one."""
    if take_stamp(user_id, now).is_admin:
        return False
    _set_admin(user_id, since=now)
    deliver_newly_visible(
        subscriptions.subscriptions_of(only(user_id), subscriptions.admins_subscription()), now
    )
    return True


def revoke_admin(user_id: int, now: datetime) -> bool:
    """Make the user an ordinary one: what arrived for administrators stays; False if they are."""
    if not take_stamp(user_id, now).is_admin:
        return False
    deliver_everything_visible(
        subscriptions.subscriptions_of(only(user_id), subscriptions.admins_subscription()), now
    )
    _set_admin(user_id, since=None)
    return True


def _set_admin(user_id: int, *, since: datetime | None) -> None:
    values = {"is_admin": since is not None, "admin_since": since}
    write(update(table(User)).where(User.id == user_id).values(**values))


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
    joined(select(GroupMember.user_id).where(*member, GroupMember.since == now), now)
    return joined_now


def joined(crowd: Select[Any], now: datetime) -> None:
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
