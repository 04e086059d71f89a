"""What is there for one reader: pages, counts, banners, one notification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from ...core.paging import Position
from . import conditions, lookups, search, statements
from .conditions import TABS_WITH_UNDELIVERED
from .filters import InboxFilter
from .models import Mute
from .subscriptions import Subscriber, channel_parameters, subscriptions

PAGE_SIZE = 25
EVERYTHING = InboxFilter()
_LAST_ID = 2**63 - 1
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, newest first, and where the pages beside it begin."""

    rows: Sequence[Row[Any]]
    older: Position | None
    newer: Position | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was there when a page was made: what "all" means on it."""

    moment: datetime
    top: int
    seen: int
    #: The topics that were muted, with commas between them.
    muted: str = ""


def rows(
    connection: Connection,
    reader: Subscriber,
    now: datetime,
    *,
    view: InboxFilter = EVERYTHING,
    beyond: Position | None = None,
    newer: bool = False,
    most: int = PAGE_SIZE + 1,
) -> Sequence[Row[Any]]:
    """At most ``most`` rows of a view, newest first, older (or newer) than a position."""
    channels = subscriptions(reader)
    latest = _latest(view.tab, now)
    dialect = connection.dialect.name
    beyond = beyond or Position(latest, _LAST_ID)
    return connection.execute(
        statements.page_statement(view.tab, len(channels), most, view.shape, dialect, newer=newer),
        {
            "reader_id": reader.id,
            "now": now,
            "at": beyond.at,
            "id": beyond.id,
            "upper": min(latest, beyond.at),
            "latest": latest,
            **channel_parameters(channels),
            **search.values(view.terms, dialect),
        },
    ).all()


def _latest(tab: str, now: datetime) -> datetime:
    """The end of a tab: what sleeps lies ahead, what was dismissed may be ahead of this clock."""
    return now if tab in TABS_WITH_UNDELIVERED else _LAST_MOMENT


def page(
    connection: Connection,
    reader: Subscriber,
    now: datetime,
    *,
    view: InboxFilter = EVERYTHING,
    before: Position | None = None,
    after: Position | None = None,
) -> Page:
    """A page of a view: the newest, or the one before or after a position."""
    if after is not None:
        found = rows(connection, reader, now, view=view, beyond=after, newer=True)
        if len(found) > PAGE_SIZE:
            found = found[1:]
            return Page(found, _position(found[-1]), _position(found[0]))
    found = rows(connection, reader, now, view=view, beyond=before)
    older = _position(found[PAGE_SIZE - 1]) if len(found) > PAGE_SIZE else None
    newer = _position(found[0]) if before and found else None
    return Page(found[:PAGE_SIZE], older, newer)


def _position(row: Row[Any]) -> Position:
    return Position(row.position, row.id)


def count(connection: Connection, reader: Subscriber, now: datetime, *, tab: str = "unread") -> int:
    """How many notifications are in a tab; 100 stands for "99+"."""
    if tab == "muted" and not mutes(connection, reader.id):
        return 0  # else all of the inbox is read, to find that of nothing there is nothing
    channels = subscriptions(reader)
    values = {
        "reader_id": reader.id,
        "now": now,
        "latest": _latest(tab, now),
        **channel_parameters(channels),
    }
    found = connection.execute(statements.count_statement(tab, len(channels)), values)
    return int(found.scalar_one())


def banners(connection: Connection, reader: Subscriber, now: datetime) -> Sequence[Row[Any]]:
    """What stands on top of every page: the live banners not dismissed, newest first."""
    channels = subscriptions(reader)
    values = {"reader_id": reader.id, "now": now, **channel_parameters(channels)}
    return connection.execute(lookups.banners_statement(len(channels)), values).all()


def one(
    connection: Connection, reader: Subscriber, notification_id: int, now: datetime
) -> Row[Any] | None:
    """One notification as this reader has it, dismissed or not; None where it is not theirs."""
    channels = subscriptions(reader)
    values = {
        "reader_id": reader.id,
        "id": notification_id,
        "now": now,
        **channel_parameters(channels),
    }
    return connection.execute(lookups.one_statement(len(channels)), values).first()


def take_snapshot(connection: Connection, reader: Subscriber, now: datetime) -> Snapshot:
    """What "all" will mean on a page made now; to be asked before its rows are."""
    row = connection.execute(lookups.SNAPSHOT, {"reader_id": reader.id}).one()
    return Snapshot(now, row.top, row.seen, row.muted or "")


_MUTES = select(Mute.topic).where(Mute.user_id == conditions.READER_ID).order_by(Mute.topic)


def mutes(connection: Connection, user_id: int) -> list[str]:
    """The topics that this reader muted, by name."""
    return list(connection.execute(_MUTES, {"reader_id": user_id}).scalars())


def topics(connection: Connection, reader: Subscriber, now: datetime) -> list[str]:
    """The topics that this reader has lately met or muted, by name: what a menu offers."""
    values = {"reader_id": reader.id, "now": now}
    found = set(connection.execute(lookups.TOPICS, values).scalars())
    found |= {row.topic for row in rows(connection, reader, now, most=200)}
    return sorted(found | set(mutes(connection, reader.id)))
