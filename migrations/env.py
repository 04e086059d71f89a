"""The migration environment of both ``flask db`` and plain ``alembic``."""

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from logging.config import fileConfig
from typing import Any

import click
from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from notifications_app import create_app
from notifications_app.core import data_folder
from notifications_app.core.clock import UTCDateTime
from notifications_app.core.database import create_database, db
from notifications_app.core.database_errors import database_fault, explain
from notifications_app.core.schema_version import MIGRATING

#: How long a migration on SQLite waits for another one, in seconds.
LONGEST_WAIT = 3600.0

config = context.config
if config.config_file_name is not None and not config.attributes.get("quiet"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Render our own column type in a new revision as the plain one: revisions outlive the code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_object(
    _object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any
) -> bool:
    """Exclude the objects of the search from autogenerate: no model describes them."""
    return not (
        (kind == "table" and (name or "").startswith("notifications_fts"))
        or (kind == "index" and name == "ix_notifications_search")
    )


def without_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no revision if nothing changed."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []
        logging.getLogger("alembic").info("Nothing changed in the models.")


def configure(**options: Any) -> None:
    """Configure the context with the options shared by the online and the offline mode."""
    context.configure(
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=render_item,
        include_object=include_object,
        process_revision_directives=without_empty,
        **options,
    )
    migration: Any = context.get_context()
    migration._migrations_fn = ask_before_losing(migration._migrations_fn)  # noqa: SLF001 - no hook


def ask_before_losing(steps_of: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    """Wrap the planning of a migration: refuse a downgrade that deletes data nobody gave up.

    A revision whose downgrade deletes data has ``LOSES``: the argument that allows it, the name of
    the data, and a statement that counts its rows. With ``--sql`` nothing can be counted, and
    every such revision asks.
    """

    def steps(heads: Any, migration: Any) -> list[Any]:
        found = list(steps_of(heads, migration))
        lost: dict[str, str] = {}
        for step in found:
            module = getattr(getattr(step, "revision", None), "module", None)
            if not step.is_downgrade or not getattr(module, "LOSES", None):
                continue
            argument, what, statement = module.LOSES
            if context.is_offline_mode():
                lost[argument] = what
            elif count := migration.connection.execute(text(statement)).scalar():
                lost[argument] = f"{what} ({count:,} {'row' if count == 1 else 'rows'})"
        check_given_up(lost)
        return found

    return steps


def check_given_up(lost: dict[str, str]) -> None:
    """Raise CommandError if an argument in ``lost`` was not given as ``-x ARGUMENT=yes``."""
    given = context.get_x_argument(as_dictionary=True)
    missing = [argument for argument in lost if given.get(argument) != "yes"]
    if missing:
        data = ", ".join(lost[argument] for argument in missing)
        arguments = " ".join(f"-x {argument}=yes" for argument in missing)
        raise CommandError(
            f"This downgrade would delete {data}. Nothing was migrated."
            f" Make a backup, and allow it with {arguments}."
        )
    for what in lost.values():
        logging.getLogger("alembic").warning("Deleting %s, as the command allows.", what)


def switch_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys on or off, on the raw driver connection.

    Inside our BEGIN, SQLite silently ignores this PRAGMA. A batch change drops the table, which
    with foreign keys on would delete all rows that refer to it.
    """
    raw = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    if raw.execute("PRAGMA foreign_keys").fetchone() != (int(on),):
        raise CommandError("SQLite did not switch its foreign keys. Nothing was migrated.")


def wait_for_others(connection: Connection) -> None:
    """Wait, however long, until no other process migrates this database.

    The lock ends with the transaction. On SQLite the transaction itself holds the only lock.
    """
    if connection.dialect.name == "postgresql":
        usual = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{usual}'")


def print_outcome(before: str, after: str) -> None:
    """Print one sentence about an upgrade or downgrade: the versions before and after."""
    command = context.get_context().opts["fn"].__name__
    if config.attributes.get("quiet") or command not in {"upgrade", "downgrade"}:
        return
    if before == after:
        click.echo(f"The database is already at {after or 'no version'}. Nothing was changed.")
    elif before and after:
        click.echo(f"Migrated the database from {before} to {after}.")
    else:
        click.echo(f"Created the tables, at {after}." if after else "Removed all tables.")
        if after and data_folder.is_used(current_app.config):
            click.echo(data_folder.sentence(current_app.config))


def version() -> str:
    """Return the revision that the database is at; empty without tables."""
    return ", ".join(context.get_context().get_current_heads())


def run_online() -> None:
    """Migrate the application's database."""
    create_database()
    is_sqlite = db.engine.dialect.name == "sqlite"
    options = {"lock_timeout": LONGEST_WAIT} if is_sqlite else {}
    with db.engine.connect().execution_options(**options) as connection:
        if is_sqlite:
            switch_foreign_keys(connection, on=False)
        try:
            configure(connection=connection)
            with context.begin_transaction():
                wait_for_others(connection)
                before = version()
                context.run_migrations()
                after = version()
                if is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise CommandError(f"{len(broken)} rows point to nothing. Rolled back.")
            print_outcome(before, after)
        finally:
            if is_sqlite:
                connection.rollback()
                switch_foreign_keys(connection, on=True)


def run() -> None:
    """Migrate, or print the SQL in offline mode; turn a database failure into one sentence."""
    try:
        application = None if current_app else create_app()
    except click.ClickException as error:
        raise CommandError(error.message) from None
    with nullcontext() if application is None else application.app_context():
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
            raise CommandError(explain(error, fault, db.engine.url)) from None


run()
