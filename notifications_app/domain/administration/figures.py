"""Figures of the whole installation, for monitoring."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, or_, select, text
from sqlalchemy.orm import DeclarativeBase

from ..accounts.models import SignIn, User
from ..inbox.models import Delivery, Notification, Release

#: From this number of rows on, the estimate of PostgreSQL is taken instead of a count.
MANY_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of rows. Counting them reads a whole table or index: 0.2 s at a million users."""

    active_users: int
    deactivated_users: int
    notifications: int
    deliveries: int


@dataclass(frozen=True, slots=True)
class State:
    """Figures that are read at once, however large the database is."""

    live_broadcasts: int
    sign_ins: int
    #: The creation of the newest notification; None if there is none.
    newest_at: datetime | None
    revisions: tuple[str, ...]
    database_bytes: int
    #: The size of the write-ahead log of SQLite; None on PostgreSQL.
    log_bytes: int | None


def count(connection: Connection) -> Counts:
    """Count the rows of the large tables."""
    users = dict(
        connection.execute(
            select(User.is_active, func.count()).group_by(User.is_active)
        ).tuples().all()
    )  # fmt: skip
    return Counts(
        active_users=users.get(True, 0),
        deactivated_users=users.get(False, 0),
        notifications=_rows(connection, Notification),
        deliveries=_rows(connection, Delivery),
    )


def _rows(connection: Connection, model: type[DeclarativeBase]) -> int:
    if connection.dialect.name == "postgresql":
        statement = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
        estimate = int(connection.execute(statement, {"name": model.__tablename__}).scalar_one())
        if estimate >= MANY_ROWS:
            return estimate
    return int(connection.execute(select(func.count()).select_from(model)).scalar_one())


def state(connection: Connection, now: datetime) -> State:
    """Read what monitoring asks for at each visit."""
    is_live = (
        Release.arrives_at <= now,
        or_(Release.expires_at.is_(None), Release.expires_at > now),
    )
    live = select(func.count(Release.notification_id.distinct())).where(*is_live)
    sign_ins = select(func.count()).select_from(SignIn).where(SignIn.expires_at > now)
    newest = select(Notification.created_at).order_by(Notification.id.desc()).limit(1)
    revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
    database_bytes, log_bytes = _sizes(connection)
    return State(
        live_broadcasts=connection.execute(live).scalar_one(),
        sign_ins=connection.execute(sign_ins).scalar_one(),
        newest_at=connection.execute(newest).scalar(),
        revisions=tuple(sorted(revisions)),
        database_bytes=database_bytes,
        log_bytes=log_bytes,
    )


def _sizes(connection: Connection) -> tuple[int, int | None]:
    """Return the bytes of the database, and of SQLite's write-ahead log."""
    if connection.dialect.name == "postgresql":
        size = connection.execute(text("SELECT pg_database_size(current_database())"))
        return int(size.scalar_one()), None
    file = Path(connection.engine.url.database or "")
    return tuple(  # type: ignore[return-value]
        one.stat().st_size if one.is_file() else 0 for one in (file, Path(f"{file}-wal"))
    )
