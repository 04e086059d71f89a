"""Shared fixtures: a migrated database for each test, people in it, browsers to ask with.

The database is migrated once a session and emptied (PostgreSQL) or copied (SQLite) for each
test. The application is made once as well: a test that needs other settings, a route or a
listener takes ``make_app``. ``app`` pushes no context: requests would share its ``g``. Tests
of the domain, which make no requests, take ``in_app``.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from notifications_app import create_app
from notifications_app.domain.accounts import passwords
from tests.support.app import POSTGRESQL, WORKER, migrate, settings
from tests.support.moments import NOON, at
from tests.support.people import add_user, sign_in
from tests.support.shared_app import (
    SharedApp,
    close_connections,
    copy_database,
    empty_tables,
    new_app,
)
from tests.support.shell import Said, stored

#: Use equal examples in every run, and time none of them: machines are busy.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("suite")


#: Modules that speak of no database, but of pip, clocks, files and how pages look: they run once.
ONCE = frozenset(
    {
        "test_axe",
        "test_clock",
        "test_density",
        "test_env_file",
        "test_install",
        "test_layout",
        "test_small_windows",
        "test_weight",
        "test_wheel",
    }
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the faults, which ``make faults`` asks for by name."""
    is_asked = any("faults" in Path(name).parts for name in config.args)
    return True if collection_path.name == "faults" and not is_asked else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what speaks of the other database, and begin with what takes long."""
    other = "on_sqlite" if POSTGRESQL else "on_postgresql"
    left_out = {
        item
        for item in items
        if item.get_closest_marker(other) or (POSTGRESQL and item.path.stem in ONCE)
    }
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
    kept = [item for item in items if item not in left_out]
    long = {item for item in kept if any(map(item.get_closest_marker, ("slow", "browser")))}
    items[:] = sorted(kept, key=lambda item: item not in long)


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Hashing costs a tenth of a second on purpose; tests make hundreds of accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "METHOD", "pbkdf2:sha256:1")
        yield


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of SQLite files: in memory if possible, because a commit waits for it."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder within it is ours alone
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("databases")
        return
    with TemporaryDirectory(prefix="notifications_app-", dir=memory) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def migrated(folder: Path) -> Iterator[str]:
    """The address of a migrated, empty database: a file to copy, or one to empty."""
    if not POSTGRESQL:
        file = folder / "empty.sqlite3"
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
        # No test pulls the plug: none waits for the disk.
        connection.execute(sa.text(f'ALTER DATABASE "{name}" SET synchronous_commit TO off'))
    made = url.set(database=name).render_as_string(hide_password=False)
    migrate(create_app(settings(made)))
    yield made
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def shared(migrated: str, folder: Path) -> Iterator[SharedApp]:
    """The one application of this process, for all tests that change nothing about it."""
    url = migrated if POSTGRESQL else f"sqlite:///{folder / 'test.sqlite3'}"
    app = SharedApp(settings(url))
    yield app
    app.close()


@pytest.fixture(scope="session")
def empty(migrated: str, shared: SharedApp) -> Iterator[Callable[[], None]]:
    """Empty the database that every test of this process has in its turn."""
    if not POSTGRESQL:
        yield lambda: copy_database(Path(migrated), Path(shared.url.removeprefix("sqlite:///")))
        return
    engine = sa.create_engine(migrated)
    yield lambda: empty_tables(engine)
    engine.dispose()


@pytest.fixture
def database_url(shared: SharedApp, empty: Callable[[], None]) -> str:
    """The address of the database, migrated and empty."""
    if POSTGRESQL:
        shared.give_back()
    else:
        shared.close()
    empty()
    return shared.url


@pytest.fixture
def make_app(database_url: str) -> Iterator[Callable[..., Flask]]:
    """Make an application on the same database, with settings of one's own."""
    made: list[Flask] = []

    def make(**more: Any) -> Flask:
        app = new_app(settings(database_url, **more))
        made.append(app)
        return app

    yield make
    for app in made:
        close_connections(app)


@pytest.fixture
def app(shared: SharedApp, database_url: str) -> Iterator[Flask]:
    """The application, without the token of forms and without limits; no test changes it."""
    shared.start()
    yield shared.app
    shared.check_unchanged()


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed: for tests of the domain that make no request."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


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


@pytest.fixture
def shell(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run a command as ``flask`` does; lines of the log are left out of what it said."""
    monkeypatch.delitem(os.environ, "FLASK_RUN_FROM_CLI", raising=False)

    def run(*words: object, stdin: bytes | None = None) -> Said:
        found = app.test_cli_runner().invoke(args=[str(word) for word in words], input=stdin)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        err = [line for line in found.stderr.splitlines() if " INFO " not in line]
        return Said(found.exit_code, found.stdout, "\n".join(err))

    return run


@pytest.fixture
def refused(app: Flask, shell: Callable[..., Said]) -> Callable[..., str]:
    """Run a command that is refused: one line on stderr, nothing on stdout, nothing stored."""

    def run(code: int, *words: object, stdin: bytes | None = None) -> str:
        before = stored(app)
        said = shell(*words, stdin=stdin)
        assert (said.code, said.out) == (code, ""), said
        assert stored(app) == before
        lines = said.err.splitlines()
        if lines[0].startswith("Usage:"):  # click's own, two lines before
            assert code == 2
            del lines[:-1]
        assert len(lines) == 1, said.err
        assert lines[0].startswith("Error: ")
        return lines[0].removeprefix("Error: ")

    return run


@pytest.fixture
def admin(app: Flask, client: FlaskClient, ada: int, priya: int, bystander: int) -> FlaskClient:
    """Ada's browser; Priya is in Kolkata, Noor in UTC."""
    with at(NOON):
        sign_in(client, "ada")
        client.get("/inbox")  # takes the flash of the sign-in
    return client
