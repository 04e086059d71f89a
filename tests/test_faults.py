"""What a database says when it cannot, in one sentence."""

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

from notifications_app import faults


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("no such table: users", faults.UNMIGRATED),
        ("no such column: users.shortcuts", faults.UNMIGRATED),
        ("table users has no column named shortcuts", faults.UNMIGRATED),
        ("database is locked", faults.LOCKED),
        ("database table is locked: users", faults.LOCKED),
        ("database or disk is full", faults.FULL),
        ("attempt to write a readonly database", faults.READ_ONLY),
        ("unable to open database file", faults.AWAY),
        ("disk I/O error", faults.AWAY),
        ("file is not a database", faults.BROKEN),
        ("database disk image is malformed", faults.BROKEN),
    ],
)
def test_what_sqlite_says_has_a_sentence(message: str, fault: faults.Fault) -> None:
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(message))
    assert faults.fault_of(error) == fault
    assert fault.sentence.endswith(".")


def test_a_statement_that_sqlite_cannot_read_is_an_error_of_ours() -> None:
    error = OperationalError("SELEKT", {}, sqlite3.OperationalError('near "SELEKT": syntax error'))
    assert faults.fault_of(error) is None


class Said(Exception):
    """What psycopg raises: an error with a state."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("said so")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("kind", "state", "fault"),
    [
        (ProgrammingError, "42P01", faults.UNMIGRATED),
        (ProgrammingError, "42703", faults.UNMIGRATED),
        (OperationalError, "55P03", faults.LOCKED),
        (OperationalError, "40P01", faults.LOCKED),
        (OperationalError, "53100", faults.FULL),
        (OperationalError, "25006", faults.READ_ONLY),
        (OperationalError, "53300", faults.AWAY),
        (OperationalError, "57P01", faults.AWAY),
        (OperationalError, "57P03", faults.AWAY),
        (OperationalError, "08006", faults.AWAY),
        (OperationalError, None, faults.AWAY),
        (IntegrityError, "23505", None),
        (ProgrammingError, "42601", None),
        (InterfaceError, None, None),
    ],
)
def test_what_postgresql_says_has_a_sentence(
    kind: type[DBAPIError], state: str | None, fault: faults.Fault | None
) -> None:
    assert faults.fault_of(kind("SELECT 1", {}, Said(state))) == fault


def test_a_connection_that_broke_is_a_database_that_is_away() -> None:
    error = InterfaceError("SELECT 1", {}, Said(None), connection_invalidated=True)
    assert faults.fault_of(error) == faults.AWAY


def test_a_full_pool_is_a_database_that_does_not_answer() -> None:
    assert faults.fault_of(PoolTimeout()) == faults.AWAY


def test_any_other_error_is_ours() -> None:
    assert faults.fault_of(ValueError("database is locked")) is None


def test_a_full_disk_has_its_own_status() -> None:
    assert faults.FULL.status == 507
    assert {one.status for one in (faults.AWAY, faults.LOCKED, faults.UNMIGRATED)} == {503}
