"""Whether the database itself is sound: its pages, indexes and rules, its clock and its log."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, text

from .clock import UTCDateTime
from .database import db
from .sqlite_engine import empty_log

_INVALID_INDEXES = text(
    "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"
)
_INVALID_RULES = text("SELECT conname FROM pg_constraint WHERE NOT convalidated ORDER BY 1")
#: A database whose C library sorts otherwise than when its indexes were made finds rows no more.
_COLLATION = text(
    "SELECT 'the order of letters: ' || datcollate FROM pg_database"
    " WHERE datname = current_database() AND datcollversion IS NOT NULL"
    " AND datcollversion <> pg_database_collation_actual_version(oid)"
)
_SEQUENCES = text(
    "SELECT sequencename, coalesce(last_value, 0) AS last FROM pg_sequences"
    " WHERE schemaname = current_schema()"
)
_SQLITE_SEQUENCES = text("SELECT name, seq AS last FROM sqlite_sequence")


def damage(connection: Connection) -> list[str]:
    """Return what is wrong with the pages and indexes; nothing, as a rule.

    SQLite reads the whole file. PostgreSQL is asked for the indexes and rules that it does not
    trust itself, and for a change of the order of letters, which breaks indexes.
    """
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("PRAGMA integrity_check(4)")).scalars().all()
        return [] if found == ["ok"] else list(found)
    statements = [_INVALID_INDEXES, _INVALID_RULES]
    version = connection.dialect.server_version_info
    if version and version >= (15,):
        statements.append(_COLLATION)
    return [name for one in statements for name in connection.execute(one).scalars()]


def dangling_rows(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each foreign key that points to nothing, and in how many rows."""
    for table in db.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            parent = key.referred_table.alias("parent")
            pairs = [(one.parent, parent.c[one.column.name]) for one in key.elements]
            statement = (
                select(func.count())
                .select_from(table.outerjoin(parent, and_(*(a == b for a, b in pairs))))
                .where(*(a.is_not(None) for a, _b in pairs), pairs[0][1].is_(None))
            )
            if count := connection.execute(statement).scalar_one():
                yield f"{table.name}.{pairs[0][0].name}", count


def used_ids(connection: Connection) -> list[str]:
    """Return the tables whose next id is one that a row has: nothing can be added to them."""
    is_sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_SQLITE_SEQUENCES if is_sqlite else _SEQUENCES)
    last = {row[0].removesuffix("_id_seq"): row.last for row in rows}
    behind = []
    for table in db.metadata.sorted_tables:
        if table.name in last:
            largest = connection.execute(select(func.max(table.c.id))).scalar()
            if largest is not None and largest > last[table.name]:
                behind.append(table.name)
    return behind


def clock_difference(connection: Connection, now: datetime) -> float:
    """Return how many seconds the server's clock is ahead of ``now``, which is aware.

    SQLite has no clock but this machine's.
    """
    if connection.dialect.name == "sqlite":
        return 0.0
    theirs = connection.execute(select(func.clock_timestamp(type_=UTCDateTime))).scalar_one()
    return (theirs - now).total_seconds()


def shorten_log() -> tuple[int, int] | None:
    """Write SQLite's log into the database file; return its bytes before and after.

    None on PostgreSQL, which does that itself.
    """
    return empty_log(db.engine) if db.engine.dialect.name == "sqlite" else None
