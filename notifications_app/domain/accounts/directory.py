"""People as an administrator looks through them: by username, a page at a time."""

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
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    true,
)

from ...core.errors import BadInput
from . import queries
from .memberships import GROUPS
from .models import User

PAGE_SIZE = 50
MAX_SEARCH_LENGTH = 200

#: Which people can be asked for, and what makes one of them.
FILTERS: Mapping[str, ColumnElement[bool]] = {
    "everyone": true(),
    "admins": User.is_admin.is_(True),
    "no-password": and_(User.is_active, User.password_hash.is_(None)),
    "inactive": not_(User.is_active),
}
#: What is searched; null would be no text to SQLite's function.
_SEARCHED = (User.username, User.display_name, func.coalesce(User.email, ""))


@dataclass(frozen=True, slots=True)
class Page:
    """People by username, and the first and last of them where there are pages beside this."""

    rows: Sequence[Row[Any]]
    previous: Row[Any] | None
    next: Row[Any] | None


def check_words(words: str) -> str:
    """What to look for, as names are written; raises BadInput with the field ``q``."""
    if len(words) > MAX_SEARCH_LENGTH:
        raise BadInput(f"A search has at most {MAX_SEARCH_LENGTH} characters; shorten it.", "q")
    if "\0" in words:
        raise BadInput("A search is made of characters that can be typed.", "q")
    return unicodedata.normalize("NFC", words.strip())


def page(
    connection: Connection,
    kind: str,
    words: str,
    *,
    after: int | None = None,
    before: int | None = None,
) -> Page:
    """A page of the people of a kind whose names or addresses hold the words in any case.

    It is the first, or the one that begins after, or ends before, the person with an id.
    """
    dialect = connection.dialect.name
    everyone = queries.list_users().where(FILTERS[kind], _matching(words, dialect))
    if before is not None:
        back = everyone.where(User.username < _name_of(before))
        back = back.order_by(None).order_by(User.username.desc())
        found = connection.execute(back.limit(PAGE_SIZE + 1)).all()
        if len(found) > PAGE_SIZE:
            rows = found[:PAGE_SIZE][::-1]
            return Page(rows, rows[0], rows[-1])
    onward = everyone if after is None else everyone.where(User.username > _name_of(after))
    found = connection.execute(onward.limit(PAGE_SIZE + 1)).all()
    rows = found[:PAGE_SIZE]
    first = rows[0] if after is not None and rows else None
    return Page(rows, first, rows[-1] if len(found) > PAGE_SIZE else None)


def _name_of(user_id: int) -> ScalarSelect[str]:
    person_id = bindparam(None, user_id, type_=BigInteger)
    return select(User.username).where(User.id == person_id).correlate(None).scalar_subquery()


def _matching(words: str, dialect: str) -> ColumnElement[bool]:
    if not words:
        return true()
    wanted = "%{}%".format(re.sub(r"([%_\\])", r"\\\1", words))
    if dialect == "sqlite":
        folded = wanted.casefold()
        return or_(*(func.casefold(one).like(folded, escape="\\") for one in _SEARCHED))
    return or_(*(one.ilike(wanted, escape="\\") for one in _SEARCHED))


def counts(connection: Connection, words: str) -> dict[str, int]:
    """How many people of each kind there are among those who match."""
    each = (func.count(case((which, 1))).label(kind) for kind, which in FILTERS.items())
    row = connection.execute(select(*each).where(_matching(words, connection.dialect.name))).one()
    return {kind: int(count) for kind, count in zip(FILTERS, row, strict=True)}


def one(connection: Connection, user_id: int) -> Row[Any] | None:
    """A person and the groups they are in."""
    person = queries.list_users().add_columns(GROUPS).where(User.id == user_id)
    return connection.execute(person).first()
