"""Back up and restore a SQLite file."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from . import backup_file, sqlite_engine
from .errors import Refused

HEADER = b"SQLite format 3\0"
#: Seconds between two looks at a file that is being written.
LOOK_EVERY = 0.1


def file_of(engine: Engine) -> Path:
    """Return the database's file.

    Raises:
        Refused: if the database is in memory.
    """
    file = sqlite_engine.file_of(engine)
    if file is None:
        raise Refused("The database is in memory, not in a file.")
    return file


def _open(file: Path, mode: str) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def expected_size(engine: Engine) -> int:
    """Return about how many bytes a backup will have."""
    with closing(_open(file_of(engine), "rw")) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def write(engine: Engine, draft: Path, look: Callable[[int], None]) -> None:
    """Write the database into an empty file: one snapshot, while others go on writing.

    ``look`` is called with the number of bytes so far, ten times a second.

    Raises:
        Refused: if the disk is full, or the database cannot be read.
    """
    with closing(_open(file_of(engine), "rw")) as connection:
        connection.execute("PRAGMA busy_timeout=10000")

        def copy() -> None:
            connection.execute("VACUUM INTO ?", (str(draft),))

        try:
            _watched(copy, connection.interrupt, lambda: look(draft.stat().st_size))
        except sqlite3.Error as error:
            if "full" in str(error):
                raise Refused(backup_file.full(draft)) from None
            raise Refused(f"The database could not be backed up: {error}.") from None


def _watched(
    work: Callable[[], object], stop: Callable[[], None], look: Callable[[], None]
) -> None:
    """Work in a thread, so that Ctrl+C reaches this one, which stops it."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except sqlite3.Error as error:
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(LOOK_EVERY)
            look()
    except BaseException:
        stop()
        thread.join()
        raise
    if failures:
        raise failures[0]


def check_format(source: Path) -> None:
    """Refuse a file that does not have the length that its head tells.

    Raises:
        Refused: in a sentence that says why.
    """
    with source.open("rb") as file:
        head = file.read(100)
    size = int.from_bytes(head[16:18])
    pages = int.from_bytes(head[28:32])
    expected = pages * (65536 if size == 1 else size)
    if len(head) < 100 or source.stat().st_size != expected:
        raise Refused(f"{source} is not complete: it should have {expected:,} bytes.")
    log = Path(f"{source}-wal")
    if log.exists() and log.stat().st_size:
        raise Refused(f"{source} is a database in use, not a backup: {log.name} is beside it.")


def tables_and_version(source: Path) -> tuple[set[str], set[str]]:
    """Return the names of the tables in a backup, and its version.

    Raises:
        Refused: if the file is damaged.
    """
    try:
        with closing(_open(source, "ro&immutable=1")) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in found}
            if "alembic_version" not in tables:
                return tables, set()
            versions = connection.execute("SELECT version_num FROM alembic_version")
            return tables, {version for (version,) in versions}
    except sqlite3.DatabaseError:
        raise Refused(damaged(source)) from None


def damaged(source: Path) -> str:
    """Return the sentence on a damaged backup."""
    return f"{source} is damaged. Nothing was restored."


def copy(source: Path, draft: Path) -> None:
    """Copy a backup, and check the copy: each page, and each index against its table.

    Raises:
        Refused: if it is damaged.
        OSError: if the disk is full or fails.
    """
    with source.open("rb") as reader, draft.open("wb") as writer:
        shutil.copyfileobj(reader, writer, 1024 * 1024)
    found: list[str] = []
    try:
        with closing(_open(draft, "rw")) as connection:
            check = connection.execute

            def integrity() -> None:
                found.extend(row[0] for row in check("PRAGMA integrity_check(1)"))

            _watched(integrity, connection.interrupt, lambda: None)
    except sqlite3.DatabaseError:
        found = ["damaged"]
    if found != ["ok"]:
        raise Refused(damaged(source))


@contextmanager
def alone_with(target: Path) -> Iterator[sqlite3.Connection]:
    """Keep everybody else out of a database file.

    Raises:
        Refused: if another process has it open.
    """
    try:
        with closing(_open(target, "rw")) as connection:
            connection.execute("PRAGMA busy_timeout=0")
            # SQLite leaves the log only for one who is alone; it goes, and so does its index.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "delete":
                raise Refused(in_use(target))
            yield connection
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Refused(in_use(target)) from None
        raise


def in_use(target: Path) -> str:
    """Return the sentence on a database that another process has open."""
    return f"The database {target} is in use. Stop the server and other commands first."


def tables_with_rows(connection: sqlite3.Connection, ignored: set[str]) -> set[str]:
    """Return the names of the tables that have rows, without those of SQLite and the search."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name
        for (name,) in names
        if not name.startswith(("sqlite_", "notifications_fts"))
        and name not in ignored
        and _has_rows(connection, name)
    }


def _has_rows(connection: sqlite3.Connection, name: str) -> bool:
    quoted = name.replace('"', '""')
    statement = 'SELECT EXISTS (SELECT 1 FROM "' + quoted + '")'  # noqa: S608 - a name from the file
    return bool(connection.execute(statement).fetchone()[0])


def put_in_place(draft: Path, target: Path) -> None:
    """Give a draft the name of a database that nobody else has open, or that is not there."""
    backup_file.sync(draft)
    for ending in ("-wal", "-shm", "-journal"):  # of another database, if any
        Path(f"{target}{ending}").unlink(missing_ok=True)
    draft.replace(target)
    backup_file.sync(target.parent)
