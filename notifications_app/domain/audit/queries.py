"""Queries of the audit log, newest entries first."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from ...core.database import table
from ...core.distinct_values import distinct_values
from ...core.folded_match import Folded, contains_all
from ...core.paging import fetch_page
from ...core.search_terms import distinct_terms
from ...core.text import fold
from ..accounts.directory import check_words
from ..accounts.models import User
from .models import COMMAND_LINE, AuditEntry

PAGE_SIZE = 50
_ENTRIES = select(
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.action,
    AuditEntry.subject,
    AuditEntry.detail,
    func.coalesce(User.username, AuditEntry.actor_name).label("actor"),
).outerjoin(User, User.id == AuditEntry.actor_id)


#: The name of SQLite's table is that of a migration.
_TEXT = Folded(AuditEntry.id.expression, AuditEntry.search_text.expression, "audit_fts")


def in_words(name: str) -> str:
    """Format a stored name: ``user.reset-link-made`` is ``user reset link created``."""
    words = re.sub(r"[._-]", " ", name).replace("sign ins", "sign-ins")
    return re.sub(r"\bmade$", "created", words)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the audit log, as pages and commands show it."""

    id: int
    at: datetime
    #: A username; None for the command line.
    actor: str | None
    action: str
    subject: str
    detail: dict[str, Any]

    @property
    def who(self) -> str:
        """The actor in words."""
        return self.actor or COMMAND_LINE

    @property
    def what(self) -> str:
        """The action in words: ``Broadcast sent``."""
        return in_words(self.action).capitalize()

    @property
    def notification(self) -> int | None:
        """The id of the notification that the entry is about; None for other subjects."""
        subject_id = self._named("notification")
        return int(subject_id) if subject_id.isdecimal() else None

    @property
    def username(self) -> str:
        """The username of the account that the entry is about; empty for other subjects."""
        return self._named("user")

    @property
    def group(self) -> str:
        """The name of the group that the entry is about; empty for other subjects."""
        return self._named("group")

    def _named(self, kind: str) -> str:
        found, _space, name = self.subject.partition(" ")
        return name if found == kind else ""


@dataclass(frozen=True, slots=True)
class Search:
    """A search of the log, as made by :func:`parse_search`; by default the whole log."""

    words: str = ""
    #: A username, or :data:`COMMAND_LINE`.
    actor: str = ""
    action: str = ""


ALL = Search()


def parse_search(words: str = "", actor: str = "", action: str = "") -> Search:
    """Check the parts of a search. Case is ignored in the words; all of them must be found.

    Raises:
        BadInput: with the field ``q``.
    """
    words = check_words(words)
    _words(words)
    return Search(words, check_words(actor), check_words(action))


def _words(text: str) -> tuple[str, ...]:
    return distinct_terms(text.split(), fold)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries, newest first; ``older`` and ``newer`` are set if more lie beyond."""

    entries: Sequence[Entry]
    older: Entry | None
    newer: Entry | None


def newest(
    connection: Connection, limit: int, search: Search = ALL, *, before: int | None = None
) -> list[Entry]:
    """Return the newest entries of the log, or those older than the entry ``before``."""
    statement = _matching(search, connection.dialect.name).order_by(AuditEntry.id.desc())
    if before is not None:
        statement = statement.where(AuditEntry.id < bindparam(None, before, type_=BigInteger))
    return [_entry(row) for row in connection.execute(statement.limit(limit))]


def _oldest(connection: Connection, limit: int, search: Search, after: int) -> list[Entry]:
    statement = _matching(search, connection.dialect.name).order_by(AuditEntry.id)
    statement = statement.where(AuditEntry.id > bindparam(None, after, type_=BigInteger))
    return [_entry(row) for row in connection.execute(statement.limit(limit))]


def page(
    connection: Connection,
    search: Search = ALL,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Page:
    """Return a page of the log: the newest, or the one beside the entry with a given id.

    ``before`` asks for older entries than that one, ``after`` for newer ones.
    """

    def fetch(beyond: int | None, backwards: bool) -> Sequence[Entry]:
        if beyond is not None and backwards:
            return _oldest(connection, PAGE_SIZE + 1, search, beyond)
        return newest(connection, PAGE_SIZE + 1, search, before=beyond)

    entries, newer, older = fetch_page(fetch, PAGE_SIZE, onward_from=before, back_from=after)
    return Page(entries, older, newer)


def actors(connection: Connection) -> list[str]:
    """Return everybody with an entry in the log, by name, the command line last."""
    columns = table(AuditEntry).c
    ids = distinct_values(connection, columns.actor_id)
    names = connection.execute(select(User.username).where(User.id.in_(ids))).scalars()
    deleted = distinct_values(connection, columns.actor_name)
    return [*sorted({*names, *deleted}), COMMAND_LINE]


def actions(connection: Connection) -> list[str]:
    """Return the actions in the log, in the order of the alphabet."""
    return sorted(distinct_values(connection, table(AuditEntry).c.action))


def _matching(search: Search, dialect: str) -> Select[Any]:
    statement = _ENTRIES
    if words := _words(search.words):
        as_stored = (json.dumps(word, ensure_ascii=False)[1:-1] for word in words)
        statement = statement.where(contains_all(_TEXT, as_stored, dialect))
    if search.actor:
        statement = statement.where(_is_by(search.actor))
    if search.action:
        statement = statement.where(AuditEntry.action == search.action)
    return statement


def _is_by(actor: str) -> ColumnElement[bool]:
    if actor == COMMAND_LINE:
        return and_(AuditEntry.actor_id.is_(None), AuditEntry.actor_name.is_(None))
    actor_id = select(User.id).where(User.username == actor).scalar_subquery()
    return or_(AuditEntry.actor_id == actor_id, AuditEntry.actor_name == actor)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{**row._asdict(), "detail": json.loads(row.detail)})
