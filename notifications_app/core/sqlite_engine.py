"""SQLite: the settings of every connection, one writer at a time, and the file itself."""

import os
import sqlite3
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError, OperationalError

from . import patience
from .database_errors import is_of_the_file
from .text import fold
from .write_queue import WriteQueue

#: Bytes of the log beside the file from which a writer empties it. SQLite empties it only when
#: nobody reads, so a busy site's log grows without an end.
LOG_LIMIT = 8 * 1024 * 1024
#: Keys in a pooled connection's info: it holds the write queue; its patience; its file.
_IN_QUEUE = "in the write queue"
_PATIENCE = "patience"
_FILE = "file"
#: The execution option of an engine whose transactions begin at the first change.
_LATE = "begin_late"
#: First words of the statements that need no transaction.
_READS = {"SELECT", "EXPLAIN", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK"}


def file_of(engine: Engine) -> Path | None:
    """Return the database's file; None for one in memory."""
    name = engine.url.database
    return None if not name or name == ":memory:" or name.startswith("file:") else Path(name)


def create_file(engine: Engine) -> None:
    """Make the database's file, readable by its owner alone, if there is none.

    Only migrations do: anything else must not begin a new database in place of a lost one.
    """
    file = file_of(engine)
    if file is not None:
        with suppress(OSError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def prepare(engine: Engine, threads: int) -> None:
    """Set up the connections of an engine; ``threads``: how many of them serve requests."""
    file = file_of(engine)
    event.listen(engine, "connect", _connect)
    if file is not None:
        event.listen(engine, "do_connect", _never_create)
        event.listen(engine, "connect", partial(_remember_file, file))
        event.listen(engine, "checkout", partial(_check_file, file))
    queue = WriteQueue(file, threads)
    event.listen(engine, "begin", partial(_begin, queue))
    event.listen(engine, "checkin", partial(_checkin, queue, file))
    event.listen(engine, "handle_error", _forget_connections)


def begin_late(engine: Engine) -> None:
    """Begin transactions at their first change: somebody in a shell looks, and goes to lunch."""
    engine.update_execution_options(**{_LATE: True})

    @event.listens_for(engine, "before_cursor_execute")
    def begin_to_write(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        raw: Any = connection.connection.dbapi_connection
        is_read = statement.lstrip(" (\n").split(None, 1)[0].upper() in _READS
        if not is_read and not raw.in_transaction:
            engine.dispatch.begin(connection.execution_options(**{_LATE: False}))


def _never_create(_dialect: Any, _record: Any, arguments: list[Any], options: Any) -> None:
    """Open the file only if it exists: SQLite would make an empty database of a lost one."""
    arguments[0] = Path(arguments[0]).absolute().as_uri() + "?mode=rw"
    options["uri"] = True


def _connect(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # the driver sends its own BEGIN too late
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA journal_size_limit={LOG_LIMIT}")
    _be_patient(connection, record.info, patience.COMMAND)
    # SQLite's lower() and LIKE fold only a to z.
    connection.create_function("fold", 1, fold, deterministic=True)


def _be_patient(connection: Any, info: dict[Any, Any], seconds: float) -> None:
    """Set how long SQLite waits for a writer that is not in our queue."""
    if info.get(_PATIENCE) != seconds:
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
        info[_PATIENCE] = seconds


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _remember_file(file: Path, _connection: Any, record: Any) -> None:
    record.info[_FILE] = _identity(file)


def _check_file(file: Path, _connection: Any, record: Any, _proxy: Any) -> None:
    """Connect anew if the file was deleted or replaced: what is written to the old one is lost."""
    if record.info.get(_FILE) != _identity(file):
        _delete_old_log(file)
        raise InvalidatePoolError


def _delete_old_log(file: Path) -> None:
    """Delete the log of a file that was replaced: SQLite would write it into the new file."""
    log = Path(f"{file}-wal")
    with suppress(OSError):
        if log.stat().st_mtime_ns < file.stat().st_ctime_ns:
            log.unlink()
            Path(f"{file}-shm").unlink(missing_ok=True)


def _begin(queue: WriteQueue, connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("read"):
        connection.exec_driver_sql("BEGIN")
        return
    if options.get(_LATE):
        return
    seconds = options.get("lock_timeout", patience.usual())
    pooled: Any = connection.connection
    if not pooled.record_info.get(_IN_QUEUE):
        if not queue.enter(seconds):
            locked = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", None, locked)
        pooled.record_info[_IN_QUEUE] = True
    _be_patient(pooled.dbapi_connection, pooled.info, seconds)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# Not at commit: that event fires before the commit itself.
def _checkin(queue: WriteQueue, file: Path | None, connection: Any, record: Any) -> None:
    if record.record_info.pop(_IN_QUEUE, False):
        try:
            if file is not None and connection is not None:
                _shorten_log(file, connection, record.info)
        finally:
            queue.leave()


def _shorten_log(file: Path, connection: Any, info: dict[Any, Any]) -> None:
    """Empty a long log at once, unless somebody reads."""
    with suppress(OSError, sqlite3.Error):
        if Path(f"{file}-wal").stat().st_size > LOG_LIMIT:
            _be_patient(connection, info, 0.0)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def empty_log(engine: Engine) -> tuple[int, int] | None:
    """Write the log into the database's file, unless somebody reads what is older.

    Return the bytes of the log before and after; None for a database in memory.
    """
    file = file_of(engine)
    if file is None:
        return None
    log = Path(f"{file}-wal")
    before = log.stat().st_size if log.exists() else 0
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA busy_timeout=2000")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, log.stat().st_size if log.exists() else 0


def _forget_connections(context: ExceptionContext) -> None:
    """Open the file anew after an error of the file: it may be writable, or whole, by then."""
    if isinstance(context.original_exception, sqlite3.Error):
        context.is_disconnect = is_of_the_file(context.original_exception)
