"""Databases that nobody has migrated yet, and one that the first release left behind."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import make_url

from notifications_app import create_app
from notifications_app.core.database import ROOT, db
from tests.support.app import POSTGRESQL, WORKER, settings

DATABASE = "postgresql" if POSTGRESQL else "sqlite"
FIXTURES = ROOT / "tests" / "fixtures"


@contextmanager
def new_url(folder: Path, name: str = "new") -> Iterator[str]:
    """The address of an empty database: a file that is not there, or one in PostgreSQL."""
    if not POSTGRESQL:
        yield f"sqlite:///{folder / f'{name}.sqlite3'}"
        return
    address = make_url(POSTGRESQL)
    full = f"{address.database}_{name}_{WORKER}_{os.getpid()}"
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    drop = sa.text(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')
    with admin.connect() as connection:
        connection.execute(drop)
        connection.execute(
            sa.text(f"CREATE DATABASE \"{full}\" TEMPLATE template0 ENCODING 'UTF8'")
        )
    yield address.set(database=full).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(drop)
    admin.dispose()


@contextmanager
def new_app(folder: Path, name: str = "new") -> Iterator[Flask]:
    """An application on an empty database, without its context."""
    with new_url(folder, name) as url:
        app = create_app(settings(url))
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def fill_with_release_1(url: str) -> None:
    """Fill the database at hand as release 1 left it; ``url`` is its address."""
    script = (FIXTURES / f"release_1_{DATABASE}.sql").read_text(encoding="utf-8")
    if POSTGRESQL:
        with db.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(script)
            raw.commit()
        return
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.executescript(script)
    raw.close()
