"""What is there for one reader: pages, counts, banners, one notification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from . import statements
from .channels import Listener, listening, parameters

PAGE = 25
_LAST_ID = 2**63 - 1
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list ordered by moment and id: where a page begins or ends."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, newest first, and where the pages beside it begin."""

    rows: Sequence[Row[Any]]
    older: Position | None
    newer: Position | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What was there when a page was made: what "all" means on it."""

    moment: datetime
    top: int
    seen: int


def rows(
    connection: Connection,
    reader: Listener,
    now: datetime,
    *,
    tab: str = "inbox",
    beyond: Position | None = None,
    newer: bool = False,
    most: int = PAGE + 1,
) -> Sequence[Row[Any]]:
    """At most ``most`` rows of a tab, newest first, older (or newer) than a position."""
    channels = listening(reader)
    latest = _latest(tab, now)
    beyond = beyond or Position(latest, _LAST_ID)
    return connection.execute(
        statements.page_statement(tab, len(channels), most, newer=newer),
        {
            "reader_id": reader.id,
            "now": now,
            "at": beyond.at,
            "id": beyond.id,
            "upper": min(latest, beyond.at),
            "latest": latest,
            **parameters(channels),
        },
    ).all()


def _latest(tab: str, now: datetime) -> datetime:
    """The end of a tab. What was dismissed is listed though that be ahead of this clock."""
    return _LAST_MOMENT if tab == "dismissed" else now


def page(
    connection: Connection,
    reader: Listener,
    now: datetime,
    *,
    tab: str = "inbox",
    before: Position | None = None,
    after: Position | None = None,
) -> Page:
    """A page of a tab: the newest, or the one before or after a position."""
    if after is not None:
        found = rows(connection, reader, now, tab=tab, beyond=after, newer=True)
        if len(found) > PAGE:
            found = found[1:]
            return Page(found, _position(found[-1]), _position(found[0]))
    found = rows(connection, reader, now, tab=tab, beyond=before)
    older = _position(found[PAGE - 1]) if len(found) > PAGE else None
    newer = _position(found[0]) if before and found else None
    return Page(found[:PAGE], older, newer)


def _position(row: Row[Any]) -> Position:
    return Position(row.position, row.id)


def count(connection: Connection, reader: Listener, now: datetime, *, tab: str = "unread") -> int:
    """How many notifications are in a tab; 100 stands for "99+"."""
    channels = listening(reader)
    values = {
        "reader_id": reader.id,
        "now": now,
        "latest": _latest(tab, now),
        **parameters(channels),
    }
    found = connection.execute(statements.count_statement(tab, len(channels)), values)
    return int(found.scalar_one())


def banners(connection: Connection, reader: Listener, now: datetime) -> Sequence[Row[Any]]:
    """What stands on top of every page: the live banners not dismissed, newest first."""
    channels = listening(reader)
    values = {"reader_id": reader.id, "now": now, **parameters(channels)}
    return connection.execute(statements.banners_statement(len(channels)), values).all()


def one(connection: Connection, reader: Listener, number: int, now: datetime) -> Row[Any] | None:
    """One notification as this reader has it, dismissed or not; None where it is not theirs."""
    channels = listening(reader)
    values = {"reader_id": reader.id, "id": number, "now": now, **parameters(channels)}
    return connection.execute(statements.one_statement(len(channels)), values).first()


def shown(connection: Connection, reader: Listener, now: datetime) -> Shown:
    """What "all" will mean on a page made now; to be asked before its rows are."""
    row = connection.execute(statements.SHOWN, {"reader_id": reader.id}).one()
    return Shown(now, row.top, row.seen)
