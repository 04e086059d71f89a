"""Access to the database, in exactly two ways.

``db.session`` writes: on SQLite its transactions begin IMMEDIATE. :func:`reading` reads: a
snapshot on SQLite, autocommit on PostgreSQL.
"""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Integer,
    MetaData,
    Select,
    Table,
    event,
    func,
    literal,
    select,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase

from .extension_keys import READING_ENGINE

PACKAGE = Path(__file__).resolve().parent.parent
#: The folder of alembic.ini, migrations and templates: beside the package in a
#: checkout, inside it in an installed wheel.
ROOT = PACKAGE if (PACKAGE / "alembic.ini").exists() else PACKAGE.parent

#: How long a writer waits for the lock, in seconds. SQLite's busy handler is not fair: at
#: 5 s, two tight writers now and then starved one of them.
LOCK_TIMEOUT = 15.0
#: Key in a pooled connection's info: its transaction holds the process's write lock.
_HOLDS_LOCK = "holds write lock"

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base class of all models; its constraints have names that migrations can use."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(
    model_class=Base,
    session_options={"autoflush": False, "expire_on_commit": False},
    engine_options={"hide_parameters": True},
)
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def table(model: type[Base]) -> Table:
    """Return the table of a model, for statements that must bypass the ORM, which rewrites them."""
    return cast("Table", model.__table__)


def write(statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run a statement that changes rows through ``db.session``; return the number of rows."""
    # Else psycopg loses the row count of an INSERT … SELECT.
    options = {"preserve_rowcount": True}
    result = db.session.execute(statement, values or {}, execution_options=options)
    return cast("CursorResult[Any]", result).rowcount


def insert_into(model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT with support for ON CONFLICT, in the database's own dialect."""
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(table(model))
    return postgresql.insert(table(model))


def ids_as_select(ids: Collection[int]) -> Select[Any]:
    """Return a SELECT of these ids; however many they are, they are one bind parameter."""
    if db.engine.dialect.name == "sqlite":
        each = func.json_each(json.dumps(list(ids))).table_valued("value")
        return select(cast_to(each.c.value, Integer))
    return select(func.unnest(literal(list(ids), ARRAY(Integer))).column_valued("id"))


migrate = Migrate(directory=str(ROOT), compare_type=True, render_as_batch=True)


@migrate.configure
def _find_migrations(config: Any) -> Any:
    """Restore script_location, which Flask-Migrate overwrites with its own directory."""
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options for a database URL: timeouts, and UTC as the session's zone."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": LOCK_TIMEOUT}}
    return {
        "connect_args": {
            "connect_timeout": 2,
            "options": f"-c timezone=utc -c lock_timeout={int(LOCK_TIMEOUT * 1000)}",
        }
    }


def prepare_database(app: Flask) -> None:
    """Set up the connections of the application's engine, and the engine for reading."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
        reader = engine.execution_options(read=True)
    else:
        event.listen(engine, "begin", _wait_less)
        reader = engine.execution_options(read=True, isolation_level="AUTOCOMMIT")
    app.extensions[READING_ENGINE] = reader


@contextmanager
def reading() -> Iterator[Connection]:
    """Open a connection that only reads: one snapshot on SQLite, autocommit on PostgreSQL."""
    engine = cast("Engine", current_app.extensions[READING_ENGINE])
    with engine.connect() as connection:
        yield connection


def _wait_less(connection: Connection) -> None:
    """Apply the execution option ``lock_timeout``, in seconds, on PostgreSQL."""
    timeout = connection.get_execution_options().get("lock_timeout")
    if timeout is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(timeout * 1000)}")


def _prepare_sqlite(engine: Engine) -> None:
    # Unlike SQLite's busy handler it is fair, and waiting threads do not poll.
    write_lock = threading.Lock()

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver sends its own BEGIN too late
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT * 1000)}")
        # SQLite's lower() and LIKE fold only a to z.
        connection.create_function("casefold", 1, str.casefold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("read"):
            connection.exec_driver_sql("BEGIN")
            return
        timeout = options.get("lock_timeout", LOCK_TIMEOUT)
        info = connection.connection.record_info
        if info is not None and not info.get(_HOLDS_LOCK):
            if not write_lock.acquire(timeout=timeout):
                locked = sqlite3.OperationalError("database is locked")
                raise OperationalError("BEGIN IMMEDIATE", None, locked)
            info[_HOLDS_LOCK] = True
        if timeout != LOCK_TIMEOUT:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(timeout * 1000)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            if timeout != LOCK_TIMEOUT:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT * 1000)}")

    # Not at commit: that event fires before the commit itself.
    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: Any) -> None:
        if record.record_info.pop(_HOLDS_LOCK, False):
            write_lock.release()
