"""Comparison of the staged lines with the accounts, in a few statements for any number of lines."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    update,
)

from ...core.database import db, table, write
from ..accounts.models import Group, GroupMember, User
from .csv_file import LineError, shorten
from .temporary_tables import GROUPS, PEOPLE

#: The number of names in a report, of each kind.
FIRST = 5

_OWN_ID = select(User.id).where(User.username == PEOPLE.c.username).scalar_subquery()


def find_people() -> None:
    """Find the account of each line by its username."""
    write(update(PEOPLE).values(user_id=_OWN_ID))


def clashes() -> Iterator[LineError]:
    """Yield an error for each line with a duplicate, or with somebody else's email address."""
    for column in (PEOPLE.c.username, PEOPLE.c.email):
        for row in db.session.execute(_twice(column)):
            reason = f"It is already on line {row.first}."
            yield LineError(row.line, reason, column.name, shorten(row.value))
    for row in db.session.execute(_OF_OTHERS):
        yield LineError(row.line, f"It belongs to “{row.username}”.", "email", shorten(row.email))


def _twice(column: Column[Any]) -> Select[Any]:
    first = func.min(PEOPLE.c.line).over(partition_by=column)
    every = select(PEOPLE.c.line, column.label("value"), first.label("first"))
    lines = every.where(column.is_not(None)).subquery()
    return select(lines).where(lines.c.line != lines.c.first)


_OF_OTHERS = (
    select(PEOPLE.c.line, PEOPLE.c.email, User.username)
    .join(User, User.email == PEOPLE.c.email)
    .where(User.id.is_distinct_from(PEOPLE.c.user_id))
)


def _differs(column: Column[Any], current: Any) -> ColumnElement[bool]:
    """Return the condition that a line gives a value, and one that differs from the account's."""
    return and_(column.is_not(None), column.is_distinct_from(current))


_IS_IN = exists(
    select(GroupMember.user_id)
    .join(Group, Group.id == GroupMember.group_id)
    .where(Group.name == GROUPS.c.name, GroupMember.user_id == PEOPLE.c.user_id)
    .correlate(GROUPS, PEOPLE)
)
_JOINS = exists(
    select(GROUPS.c.line).where(GROUPS.c.line == PEOPLE.c.line, not_(_IS_IN)).correlate(PEOPLE)
)


def compare() -> None:
    """Mark each line as new, or with what it changes: values, the zone, groups."""
    write(update(PEOPLE).where(PEOPLE.c.user_id.is_(None)).values(is_new=true()))
    write(
        update(PEOPLE)
        .where(table(User).c.id == PEOPLE.c.user_id)
        .values(
            changes=or_(
                _differs(PEOPLE.c.email, table(User).c.email),
                _differs(PEOPLE.c.display_name, table(User).c.display_name),
            ),
            moves=_differs(PEOPLE.c.timezone, table(User).c.timezone),
        )
    )
    write(update(PEOPLE).where(not_(PEOPLE.c.is_new), _JOINS).values(joins=true()))


CHANGED = and_(not_(PEOPLE.c.is_new), or_(PEOPLE.c.changes, PEOPLE.c.moves, PEOPLE.c.joins))


def counts() -> tuple[int, int, int]:
    """Return the number of lines, and of those that are new and that change an account."""
    row = db.session.execute(
        select(
            func.count(PEOPLE.c.line),
            func.count(case((PEOPLE.c.is_new, 1))),
            func.count(case((CHANGED, 1))),
        )
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def with_new_emails() -> list[int]:
    """Return the ids of the people who have an email address, and get another one."""
    people = table(User)
    had_another = and_(people.c.email.is_not(None), _differs(PEOPLE.c.email, people.c.email))
    statement = select(people.c.id).join(PEOPLE, PEOPLE.c.user_id == people.c.id)
    return list(db.session.execute(statement.where(had_another)).scalars())


def first_names(which: ColumnElement[bool]) -> list[str]:
    """Return the first few usernames of a kind, in the order of the file."""
    statement = select(PEOPLE.c.username).where(which).order_by(PEOPLE.c.line).limit(FIRST)
    return list(db.session.execute(statement).scalars())


def unknown_groups() -> list[str]:
    """Return the named groups that do not exist yet, in alphabetical order."""
    is_known = exists(select(Group.id).where(Group.name == GROUPS.c.name))
    named = select(GROUPS.c.name).where(not_(is_known)).distinct().order_by(GROUPS.c.name)
    return list(db.session.execute(named).scalars())
