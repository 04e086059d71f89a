"""Database errors, each in one sentence."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from notifications_app.core import database_errors
from tests.support.app import POSTGRESQL, on_postgresql


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("no such table: users", database_errors.UNMIGRATED),
        ("no such column: users.shortcuts", database_errors.UNMIGRATED),
        ("table users has no column named shortcuts", database_errors.UNMIGRATED),
        ("database is locked", database_errors.LOCKED),
        ("database table is locked: users", database_errors.LOCKED),
        ("database or disk is full", database_errors.FULL),
        ("attempt to write a readonly database", database_errors.READ_ONLY),
        ("unable to open database file", database_errors.MISSING),
        ("disk I/O error", database_errors.AWAY),
        ("file is not a database", database_errors.BROKEN),
        ("database disk image is malformed", database_errors.BROKEN),
    ],
)
def test_what_sqlite_says_has_a_sentence(message: str, fault: database_errors.Fault) -> None:
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(message))
    assert database_errors.database_fault(error) == fault
    assert fault.sentence.endswith(".")


def test_a_statement_that_sqlite_cannot_read_is_an_error_of_ours() -> None:
    error = OperationalError("SELEKT", {}, sqlite3.OperationalError('near "SELEKT": syntax error'))
    assert database_errors.database_fault(error) is None


class Said(Exception):
    """An error with a state, as psycopg raises it."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("said so")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("kind", "state", "fault"),
    [
        (ProgrammingError, "42P01", database_errors.UNMIGRATED),
        (ProgrammingError, "42703", database_errors.UNMIGRATED),
        (OperationalError, "55P03", database_errors.LOCKED),
        (OperationalError, "40P01", database_errors.LOCKED),
        (OperationalError, "53100", database_errors.FULL),
        (ProgrammingError, "42501", database_errors.DENIED),
        (OperationalError, "25006", database_errors.READ_ONLY),
        (OperationalError, "53300", database_errors.AWAY),
        (OperationalError, "57P01", database_errors.AWAY),
        (OperationalError, "57P03", database_errors.AWAY),
        (OperationalError, "08006", database_errors.AWAY),
        (OperationalError, None, database_errors.AWAY),
        (IntegrityError, "23505", None),
        (ProgrammingError, "42601", None),
        (InterfaceError, None, None),
    ],
)
def test_what_postgresql_says_has_a_sentence(
    kind: type[DBAPIError], state: str | None, fault: database_errors.Fault | None
) -> None:
    assert database_errors.database_fault(kind("SELECT 1", {}, Said(state))) == fault


def test_a_connection_that_broke_is_a_database_that_is_away() -> None:
    error = InterfaceError("SELECT 1", {}, Said(None), connection_invalidated=True)
    assert database_errors.database_fault(error) == database_errors.AWAY


def test_a_full_pool_is_a_database_that_does_not_answer() -> None:
    assert database_errors.database_fault(PoolTimeout()) == database_errors.AWAY


def test_any_other_error_is_ours() -> None:
    assert database_errors.database_fault(ValueError("database is locked")) is None


def test_a_full_disk_has_its_own_status() -> None:
    assert database_errors.FULL.status == 507
    assert {
        one.status
        for one in (database_errors.AWAY, database_errors.LOCKED, database_errors.UNMIGRATED)
    } == {503}


# ---- the driver's reason, on the command line and in the log ----

SECRET = "hunter2 %/@"
URL = make_url("postgresql+psycopg://u@h/n").set(password=SECRET)


@pytest.mark.parametrize(
    "message",
    [
        f"FATAL: password {SECRET} is wrong",
        'invalid dsn: missing "=" after "postgresql://u:hunter2%20%25%2F%40@h/n" in connection',
        "connection string host=h password=hunter2 user=u",
        "connection string host=h password = 'hunter2 and more' user=u",
        f"first line\nsecond line {SECRET}",
        "user hunter2+%25%2F%40",
    ],
)
def test_a_reason_holds_no_secret_and_is_one_line(message: str) -> None:
    error = OperationalError(None, None, Exception(message))
    words = database_errors.reason(error, URL)
    assert "hunter2" not in words
    assert "\n" not in words
    assert words


@pytest.mark.parametrize(
    ("query", "words"),
    [("", 'role "nobody-here" does not exist'), ("?sslmode=odd", "sslmode"),
     ("?nonsense=1", "nonsense")],
)  # fmt: skip
@on_postgresql
def test_the_reason_of_a_refused_connection_is_said(
    make_app: Callable[..., Flask], query: str, words: str
) -> None:
    url = make_url(POSTGRESQL)
    found = f"postgresql://nobody-here:{quote(SECRET)}@{url.host}:{url.port or 5432}/none{query}"
    result = make_app(DATABASE_URL=found).test_cli_runner().invoke(args=["users", "list"])
    assert result.exit_code == 1
    assert words in result.stderr or "authentication failed" in result.stderr
    assert "hunter2" not in result.stderr
    assert "Traceback" not in result.stderr


def test_the_reason_of_a_file_that_cannot_be_opened_is_said(
    make_app: Callable[..., Flask], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("This is a letter and no database at all.")
    for file, words in (
        ("nowhere/n.db", f"there is no folder {tmp_path}/nowhere"),
        ("folder", f"{tmp_path}/folder is a folder"),
        ("text", "file is not a database"),
    ):
        app = make_app(DATABASE_URL=f"sqlite:///{tmp_path}/{file}", TESTING=False)
        result = app.test_cli_runner().invoke(args=["users", "list"])
        assert result.exit_code == 1
        assert words in result.stderr
        page = app.test_client().get("/login")
        assert page.status_code == 503 or file == "text"
        assert words not in page.text
        assert str(tmp_path) not in page.text
        assert words in caplog.records[-1].getMessage()
