"""Whether the database is sound, and what is stored twice is the same in both places."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from humanize import naturalsize
from sqlalchemy import Connection, Row, and_, case, func, or_, select, text

from ...core import clock, database_check, schema_version
from ...core.database import reading
from ...core.text import counted
from ..accounts.models import User
from ..inbox import queries
from ..inbox.filters import parse_filter
from ..inbox.models import Notification, Release, search_text
from ..inbox.subscriptions import load_subscriber

#: Rows of which the text is compared at once.
BATCH = 1000
#: Readers whose unread count is compared with their list: those who acted last.
READERS = 100
#: How far another clock may be from ours.
CLOCK_LIMIT = timedelta(seconds=5)
#: How far ahead a stored time may be that was the present when it was stored.
AHEAD_LIMIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked: its name, whether it is right, and the figures."""

    name: str
    is_ok: bool
    detail: str


def check(now: datetime, began: Callable[[str], None]) -> list[Line]:
    """Check the database, while others go on; ``now`` is aware, ``began`` gets each name.

    The tables of another version are not looked into. On SQLite, the log is emptied at the end.
    """
    lines: list[Line] = []
    with reading() as connection:
        lines.append(_version(connection))
        checks = {"Integrity": _integrity} | (_OF_TABLES if lines[0].is_ok else {})
        for name, one in checks.items():
            began(name)
            lines.append(Line(name, *one(connection, now)))
    log = database_check.shorten_log()
    if log is not None:
        lines.append(Line("Log", True, _log_words(*log)))
    return lines


def _version(connection: Connection) -> Line:
    found, newest = schema_version.current(connection), schema_version.heads()
    words = schema_version.in_words(found)
    if found == newest:
        return Line("Version", True, words)
    if found <= schema_version.known():
        return Line("Version", False, f"{words}; run `flask db upgrade`")
    return Line("Version", False, f"{words}, of a newer version of this application")


def _log_words(before: int, after: int) -> str:
    if after:
        return f"{naturalsize(after)}, in use"
    return f"emptied, it had {naturalsize(before)}" if before else "empty"


def _integrity(connection: Connection, _now: datetime) -> tuple[bool, str]:
    faults = database_check.damage(connection)
    return not faults, "; ".join(faults[:3]) or "no damage found"


def _foreign_keys(connection: Connection, _now: datetime) -> tuple[bool, str]:
    found = [
        f"{counted(count, 'row')} of {name}"
        for name, count in database_check.dangling_rows(connection)
    ]
    return not found, f"{', '.join(found)} point to nothing" if found else "every row is found"


def _ids(connection: Connection, _now: datetime) -> tuple[bool, str]:
    found = database_check.used_ids(connection)
    return not found, f"in use already: {', '.join(found)}" if found else "the next ones are free"


#: Both columns of a release that repeat the notification's; a recall is an end too.
_COPIED = case(
    (
        Notification.recalled_at.is_not(None),
        and_(Release.expires_at.is_not(None), Release.expires_at <= Notification.recalled_at),
    ),
    else_=or_(
        Release.expires_at == Notification.expires_at,
        and_(Release.expires_at.is_(None), Notification.expires_at.is_(None)),
    ),
)


def _releases(connection: Connection, _now: datetime) -> tuple[bool, str]:
    wrong = or_(~_COPIED, _COPIED.is_(None), Release.is_banner != Notification.is_banner)
    statement = select(Notification.id).join(Release).where(wrong).distinct()
    found = connection.execute(statement.order_by(Notification.id)).scalars().all()
    return not found, _of_notifications(found, "expiry and banner as in the notifications")


def _of_notifications(ids: Sequence[int], fine: str) -> str:
    if not ids:
        return fine
    some = ", ".join(f"#{one}" for one in ids[:3])
    return f"{counted(len(ids), 'notification')} not in step: {some}"


def _search(connection: Connection, _now: datetime) -> tuple[bool, str]:
    wrong = [
        row.id
        for row in _contents(connection)
        if row.search_text != search_text(row.title, row.body)
    ]
    if wrong or connection.dialect.name != "sqlite":
        return not wrong, _of_notifications(wrong, "follows from the texts")
    # The table that the index keeps of its rows.
    indexed = connection.execute(text("SELECT count(*) FROM notifications_fts_docsize"))
    there = connection.execute(select(func.count()).select_from(Notification)).scalar_one()
    found = indexed.scalar_one()
    return found == there, f"{found:,} of {counted(there, 'notification')} in the index"


def _contents(connection: Connection) -> Iterator[Row[Any]]:
    columns = (Notification.id, Notification.title, Notification.body, Notification.search_text)
    last = 0
    statement = select(*columns).order_by(Notification.id).limit(BATCH)
    while rows := connection.execute(statement.where(Notification.id > last)).all():
        yield from rows
        last = rows[-1].id


def _counts(connection: Connection, now: datetime) -> tuple[bool, str]:
    newest = select(User.id).order_by(User.last_stamp.desc(), User.id).limit(READERS)
    wrong, readers = [], connection.execute(newest).scalars().all()
    for user_id in readers:
        reader = load_subscriber(connection, user_id)
        shown = queries.count(connection, reader, now)
        listed = queries.rows(connection, reader, now, view=parse_filter("unread"), most=100)
        if shown != len(listed):
            wrong.append(f"reader {user_id} has {len(listed)} unread, {shown} counted")
    return not wrong, "; ".join(wrong[:3]) or f"right for {counted(len(readers), 'reader')}"


def _clock(connection: Connection, now: datetime) -> tuple[bool, str]:
    seconds = database_check.clock_difference(connection, now)
    if abs(seconds) > CLOCK_LIMIT.total_seconds():
        side = "ahead of" if seconds > 0 else "behind"
        return (
            False,
            f"the server’s is {clock.span_words(timedelta(seconds=abs(seconds)))} {side} ours",
        )
    limit = now + AHEAD_LIMIT
    stamp = connection.execute(select(func.max(User.last_stamp))).scalar() or 0
    created = connection.execute(select(func.max(Notification.created_at))).scalar()
    if stamp > clock.micros(limit) or (created is not None and created > limit):
        return False, "what was stored last is in the future"
    return True, "right"


_OF_TABLES: dict[str, Callable[[Connection, datetime], tuple[bool, str]]] = {
    "Foreign keys": _foreign_keys,
    "Ids": _ids,
    "Releases": _releases,
    "Search": _search,
    "Counts": _counts,
    "Clock": _clock,
}
