"""What was noted, newest first."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, select

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
    User.username.label("actor"),
).outerjoin(User, User.id == AuditEntry.actor_id)
_NEWEST = _ENTRIES.order_by(AuditEntry.id.desc())
_OLDER = _NEWEST.where(AuditEntry.id < _ID)
_NEWER = _ENTRIES.order_by(AuditEntry.id).where(AuditEntry.id > _ID)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as it is shown."""

    id: int
    at: datetime
    #: A username; None is the command line.
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
        """The number of the notification that it is about; None: it is about something else."""
        kind, _space, number = self.subject.partition(" ")
        return int(number) if kind == "notification" and number.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and those beside which the next pages begin."""

    entries: Sequence[Entry]
    older: Entry | None
    newer: Entry | None


def newest(connection: Connection, limit: int) -> list[Entry]:
    """The newest of all that was noted."""
    return [_entry(row) for row in connection.execute(_NEWEST.limit(limit))]


def page(connection: Connection, *, before: int | None = None, after: int | None = None) -> Page:
    """A page of the log: the newest, or the one older or newer than an entry's id."""
    if after is not None:
        found = [
            _entry(row) for row in connection.execute(_NEWER.limit(PAGE_SIZE + 1), {"id": after})
        ]
        if len(found) > PAGE_SIZE:
            found = found[:PAGE_SIZE][::-1]
            return Page(found, found[-1], found[0])
    if before is None:
        found = newest(connection, PAGE_SIZE + 1)
    else:
        found = [
            _entry(row) for row in connection.execute(_OLDER.limit(PAGE_SIZE + 1), {"id": before})
        ]
    older = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    return Page(found[:PAGE_SIZE], older, found[0] if before is not None and found else None)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{**row._asdict(), "detail": json.loads(row.detail)})
