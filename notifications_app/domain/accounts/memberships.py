"""A person's groups as a single column, for any statement that reads from ``users``."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's membership of a group, and the moment it began."""

    name: str
    since: datetime


class _Memberships(TypeDecorator[tuple[Membership, ...]]):
    """A column type that reads JSON pairs of group and moment as memberships, ordered by name."""

    impl = Text
    cache_ok = True

    def process_result_value(
        self, value: str | None, _dialect: Dialect
    ) -> tuple[Membership, ...] | None:
        return tuple(
            Membership(name, _moment(since)) for name, since in sorted(json.loads(value or "[]"))
        )


def _moment(words: str) -> datetime:
    """Parse a moment; SQLite writes it without an offset, in UTC."""
    moment = datetime.fromisoformat(words)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Groups(ColumnElement[tuple[Membership, ...]]):
    """An element with SQL of our own: in RETURNING on SQLite, SQLAlchemy drops the table names."""

    inherit_cache = True
    type = _Memberships()


_FROM = (
    " FROM group_members JOIN groups ON groups.id = group_members.group_id"
    " WHERE group_members.user_id = users.id)"
)


@compiles(_Groups, "sqlite")
def _on_sqlite(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "(SELECT json_group_array(json_array(groups.name, group_members.since))" + _FROM


@compiles(_Groups, "postgresql")
def _on_postgresql(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "(SELECT CAST(json_agg(json_build_array(groups.name, group_members.since)) AS text)" + (
        _FROM
    )


#: The groups of the row of ``users`` at hand, as a tuple of :class:`Membership`.
GROUPS = _Groups().label("groups")
