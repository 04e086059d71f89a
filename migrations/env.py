"""Run the migrations, for ``flask db`` and for plain ``alembic`` alike."""

import logging
from contextlib import nullcontext
from logging.config import fileConfig
from typing import Any

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from notifications_app import create_app
from notifications_app.core.clock import UTCDateTime
from notifications_app.core.database import db
from notifications_app.core.database_errors import database_fault

config = context.config
if config.config_file_name is not None and not config.attributes.get("quiet"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write our own type into a revision as its plain one: revisions outlive the code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_object(
    _object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any
) -> bool:
    """Leave what serves the search alone: no model describes it."""
    return not (
        (kind == "table" and (name or "").startswith("notifications_fts"))
        or (kind == "index" and name == "ix_notifications_search")
    )


def without_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no revision where nothing changed."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []
        logging.getLogger("alembic").info("Nothing changed in the models.")


def configure(**how: Any) -> None:
    """What is the same online and offline."""
    context.configure(
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=render_item,
        include_object=include_object,
        process_revision_directives=without_empty,
        **how,
    )


def switch_foreign_keys(connection: Connection, *, on: bool) -> None:
    """On the raw driver connection: inside our BEGIN, SQLite silently ignores this PRAGMA.

    A batch change of a table drops it, and with them on that would delete all its children.
    """
    raw = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    if raw.execute("PRAGMA foreign_keys").fetchone() != (int(on),):
        raise CommandError("SQLite did not switch its foreign keys. Nothing was migrated.")


def run_online() -> None:
    """Migrate the database of the application."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            switch_foreign_keys(connection, on=False)
        try:
            configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
                if is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise CommandError(f"{len(broken)} rows point to nothing. Rolled back.")
        finally:
            if is_sqlite:
                connection.rollback()
                switch_foreign_keys(connection, on=True)


def run() -> None:
    """Migrate, or print the SQL of it; what the database refuses becomes one sentence."""
    with nullcontext() if current_app else create_app().app_context():
        if context.is_offline_mode():
            url = db.engine.url.render_as_string(hide_password=False)
            configure(url=url, literal_binds=True)
            with context.begin_transaction():
                context.run_migrations()
            return
        try:
            run_online()
        except DBAPIError as error:
            fault = database_fault(error)
            if fault is None:
                raise
            raise CommandError(fault.sentence) from None


run()
