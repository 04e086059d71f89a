"""One application for all tests that change nothing about it, and an empty database for each.

Making an application and compiling its templates cost most tests more than all they do.
"""

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_request_context
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from notifications_app import create_app
from notifications_app.core import logs
from notifications_app.core.cache import cache
from notifications_app.core.database import db
from notifications_app.web.extensions import limiter

#: First words of the statements allowed through ``reading()``.
READS = {"SELECT", "BEGIN", "WITH", "PRAGMA", "EXPLAIN", "SHOW"}
ENGINE_EVENTS = ("before_cursor_execute", "after_cursor_execute", "begin", "commit", "rollback")
POOL_EVENTS = ("connect", "checkout", "checkin")


class _CompiledTemplates(BytecodeCache):
    """Templates that any application of this process has compiled."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = _CompiledTemplates()


def new_app(values: Mapping[str, Any]) -> Flask:
    """Make an application whose templates are compiled once a process."""
    app = create_app(values)
    app.jinja_env.bytecode_cache = _TEMPLATES
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", _refuse_writes_while_reading)
        sa.event.listen(db.engine, "checkout", _refuse_a_second_connection)
        sa.event.listen(db.engine, "checkin", _give_back)
    return app


class _Held(threading.local):
    """The places in the pool whose connections a thread has."""

    def __init__(self) -> None:
        self.places: set[int] = set()


_HELD = _Held()


def _refuse_a_second_connection(_connection: Any, place: Any, _proxy: Any) -> None:
    """Refuse it in a request: threads that have one and wait for another wait for ever."""
    _HELD.places.add(id(place))
    assert len(_HELD.places) == 1 or not has_request_context(), "a second connection at once"


def _give_back(_connection: Any, place: Any) -> None:
    _HELD.places.discard(id(place))


def _refuse_writes_while_reading(
    connection: Any, _cursor: Any, statement: str, *_rest: Any
) -> None:
    if connection.get_execution_options().get("read"):
        first = statement.lstrip(" (\n").split(None, 1)[0].upper()
        assert first in READS, statement


def close_connections(app: Flask) -> None:
    """Give back every connection of an application, and close those that it keeps."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class SharedApp:
    """An application that is as new at the beginning of each test."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.url = str(values["DATABASE_URL"])
        self._make()

    def _make(self) -> None:
        self.app = new_app(self.values)
        self.extensions = dict(self.app.extensions)
        # One limiter serves all applications, as the last one made has set it up.
        self.limiter = dict(vars(limiter))
        self.made_of = self._parts()

    def start(self) -> None:
        """Forget all that an earlier test has left outside of the database."""
        _HELD.places.clear()
        vars(limiter).update(self.limiter)
        self.app.extensions.clear()
        self.app.extensions.update(self.extensions)
        logs.configure(self.app.config["LOG_FORMAT"])
        with self.app.app_context():
            cache.clear()

    def close(self) -> None:
        """Close every connection."""
        close_connections(self.app)

    def give_back(self) -> None:
        """Give back the connections; close them if a test has left one open."""
        with self.app.app_context():
            db.session.remove()
            if db.engine.pool.checkedout():  # type: ignore[attr-defined]
                db.engine.dispose()

    def check_unchanged(self) -> None:
        """Settings, routes and listeners are those of before: the next test has them too."""
        found = self._parts()
        changed = [PARTS[n] for n, part in enumerate(found) if part != self.made_of[n]]
        if changed:
            self.close()
            self._make()
        assert not changed, f"a test changed the {' and '.join(changed)}: it needs make_app"

    def _parts(self) -> tuple[Any, ...]:
        app = self.app
        with app.app_context():
            engine = db.engine
        events: list[tuple[Any, str]] = [(engine.dispatch, name) for name in ENGINE_EVENTS]
        events += [(engine.pool.dispatch, name) for name in POOL_EVENTS]
        return (
            dict(app.config),
            [rule.rule for rule in app.url_map.iter_rules()],
            [
                {scope: list(functions) for scope, functions in registered.items()}
                for registered in (app.before_request_funcs, app.after_request_funcs)
            ],
            sorted(app.jinja_env.filters),
            [len(list(getattr(dispatch, name))) for dispatch, name in events],
        )


PARTS = ("settings", "routes", "functions around requests", "filters", "listeners")


def copy_database(migrated: Path, file: Path) -> None:
    """Put a copy of the migrated database in the place of a file."""
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm", f"{file.name}-journal"):
        file.with_name(name).unlink(missing_ok=True)
    shutil.copyfile(migrated, file)


def empty_tables(engine: sa.Engine) -> None:
    """Empty the tables of a PostgreSQL database, and count from 1 again."""
    # TRUNCATE makes new files, which takes longer than to delete the few rows of most tests.
    tables = reversed(db.metadata.sorted_tables)
    deletes = [f'DELETE FROM "{table.name}"' for table in tables]  # noqa: S608
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        if large := connection.exec_driver_sql(LARGE).scalar():
            connection.exec_driver_sql(f"TRUNCATE {large} CASCADE")
        every = "; ".join([*deletes, RESTART])
        connection.exec_driver_sql(every, execution_options={"no_parameters": True})


#: The tables of more than half a megabyte.
LARGE = """
SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_table_size(oid) > 500000
"""
#: Every sequence that was used counts from 1 again.
RESTART = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)
