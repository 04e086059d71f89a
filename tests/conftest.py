"""What tests share: a migrated database for each, people in it, browsers to ask with.

The database is migrated once a session and emptied (PostgreSQL) or copied (SQLite) for each
test. ``app`` pushes no context: requests would share its ``g``. Tests of the domain, which
make no requests, take ``in_app``.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
import time_machine
from alembic import command
from alembic.config import Config
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from notifications_app import create_app
from notifications_app.core.database import ROOT, db
from notifications_app.domain.accounts import passwords
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import add_reader

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
#: Noon of a Friday: tests that care about the time pass it in.
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"

#: The same examples in every run, and none of them timed: machines are busy.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("suite")

#: ``with at(NOON + timedelta(hours=8)):`` the clock stands at that moment.
at = partial(time_machine.travel, tick=False)

#: Of the two runs of the suite, the one that a test belongs to; in the other it is left out.
on_sqlite = pytest.mark.on_sqlite
on_postgresql = pytest.mark.on_postgresql
REDIS = os.environ.get("TEST_REDIS_URL", "")
with_redis = pytest.mark.skipif(not REDIS, reason="needs TEST_REDIS_URL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what speaks of the other database."""
    other = "on_sqlite" if POSTGRESQL else "on_postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker(other)]


def settings(url: str, **more: Any) -> dict[str, Any]:
    """What an application is made of in tests."""
    return {
        "TESTING": True,
        "SECRET_KEY": "a key of the tests, forty characters long",
        "DATABASE_URL": url,
        "WTF_CSRF_ENABLED": False,
        "RATELIMIT_ENABLED": False,
        **more,
    }


def migrate(app: Flask, revision: str = "head") -> None:
    """Run the real migrations on the application's database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["quiet"] = True
    with app.app_context():
        command.upgrade(config, revision)
        db.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Hashing costs a tenth of a second on purpose; tests make hundreds of accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "METHOD", "pbkdf2:sha256:1")
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated, empty database: a file to copy, or one to empty."""
    if not POSTGRESQL:
        file = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
        app = create_app(settings(f"sqlite:///{file}"))
        migrate(app)
        with sa.create_engine(f"sqlite:///{file}").connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield str(file)
        return
    url = make_url(POSTGRESQL)
    name = f"{url.database}_{WORKER}_{os.getpid()}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(
            sa.text(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        )
    made = url.set(database=name).render_as_string(hide_password=False)
    migrate(create_app(settings(made)))
    yield made
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def database_url(migrated: str, tmp_path: Path) -> str:
    """The address of this test's own database, migrated and empty."""
    if not POSTGRESQL:
        file = tmp_path / "test.sqlite3"
        shutil.copyfile(migrated, file)
        return f"sqlite:///{file}"
    engine = sa.create_engine(migrated)
    with engine.begin() as connection:
        names = ", ".join(f'"{name}"' for name in db.metadatas[None].tables)
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return migrated


@pytest.fixture
def make_app(database_url: str) -> Iterator[Callable[..., Flask]]:
    """Make an application on this test's database, with settings of one's own."""
    made: list[Flask] = []

    def make(**more: Any) -> Flask:
        app = create_app(settings(database_url, **more))
        _watch_reading(app)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _watch_reading(app: Flask) -> None:
    """Nothing writes through ``reading()``: checked on every statement of every test."""

    def check(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if connection.get_execution_options().get("read"):
            first = statement.lstrip(" (\n").split(None, 1)[0].upper()
            assert first in {"SELECT", "BEGIN", "WITH", "PRAGMA", "EXPLAIN"}, statement

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", check)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, without the token of forms and without limits."""
    return make_app()


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed: for tests of the domain that make no request."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


def add_user(app: Flask, username: str, *, now: datetime = NOON, **account: Any) -> int:
    """Make an account with :data:`PASSWORD`; returns its id."""
    account.setdefault("password_hash", passwords.hash_password(PASSWORD))
    with app.app_context():
        user = add_reader.add_reader(username, now=now, **account)
        db.session.commit()
        return user.id


@pytest.fixture
def ada(app: Flask) -> int:
    """An administrator."""
    return add_user(app, "ada", is_admin=True)


@pytest.fixture
def priya(app: Flask) -> int:
    """A reader in Asia/Kolkata."""
    return add_user(app, "priya", timezone="Asia/Kolkata", display_name="Priya Raman")


@pytest.fixture
def bystander(app: Flask) -> int:
    """Somebody whose rows must not move."""
    return add_user(app, "noor")


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: str) -> Any:
    """Sign in by the form; the answer is a redirect where it worked."""
    return client.post("/login", data={"username": username, "password": password, **more})


def token_in(answer: Any) -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def replay(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser, with a copy of this one's session cookie."""
    copy = app.test_client()
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    copy.set_cookie(cookie.key, cookie.value)
    return copy


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the badge answers, which is no sign of life."""
    return client.get("/inbox/badge").status_code == 200


def user_count(app: Flask) -> int:
    """How many accounts there are."""
    with app.app_context():
        return db.session.execute(sa.select(sa.func.count(User.id))).scalar_one()
