"""Database failures, each mapped to one sentence and one HTTP status."""

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure of the database or of Redis.

    Its sentence for the user, the HTTP status of the page, and its state in ``/readyz``.
    """

    sentence: str
    status: int = 503
    state: str = "away"


AWAY = Fault("The database does not answer. Nothing was changed; try again in a moment.")
LOCKED = Fault("The database is busy with another write. Nothing was changed; try again.")
FULL = Fault("The database’s disk is full. Nothing was changed.", 507, "full")
READ_ONLY = Fault("The database is read-only. Nothing was changed.", state="read-only")
MISSING = Fault(
    "There is no database, or its file cannot be opened. For a new one, run `flask db upgrade`.",
    state="missing",
)
UNMIGRATED = Fault(
    "The database is not migrated. Run `flask db upgrade` first.", state="not migrated"
)
BROKEN = Fault(
    "The database file is damaged or is not a database. Restore a backup.", state="damaged"
)

#: Parts of the drivers' messages; SQLite has no codes for some failures.
_WORDS = (
    (UNMIGRATED, ("no such table", "no such column", "has no column")),
    (LOCKED, ("database is locked", "database table is locked", "database is busy")),
    (FULL, ("disk is full", "no space left")),
    (READ_ONLY, ("readonly database",)),
    (BROKEN, ("not a database", "malformed")),
    (MISSING, ("unable to open",)),
    (AWAY, ("disk i/o error",)),
)
_SQLSTATES = {"42P01": UNMIGRATED, "42703": UNMIGRATED, "55P03": LOCKED, "40P01": LOCKED,
              "53100": FULL, "25006": READ_ONLY}  # fmt: skip


def database_fault(error: BaseException) -> Fault | None:
    """Return the fault behind a database error; None if the error is a bug of ours."""
    if isinstance(error, PoolTimeout):
        return AWAY
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state in _SQLSTATES:
        return _SQLSTATES[state]
    fault = _fault_in_words(error.orig)
    if fault is not None:
        return fault
    # psycopg has no state for a server it cannot reach; SQLite never has one.
    is_stateless = isinstance(error, OperationalError) and state is None
    is_away = error.connection_invalidated or (
        is_stateless and not isinstance(error.orig, sqlite3.Error)
    )
    return AWAY if is_away or (state or "").startswith(("08", "57P", "53")) else None


def is_of_the_file(error: sqlite3.Error) -> bool:
    """Return whether SQLite found the file itself unusable, so that it must be opened anew."""
    return _fault_in_words(error) in {MISSING, READ_ONLY, BROKEN, AWAY}


def _fault_in_words(error: BaseException | None) -> Fault | None:
    message = str(error).lower()
    for fault, words in _WORDS:
        if any(word in message for word in words):
            return fault
    return None
