"""Questions about one reader's inbox: pages, counts, banners, one notification."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from ...core.paging import Position, fetch_page
from . import conditions, search, statements
from .filters import InboxFilter
from .models import Mute
from .subscriptions import Subscriber, channel_parameters, subscriptions

PAGE_SIZE = 25
EVERYTHING = InboxFilter()
_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a view; ``older`` is set if more rows follow it, ``newer`` if any precede it.

    The newest row is the first of a list. In Snoozed it is the one that returns the soonest.
    """

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
    backwards: bool = False,
    most: int = PAGE_SIZE + 1,
) -> Sequence[Row[Any]]:
    """Return at most ``most`` rows of a view that follow a position, or ``backwards`` precede it.

    They are in the order of the list.
    """
    channels = subscriptions(reader)
    latest = _latest(view.tab, now)
    dialect = connection.dialect.name
    beyond = _start(view.tab, now, beyond)
    statement = statements.page_statement(
        view.tab, len(channels), most, view.shape, dialect, backwards=backwards
    )
    return statement.all(
        connection,
        {
            "reader_id": reader.id,
            "now": now,
            "at": beyond.at,
            "id": beyond.id,
            "upper": min(latest, beyond.at),
            "upper_now": min(now, beyond.at),
            **channel_parameters(channels),
            **search.values(view.terms, dialect),
        },
    )


def _latest(tab: str, now: datetime) -> datetime:
    """Return the last moment of a tab."""
    return now if conditions.ends_now(tab) else conditions.LAST_MOMENT


def _start(tab: str, now: datetime, beyond: Position | None) -> Position:
    """Return the position from which to read, by default the start of the list."""
    if tab not in conditions.TABS_AHEAD:
        return beyond or Position(_latest(tab, now), _LAST_ID)
    start = Position(now, _LAST_ID)
    return start if beyond is None or beyond.at <= now else beyond


def page(
    connection: Connection,
    reader: Subscriber,
    now: datetime,
    *,
    view: InboxFilter = EVERYTHING,
    before: Position | None = None,
    after: Position | None = None,
) -> Page:
    """Return a page of a view: the first, or the one that follows or precedes a position.

    ``before`` and ``after`` are about age: the page that follows ``before`` is older.
    """

    def fetch(beyond: Position | None, backwards: bool) -> Sequence[Row[Any]]:
        found = rows(connection, reader, now, view=view, beyond=beyond, backwards=backwards)
        return found[::-1] if backwards else found

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
        **channel_parameters(channels),
    }
    return int(statements.count_statement(tab, len(channels)).one(connection, values)[0])


def tab_counts(
    connection: Connection, reader: Subscriber, now: datetime, *, has_mutes: bool
) -> dict[str, int]:
    """Count the notifications in each tab, at once; 100 means "99+"."""
    channels = subscriptions(reader)
    values = {
        "reader_id": reader.id,
        "now": now,
        **channel_parameters(channels),
    }
    counted = statements.counts_statement(len(channels), has_mutes=has_mutes)
    found: dict[str, int] = counted.one(connection, values)._asdict()
    return found


def count_exactly(
    connection: Connection,
    reader: Subscriber,
    now: datetime,
    *,
    view: InboxFilter,
    above: Position | None = None,
) -> int:
    """Count a view, or its part that precedes a position; 10,000 means "9,999+"."""
    channels, dialect = subscriptions(reader), connection.dialect.name
    values = {
        "reader_id": reader.id,
        "now": now,
        **channel_parameters(channels),
        **search.values(view.terms, dialect),
        **({"at": above.at, "id": above.id, "upper": above.at} if above else {}),
    }
    statement = statements.count_statement(
        view.tab,
        len(channels),
        view.shape,
        dialect,
        most=statements.EXACT_CAP,
        above=above is not None,
    )
    return int(statement.one(connection, values)[0])


def banners(connection: Connection, reader: Subscriber, now: datetime) -> Sequence[Row[Any]]:
    """Return the banners for the top of every page: live, not dismissed, newest first."""
    channels = subscriptions(reader)
    values = {"reader_id": reader.id, "now": now, **channel_parameters(channels)}
    return statements.banners_statement(len(channels)).all(connection, values)


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
    return statements.one_statement(len(channels)).first(connection, values)


def take_snapshot(connection: Connection, reader: Subscriber, now: datetime) -> Snapshot:
    """Take the snapshot behind "select all". Call it before reading the page's rows."""
    row = statements.SNAPSHOT.one(connection, {"reader_id": reader.id})
    return Snapshot(now, row.top, row.seen, row.muted or "")


_MUTES = select(Mute.topic).where(Mute.user_id == conditions.READER_ID).order_by(Mute.topic)


def mutes(connection: Connection, user_id: int) -> list[str]:
    """Return the topics that this reader muted, by name."""
    return list(connection.execute(_MUTES, {"reader_id": user_id}).scalars())


def topics(
    connection: Connection, reader: Subscriber, now: datetime, muted: Iterable[str]
) -> list[str]:
    """Return the reader's recent and muted topics, by name, for the topic menu."""
    channels = subscriptions(reader)
    values = {"reader_id": reader.id, "now": now, **channel_parameters(channels)}
    found = statements.topics_statement(len(channels)).all(connection, values)
    return sorted({row.topic for row in found}.union(muted))
