"""Access to the database, in exactly two ways.

``db.session`` writes: on SQLite its transactions begin IMMEDIATE. :func:`reading` reads: a
snapshot on SQLite, autocommit on PostgreSQL.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    func,
    literal,
    select,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler

from . import patience, postgresql_engine, slow_statements, sqlite_engine
from .extension_keys import READING_ENGINE

PACKAGE = Path(__file__).resolve().parent.parent
#: The folder of alembic.ini, migrations and templates: beside the package in a
#: checkout, inside it in an installed wheel.
ROOT = PACKAGE if (PACKAGE / "alembic.ini").exists() else PACKAGE.parent

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


class _RolledBackError(Exception):
    """Ends a savepoint whose changes were only tried."""


@contextmanager
def rolled_back() -> Iterator[None]:
    """Try changes through ``db.session`` in a savepoint, and undo them at the end."""
    with suppress(_RolledBackError), db.session.begin_nested():
        yield
        raise _RolledBackError


def insert_into(model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT with support for ON CONFLICT, in the database's own dialect."""
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(table(model))
    return postgresql.insert(table(model))


class InsertMissing(Insert):
    """An INSERT … SELECT that skips the rows that exist already.

    SQLAlchemy compiles a dialect's own INSERT anew each time, which takes longer than most of
    them take to run. This one is compiled once.
    """

    inherit_cache = True


@compiles(InsertMissing)
def _skip_existing(statement: InsertMissing, compiler: SQLCompiler, **options: Any) -> str:
    inserting = compiler.visit_insert(statement, **options)  # type: ignore[no-untyped-call]
    return f"{inserting} ON CONFLICT DO NOTHING"


def insert_missing(model: type[Base], columns: Collection[str], source: Select[Any]) -> Insert:
    """Return an INSERT of the source's rows that do not exist yet; the source has a WHERE.

    Without a WHERE, SQLite would read ON CONFLICT as the ON of a join.
    """
    return InsertMissing(table(model)).from_select(list(columns), source)


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


def engine_options(url: str, threads: int) -> dict[str, Any]:
    """Return the engine options for a database URL; ``threads``: how many serve requests.

    The pool has a connection for each of them, and a few for what runs beside them. SQLAlchemy
    lets these win over the query of the URL, so what stands there is taken up here.
    """
    parsed = make_url(url)
    if parsed.database in {None, "", ":memory:"} and url.startswith("sqlite"):
        return {}  # one connection is the whole database
    size = {"pool_size": threads + 2, "max_overflow": 3, "pool_timeout": patience.PAGE}
    if url.startswith("sqlite"):
        return size
    theirs = parsed.query.get("options", ())
    parts = [theirs] if isinstance(theirs, str) else theirs
    # The later option wins: the zone cannot be chosen.
    options = {"options": " ".join([*parts, "-c timezone=utc"])}
    connecting = postgresql_engine.CONNECTING | {
        name: parsed.query[name] for name in postgresql_engine.CONNECTING if name in parsed.query
    }
    return {**size, "connect_args": options | connecting}


def prepare_database(app: Flask) -> None:
    """Set up the connections of the application's engine, and the engine for reading."""
    with app.app_context():
        engine = db.engine
    slow_statements.register(engine, app.config["SLOW_QUERY"])
    if engine.dialect.name == "sqlite":
        sqlite_engine.prepare(engine, app.config["THREADS"])
        reader = engine.execution_options(read=True)
    else:
        postgresql_engine.prepare(engine, app.config["THREADS"])
        reader = engine.execution_options(read=True, isolation_level="AUTOCOMMIT")
    app.extensions[READING_ENGINE] = reader


def create_database() -> None:
    """Make the file of a SQLite database that does not exist yet."""
    if db.engine.dialect.name == "sqlite":
        sqlite_engine.create_file(db.engine)


def begin_late() -> None:
    """Hold no lock before the first change from now on: see :func:`sqlite_engine.begin_late`."""
    if db.engine.dialect.name == "sqlite":
        sqlite_engine.begin_late(db.engine)


@contextmanager
def reading() -> Iterator[Connection]:
    """Open a connection that only reads: one snapshot on SQLite, autocommit on PostgreSQL."""
    engine = cast("Engine", current_app.extensions[READING_ENGINE])
    with engine.connect() as connection:
        yield connection
