"""Queries of the audit log, newest entries first."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, func, select

from ...core.paging import fetch_page
from ..accounts.models import User
from .models import AuditEntry

PAGE_SIZE = 50
COMMAND_LINE = "command line"

_ID = bindparam("id", type_=BigInteger)
_ENTRIES = select(
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.action,
    AuditEntry.subject,
    AuditEntry.detail,
    func.coalesce(User.username, AuditEntry.actor_name).label("actor"),
).outerjoin(User, User.id == AuditEntry.actor_id)
_NEWEST = _ENTRIES.order_by(AuditEntry.id.desc())
_OLDER = _NEWEST.where(AuditEntry.id < _ID)
_NEWER = _ENTRIES.order_by(AuditEntry.id).where(AuditEntry.id > _ID)


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
        return self.action.replace(".", " ").replace("-", " ").capitalize()

    @property
    def notification(self) -> int | None:
        """The id of the notification that the entry is about; None for other subjects."""
        kind, _space, subject_id = self.subject.partition(" ")
        return int(subject_id) if kind == "notification" and subject_id.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries, newest first; ``older`` and ``newer`` are set if more lie beyond."""

    entries: Sequence[Entry]
    older: Entry | None
    newer: Entry | None


def newest(connection: Connection, limit: int) -> list[Entry]:
    """Return the newest entries of the whole log."""
    return [_entry(row) for row in connection.execute(_NEWEST.limit(limit))]


def page(connection: Connection, *, before: int | None = None, after: int | None = None) -> Page:
    """Return a page of the log: the newest, or the one beside the entry with a given id.

    ``before`` asks for older entries than that one, ``after`` for newer ones.
    """

    def fetch(beyond: int | None, backwards: bool) -> Sequence[Entry]:
        if beyond is None:
            return newest(connection, PAGE_SIZE + 1)
        statement = _NEWER if backwards else _OLDER
        rows = connection.execute(statement.limit(PAGE_SIZE + 1), {"id": beyond})
        return [_entry(row) for row in rows]

    entries, newer, older = fetch_page(fetch, PAGE_SIZE, onward_from=before, back_from=after)
    return Page(entries, older, newer)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{**row._asdict(), "detail": json.loads(row.detail)})
