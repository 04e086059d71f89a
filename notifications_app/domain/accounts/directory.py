"""The administrators' list of people: filtered, searched, in pages ordered by username."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    select,
    true,
)

from ...core.errors import BadInput
from ...core.folded_match import Folded, contains_all
from ...core.paging import fetch_page
from ...core.text import trim
from . import queries
from .memberships import GROUPS
from .models import Group, GroupMember, User

PAGE_SIZE = 50
MAX_SEARCH_LENGTH = 200

#: The kinds of people to choose from, each with its condition.
FILTERS: Mapping[str, ColumnElement[bool]] = {
    "everyone": true(),
    "admins": User.is_admin.is_(True),
    "no-password": and_(User.is_active, User.password_hash.is_(None)),
    "inactive": not_(User.is_active),
}
#: The name of SQLite's table is that of a migration.
_TEXT = Folded(User.id.expression, User.search_text.expression, "users_fts")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of people; ``previous`` and ``next`` are its first and last row if more lie beyond."""

    rows: Sequence[Row[Any]]
    previous: Row[Any] | None
    next: Row[Any] | None


def check_words(words: str) -> str:
    """Return the search text in NFC, as stored names are.

    Raises:
        BadInput: with the field ``q``.
    """
    if len(words) > MAX_SEARCH_LENGTH:
        raise BadInput(f"A search has at most {MAX_SEARCH_LENGTH} characters; shorten it.", "q")
    if "\0" in words:
        raise BadInput("A search cannot contain control characters.", "q")
    # A line break would match the end of one name and the start of the next.
    return unicodedata.normalize("NFC", trim(re.sub(r"[\n\r]+", " ", words)))


def page(
    connection: Connection,
    kind: str,
    words: str,
    *,
    after: int | None = None,
    before: int | None = None,
) -> Page:
    """Return a page of the people of one kind whose names or addresses contain the words.

    Case is ignored. The page is the first one, or the one after or before the person with the
    given id.
    """
    dialect = connection.dialect.name
    people = queries.list_users().where(FILTERS[kind], _matching(words, dialect))
    return _page(connection, people, after, before)


def members(
    connection: Connection, group: str, *, after: int | None = None, before: int | None = None
) -> Page:
    """Return a page of the members of a group, each with the moment of joining, ``since``.

    The page is the first one, or the one after or before the person with the given id.
    """
    people = (
        queries.list_users()
        .add_columns(GroupMember.since)
        .join(GroupMember, GroupMember.user_id == User.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.name == group)
    )
    return _page(connection, people, after, before)


def _page(
    connection: Connection, people: Select[Any], after: int | None, before: int | None
) -> Page:
    def fetch(beyond: int | None, backwards: bool) -> Sequence[Row[Any]]:
        statement = people
        if backwards:
            statement = statement.order_by(None).order_by(User.username.desc())
        if beyond is not None:
            name = _name_of(beyond)
            statement = statement.where(User.username < name if backwards else User.username > name)
        return connection.execute(statement.limit(PAGE_SIZE + 1)).all()

    return Page(*fetch_page(fetch, PAGE_SIZE, onward_from=after, back_from=before))


def _name_of(user_id: int) -> ScalarSelect[str]:
    person_id = bindparam(None, user_id, type_=BigInteger)
    return select(User.username).where(User.id == person_id).correlate(None).scalar_subquery()


def _matching(words: str, dialect: str) -> ColumnElement[bool]:
    return contains_all(_TEXT, [words], dialect) if words else true()


def counts(connection: Connection, words: str) -> dict[str, int]:
    """Count the people who match the words, for each of :data:`FILTERS`."""
    if not words:  # of each kind there is an index, and counting it is quick
        return {
            kind: connection.execute(select(func.count(User.id)).where(is_one)).scalar_one()
            for kind, is_one in FILTERS.items()
        }
    counted = (func.count(case((is_one, 1))).label(kind) for kind, is_one in FILTERS.items())
    matching = _matching(words, connection.dialect.name)
    row = connection.execute(select(*counted).where(matching)).one()
    return {kind: int(count) for kind, count in zip(FILTERS, row, strict=True)}


def one(connection: Connection, user_id: int) -> Row[Any] | None:
    """Return one person with their groups; None if there is no such account."""
    person = queries.list_users().add_columns(GROUPS).where(User.id == user_id)
    return connection.execute(person).first()
