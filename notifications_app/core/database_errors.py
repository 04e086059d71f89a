"""Database failures, each mapped to one sentence and one HTTP status."""

import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL
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
REPLACED = Fault(
    "The database is being replaced by a backup. Nothing was changed; try again in a moment.",
    state="being replaced",
)
BROKEN = Fault(
    "The database file is damaged or is not a database. Restore a backup.", state="damaged"
)
DENIED = Fault("The database does not allow this to its user. Nothing was changed.", state="denied")

#: Parts of the drivers' messages; SQLite has no codes for some failures.
_WORDS = (
    (UNMIGRATED, ("no such table", "no such column", "has no column")),
    (LOCKED, ("database is locked", "database table is locked", "database is busy")),
    (REPLACED, ("database is being replaced",)),
    (FULL, ("disk is full", "no space left")),
    (READ_ONLY, ("readonly database",)),
    (BROKEN, ("not a database", "malformed")),
    (MISSING, ("unable to open",)),
    (AWAY, ("disk i/o error",)),
)
_SQLSTATES = {"42P01": UNMIGRATED, "42703": UNMIGRATED, "55P03": LOCKED, "40P01": LOCKED,
              "53100": FULL, "25006": READ_ONLY, "42501": DENIED}  # fmt: skip


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
    at_connecting = error.statement is None
    is_stateless = state is None and (at_connecting or isinstance(error, OperationalError))
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


#: A longer reason is cut: it is one line of a log or a terminal.
_REASON_MAX = 400
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_PASSWORD = re.compile(r"(\bpassword\s*=\s*)('[^']*'|\S+)", re.IGNORECASE)


def reason(error: BaseException, url: URL) -> str:
    """Return the driver's own words about a failure on one line, for logs and commands only.

    The password and whole addresses are left out; ``url`` is the address of the database.
    """
    words = " ".join(str(getattr(error, "orig", None) or error).split())
    password = str(url.password or "")
    for secret in {password, quote(password, safe=""), quote_plus(password)} - {""}:
        words = words.replace(secret, "…")
    words = _PASSWORD.sub(r"\1…", _URL.sub("…", words))
    if "unable to open database file" in words and url.database:
        words = f"{words}: {_file_problem(Path(url.database))}"
    return words[:_REASON_MAX].rstrip(".")


def _file_problem(file: Path) -> str:
    folder = file.parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    if file.is_dir():
        return f"{file} is a folder"
    target = file if file.exists() else folder
    return f"{file}" if os.access(target, os.R_OK | os.W_OK) else f"{target} cannot be written"


def explain(error: BaseException, fault: Fault, url: URL) -> str:
    """Return the sentence of a fault, followed by the driver's reason if that tells more."""
    if fault in {UNMIGRATED, LOCKED}:
        return fault.sentence
    return f"{fault.sentence} The database driver reports: {reason(error, url)}."
