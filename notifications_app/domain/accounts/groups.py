"""Groups of people: making, finding and listing them. Who is in one is the inbox's to change."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError

from ...core.database import db, ids_as_select, table
from ...core.errors import AlreadyTaken, NotFound, Refused
from ...core.text import check_slug
from .models import Group, GroupMember, User

#: In how many groups one person may be. Each is two channels, and so two parts of every
#: statement about their inbox: SQLite takes 500, and to build 250 takes seconds.
MAX_GROUPS_PER_USER = 50


def check_name(name: str) -> str:
    """The name in lower case, a slug of at most 40 characters; raises :class:`BadInput`."""
    return check_slug(name.lower(), "group", "group name")


def create(name: str) -> str:
    """Make an empty group; returns its name.

    Raises:
        BadInput: where the name is none.
        Taken: where there is such a group.
    """
    name = check_name(name)
    try:
        db.session.execute(insert(table(Group)).values(name=name))
    except IntegrityError:
        raise AlreadyTaken(
            f"There is a group “{name}” already. Nothing was changed.", "group"
        ) from None
    return name


def find(name: str) -> int:
    """The id of a group. Raises NotThere."""
    found = db.session.execute(_by_name(name)).scalar_one_or_none()
    if found is None:
        raise _missing(name)
    return int(found)


def _by_name(name: str) -> Select[Any]:
    # What could not be a name, such as one with a NUL, need not reach a driver.
    return select(Group.id).where(Group.name == (name if name.isprintable() else ""))


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no group “{name}”. Nothing was changed.", "group")


def list_groups() -> Select[Any]:
    """Every group by name, with how many are in it."""
    inside = (
        select(func.count())
        .select_from(GroupMember)
        .where(GroupMember.group_id == Group.id)
        .correlate(Group)
        .scalar_subquery()
    )
    return select(Group.id, Group.name, inside.label("members")).order_by(Group.name)


def members(connection: Connection, name: str) -> Sequence[Row[Any]]:
    """Who is in a group, by name, and since when. Raises NotThere."""
    group_id = connection.execute(_by_name(name)).scalar_one_or_none()
    if group_id is None:
        raise _missing(name)
    return connection.execute(
        select(User.username, User.display_name, GroupMember.since)
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(GroupMember.group_id == group_id)
        .order_by(User.username)
    ).all()


def members_among(name: str, user_ids: Collection[int]) -> set[int]:
    """Which of these people are in a group now. Raises NotThere."""
    inside = select(GroupMember.user_id).where(
        GroupMember.group_id == find(name), GroupMember.user_id.in_(ids_as_select(user_ids))
    )
    return set(db.session.execute(inside).scalars())


def check_group_limit(people: Select[Any]) -> None:
    """Raises Refused where one of these people (a SELECT of ids) is in over :data:`MOST` groups."""
    too_many = (
        select(User.username)
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(User.id.in_(people.correlate(None)))
        .group_by(User.username)
        .having(func.count() > MAX_GROUPS_PER_USER)
        .order_by(User.username)
        .limit(1)
    )
    name = db.session.execute(too_many).scalar()
    if name is not None:
        raise Refused(
            f"“{name}” would be in over {MAX_GROUPS_PER_USER} groups. Nothing was changed.", "group"
        )
