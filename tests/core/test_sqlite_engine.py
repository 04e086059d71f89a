"""SQLite: its file may be lost, replaced or read-only, and its log does not grow for ever."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import sqlite_engine
from notifications_app.core.database import begin_late, create_database, db, reading
from notifications_app.domain.accounts.models import User
from tests.support import inbox
from tests.support.app import on_sqlite
from tests.support.people import add_user, sign_in

pytestmark = on_sqlite


@pytest.fixture
def file(database_url: str) -> Path:
    return Path(database_url.removeprefix("sqlite:///"))


@pytest.fixture
def copy(file: Path, tmp_path: Path) -> Path:
    """A backup, made while nothing is connected."""
    return Path(shutil.copyfile(file, tmp_path / "copy.sqlite3"))


def names() -> list[str]:
    with reading() as connection:
        return list(connection.scalars(sa.select(User.username)))


def test_a_replaced_file_is_opened_anew(app: Flask, file: Path, copy: Path) -> None:
    add_user(app, "priya")
    with app.app_context():
        assert names() == ["priya"]
        beside = Path(shutil.copyfile(copy, f"{file}.new"))
        beside.replace(file)
        assert names() == []
    add_user(app, "ada")
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT username FROM users").fetchall() == [("ada",)]


def test_a_deleted_file_takes_no_writes(app: Flask, file: Path, copy: Path) -> None:
    add_user(app, "priya")
    with app.app_context():
        names()
    client = app.test_client()
    file.unlink()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "not ready", "database": "missing"},
    )
    assert sign_in(client, "priya").status_code == 503
    assert not file.exists()
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    shutil.copyfile(copy, file)
    assert client.get("/readyz").status_code == 200


def test_only_a_migration_makes_a_file(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    app = make_app(DATABASE_URL=f"sqlite:///{file}")
    assert app.test_cli_runner().invoke(args=["users", "list"]).exit_code == 1
    assert not file.exists()
    with app.app_context():
        create_database()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_read_only_is_opened_anew(app: Flask, file: Path) -> None:
    add_user(app, "priya")
    client = app.test_client()
    with app.app_context():
        engine = db.engine
        engine.dispose()

        def open_read_only(*_: object) -> sqlite3.Connection:
            return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False)

        sa.event.listen(engine, "do_connect", open_read_only)
        answer = client.get("/readyz")
        sa.event.remove(engine, "do_connect", open_read_only)
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "not ready", "database": "read-only"},
    )
    assert client.get("/readyz").status_code == 200


def test_the_log_is_emptied_when_nobody_reads(
    app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engine, "LOG_LIMIT", 100_000)
    log = file.with_name(f"{file.name}-wal")

    def write(text: str) -> None:
        db.session.execute(sa.text("CREATE TABLE IF NOT EXISTS big (text)"))
        db.session.execute(sa.text("INSERT INTO big VALUES (:text)"), {"text": text})
        db.session.commit()

    with app.app_context():
        with reading() as connection:
            connection.execute(sa.select(User.id)).all()
            for _ in range(5):
                write("x" * 90_000)
            assert log.stat().st_size > 400_000
        write("short")
        assert log.stat().st_size == 0


def test_a_shell_holds_no_lock_before_its_first_change(
    make_app: Callable[..., Flask], database_url: str
) -> None:
    app = make_app()
    add_user(app, "priya")
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0.0)
    other.isolation_level = None
    with app.app_context():
        begin_late()
        priya = db.session.get_one(User, 1)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        priya.display_name = "Priya"
        db.session.flush()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        db.session.rollback()
        assert db.session.get_one(User, 1).display_name != "Priya"
        inbox.notify(1)
        db.session.commit()
        assert db.session.get_one(User, 1).username == "priya"
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()
