"""Database errors, each in one sentence."""

import sqlite3

import pytest
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from notifications_app.core import database_errors


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
