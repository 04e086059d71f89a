"""Questions about one reader's inbox: pages, counts, banners, one notification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from ...core.paging import Position, fetch_page
from . import conditions, search, statements
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
    """A page of a view, newest first; ``older`` and ``newer`` are set if more rows lie beyond."""

    rows: Sequence[Row[Any]]
    older: Position | None
    newer: Position | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of the inbox when a page was made, which bounds "all" on that page."""

    moment: datetime
    top: int
    seen: int
    #: The muted topics, separated by commas.
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
    """Return at most ``most`` rows of a view, newest first, older (or newer) than a position."""
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
    """Return the last moment of a tab.

    Snoozed notifications arrive in the future, and a dismissal may be ahead of this clock.
    """
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
    """Return a page of a view: the newest, or the one before or after a position."""

    def fetch(beyond: Position | None, backwards: bool) -> Sequence[Row[Any]]:
        newest_first = rows(connection, reader, now, view=view, beyond=beyond, newer=backwards)
        return newest_first[::-1] if backwards else newest_first

    found, newer, older = fetch_page(fetch, PAGE_SIZE, onward_from=before, back_from=after)
    return Page(found, _position(older), _position(newer))


def _position(row: Row[Any] | None) -> Position | None:
    return None if row is None else Position(row.position, row.id)


def count(connection: Connection, reader: Subscriber, now: datetime, *, tab: str = "unread") -> int:
    """Count the notifications in a tab; 100 means "99+"."""
    if tab == "muted" and not mutes(connection, reader.id):
        return 0  # else the whole inbox is read to find nothing
    channels = subscriptions(reader)
    values = {
        "reader_id": reader.id,
        "now": now,
        "latest": _latest(tab, now),
        **channel_parameters(channels),
    }
    counted = connection.execute(statements.count_statement(tab, len(channels)), values)
    return int(counted.scalar_one())


def count_exactly(
    connection: Connection,
    reader: Subscriber,
    now: datetime,
    *,
    view: InboxFilter,
    above: Position | None = None,
) -> int:
    """Count a view, or its part newer than a position; 10,000 means "9,999+"."""
    channels, dialect = subscriptions(reader), connection.dialect.name
    values = {
        "reader_id": reader.id,
        "now": now,
        "latest": _latest(view.tab, now),
        **channel_parameters(channels),
        **search.values(view.terms, dialect),
        **({"at": above.at, "id": above.id} if above else {}),
    }
    statement = statements.count_statement(
        view.tab,
        len(channels),
        view.shape,
        dialect,
        most=statements.EXACT_CAP,
        above=above is not None,
    )
    return int(connection.execute(statement, values).scalar_one())


def banners(connection: Connection, reader: Subscriber, now: datetime) -> Sequence[Row[Any]]:
    """Return the banners for the top of every page: live, not dismissed, newest first."""
    channels = subscriptions(reader)
    values = {"reader_id": reader.id, "now": now, **channel_parameters(channels)}
    return connection.execute(statements.banners_statement(len(channels)), values).all()


def one(
    connection: Connection, reader: Subscriber, notification_id: int, now: datetime
) -> Row[Any] | None:
    """Return one notification from this reader's point of view; None if it is not theirs.

    It may be dismissed or snoozed.
    """
    channels = subscriptions(reader)
    values = {
        "reader_id": reader.id,
        "id": notification_id,
        "now": now,
        **channel_parameters(channels),
    }
    return connection.execute(statements.one_statement(len(channels)), values).first()


def take_snapshot(connection: Connection, reader: Subscriber, now: datetime) -> Snapshot:
    """Take the snapshot behind "select all". Call it before reading the page's rows."""
    row = connection.execute(statements.SNAPSHOT, {"reader_id": reader.id}).one()
    return Snapshot(now, row.top, row.seen, row.muted or "")


_MUTES = select(Mute.topic).where(Mute.user_id == conditions.READER_ID).order_by(Mute.topic)


def mutes(connection: Connection, user_id: int) -> list[str]:
    """Return the topics that this reader muted, by name."""
    return list(connection.execute(_MUTES, {"reader_id": user_id}).scalars())


def topics(connection: Connection, reader: Subscriber, now: datetime) -> list[str]:
    """Return the reader's recent and muted topics, by name, for the topic menu."""
    values = {"reader_id": reader.id, "now": now}
    names = set(connection.execute(statements.TOPICS, values).scalars())
    names |= {row.topic for row in rows(connection, reader, now, most=200)}
    return sorted(names | set(mutes(connection, reader.id)))
