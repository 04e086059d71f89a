"""Readers come, or begin or cease to listen to a channel: one of them, or a hundred thousand.

Deliveries move with them, in the same transaction, so that nothing seen vanishes and nothing
comes twice, on the way there or back. A crowd is a SELECT of user ids; each step is one
statement, whatever its size.
"""

from collections.abc import Collection, Iterator
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
    delete,
    literal,
    null,
    or_,
    select,
    update,
)

from .. import clock
from ..accounts import actions as accounts
from ..accounts import groups
from ..accounts.models import Group, GroupMember, User
from ..clock import UTCDateTime
from ..extensions import among, insert_into, table, write
from . import channels, parts
from .models import Release
from .steps import insert_missing, take_stamp, take_stamps

#: A release about to arrive is kept too, for a page made with a clock ahead of ours.
SOON = timedelta(minutes=1)
_UNTOUCHED = cast(null(), BigInteger)


def add_reader(username: str, *, now: datetime, **account: Any) -> User:
    """Make an account and hand it the banners that are live, arriving now.

    Takes what :func:`accounts.actions.create` takes, and raises what it raises.
    """
    user = accounts.create(username, now=now, **account)
    welcome(_one(user.id), now)
    return user


def welcome(crowd: Select[Any], now: datetime) -> None:
    """Hand newcomers the banners that are live on their channels, arriving now."""
    sources = (channels.by_being_there(), channels.by_role(), channels.by_group())
    _hand_banners(channels.heard(crowd, *sources), now, stamp=_UNTOUCHED)


def set_timezone(user_id: int, timezone: str, now: datetime) -> str:
    """Change the reader's zone; returns its name.

    Raises:
        UnknownZone: where there is none of that name.
        NotThere: where there is no such account.
    """
    name = clock.zone_name(timezone)
    if take_stamp(user_id, now).timezone != name:
        with _between_zones(_one(user_id), now):
            write(update(table(User)).where(User.id == user_id).values(timezone=name))
    return name


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
    sources = (channels.by_being_there(), channels.by_role(), channels.by_group())
    in_zones = channels.heard(crowd, *sources, only_zones=True)
    _keep(in_zones, now)
    yield
    _hand_over(in_zones, now)


def grant_admin(user_id: int, now: datetime) -> bool:
    """Make the user an administrator from now on; False where they are one."""
    if take_stamp(user_id, now).is_admin:
        return False
    _set_admin(user_id, since=now)
    _hand_over(channels.heard(_one(user_id), channels.by_role()), now)
    return True


def revoke_admin(user_id: int, now: datetime) -> bool:
    """Make the user an ordinary one: what arrived for administrators stays; False if they are."""
    if not take_stamp(user_id, now).is_admin:
        return False
    _keep(channels.heard(_one(user_id), channels.by_role()), now)
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
    member = (GroupMember.group_id == group_id, GroupMember.user_id.in_(among(user_ids)))
    there = select(GroupMember.user_id).where(*member)
    newcomers = select(User.id, literal(group_id), literal(now, UTCDateTime)).where(
        User.id.in_(among(user_ids)), User.id.not_in(there)
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
    groups.check_few(crowd)  # under the lock: else two who join at once are both let in
    _hand_over(channels.heard(crowd, channels.by_group(GroupMember.since == now)), now)


def leave_group(name: str, user_ids: Collection[int], now: datetime) -> int:
    """Take these people out of a group: they keep what had arrived, and hear no more.

    Returns how many were in it. Raises NotThere where there is no such group.
    """
    member = (
        GroupMember.group_id == groups.find(name),
        GroupMember.user_id.in_(among(user_ids)),
    )
    crowd = select(GroupMember.user_id).where(*member)
    take_stamps(crowd, now)
    _keep(channels.heard(crowd, channels.by_group(Group.name == name)), now)
    return write(delete(table(GroupMember)).where(*member))


def hand_banner(number: int, now: datetime) -> None:
    """Hand a notification that became a banner to those who came after it: it has no floor."""
    sources = (channels.by_being_there(), channels.by_role(), channels.by_group())
    heard = channels.heard(select(User.id), *sources)
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
    _make(_in_view(heard, now, User.last_stamp).where(parts.unless_over(Release.expires_at)), now)


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
            parts.unless_over(Release.expires_at),
            *which,
        ),
        now,
    )


def _make(source: Select[Any], now: datetime) -> None:
    write(insert_missing(source), {"now": now})
