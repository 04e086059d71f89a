"""Groups of people: create, find and list them.

Members join and leave in ``inbox.change_groups``, because their deliveries change with it.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError

from ...core.database import db, ids_as_select, table
from ...core.errors import AlreadyTaken, NotFound, Refused
from ...core.text import check_slug
from .models import Group, GroupMember, User

#: Each group is two channels, so two SELECTs in every statement about the member's inbox:
#: SQLite allows 500 of them, and building 250 takes seconds.
MAX_GROUPS_PER_USER = 50


def check_name(name: str) -> str:
    """Return the group name in lower case: a slug of at most 40 characters.

    Raises:
        BadInput: with the field ``group``.
    """
    return check_slug(name.lower(), "group", "group name")


def create(name: str) -> str:
    """Create an empty group; return its name.

    Raises:
        BadInput: if the name is not valid.
        AlreadyTaken: if a group has this name.
    """
    name = check_name(name)
    try:
        db.session.execute(insert(table(Group)).values(name=name))
    except IntegrityError:
        raise AlreadyTaken(
            f"The group “{name}” already exists. Nothing was changed.", "group"
        ) from None
    return name


def find(name: str) -> int:
    """Return the id of a group.

    Raises:
        NotFound: if there is no such group.
    """
    group_id = db.session.execute(_by_name(name)).scalar_one_or_none()
    if group_id is None:
        raise _missing(name)
    return int(group_id)


def _by_name(name: str) -> Select[Any]:
    # Text that cannot be a name, such as one with a NUL, must not reach the driver.
    return select(Group.id).where(Group.name == (name if name.isprintable() else ""))


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no group “{name}”. Nothing was changed.", "group")


def list_groups() -> Select[Any]:
    """Return a SELECT of every group by name, with its number of members."""
    size = (
        select(func.count())
        .select_from(GroupMember)
        .where(GroupMember.group_id == Group.id)
        .correlate(Group)
        .scalar_subquery()
    )
    return select(Group.id, Group.name, size.label("members")).order_by(Group.name)


def one(connection: Connection, name: str) -> Row[Any]:
    """Return id, name and number of members of a group.

    Raises:
        NotFound: if there is no such group.
    """
    row = connection.execute(list_groups().where(Group.id.in_(_by_name(name)))).first()
    if row is None:
        raise _missing(name)
    return row


def names(connection: Connection, start: str, limit: int) -> list[str]:
    """Return the first names of groups that begin with ``start``, in either case."""
    begins = Group.name.startswith(start.lower(), autoescape=True)
    statement = select(Group.name).where(begins).order_by(Group.name).limit(limit)
    return list(connection.execute(statement).scalars())


def members(connection: Connection, name: str) -> Sequence[Row[Any]]:
    """Return the members of a group by username, each with the moment of joining.

    Raises:
        NotFound: if there is no such group.
    """
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
    """Return the ids of these people who are members of a group now.

    Raises:
        NotFound: if there is no such group.
    """
    member_ids = select(GroupMember.user_id).where(
        GroupMember.group_id == find(name), GroupMember.user_id.in_(ids_as_select(user_ids))
    )
    return set(db.session.execute(member_ids).scalars())


def check_group_limit(users: Select[Any]) -> None:
    """Check that none of these users is in more groups than :data:`MAX_GROUPS_PER_USER`.

    ``users`` is a SELECT of user ids.

    Raises:
        Refused: naming the first user who is.
    """
    too_many = (
        select(User.username)
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(User.id.in_(users.correlate(None)))
        .group_by(User.username)
        .having(func.count() > MAX_GROUPS_PER_USER)
        .order_by(User.username)
        .limit(1)
    )
    name = db.session.execute(too_many).scalar()
    if name is not None:
        raise Refused(
            f"“{name}” would be in more than {MAX_GROUPS_PER_USER} groups. Nothing was changed.",
            "group",
        )
