"""Notice that a backup was copied over a SQLite file in use, and take it as it is.

``cp backup.db site.db`` keeps the inode, so every connection goes on with a log (``-wal``) that
belongs to the file before, and the next checkpoint writes that log into the backup.

A log is started anew after each full checkpoint, with other salts. The record, kept in the file
of the write queue, is the header of the database as it was under the log with these salts. While
the log is the same, nothing but a checkpoint from it may change the file, so any other header is
proof of a replacement. Without that proof nothing is thrown away: a log holds acknowledged writes.
The first commit under each log changes the header, so that no two checkpoints leave equal ones.
"""

import atexit
import logging
import os
import secrets
import sqlite3
import struct
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from . import patience
from .write_queue import HAS_LOCKS, WriteQueue

_log = logging.getLogger(__name__)

#: Seconds without a change after which a file counts as copied.
QUIET = 1.0

BEING_REPLACED = "database is being replaced"

_RECORD = struct.Struct(">I12s100s")
_HEADER_SIZE = 100
_MAGIC = b"SQLite format 3\0"
#: Offset and value of the two bytes that say that a file has a log; ``VACUUM INTO`` sets others.
_HAS_LOG = (18, b"\2\2")
#: Sizes of the log's header, and of the one before each of its pages.
_LOG_HEADER, _FRAME_HEADER = 32, 24
#: Size of the two headers of the index of the log; SQLite rebuilds an index without them.
_INDEX_HEADERS = 96
_NO_LOG = bytes(12)

Stat = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Record:
    """The header of the database under a log, and how often the database was replaced."""

    replaced: int
    log: bytes
    header: bytes


class FileWatch:
    """The watch over the file of an engine.

    Args:
        file: the database.
        queue: those who write to it; only its holder changes the record.
        connect: opens a connection of its own, outside the pool.
    """

    def __init__(
        self, file: Path, queue: WriteQueue, connect: Callable[[], sqlite3.Connection]
    ) -> None:
        self._file = file
        self._log_file = Path(f"{file}-wal")
        self._index_file = Path(f"{file}-shm")
        self._record_file = Path(f"{file}-queue")
        self._queue = queue
        self._connect = connect
        self._lock = threading.Lock()
        self._known: Stat | None = None
        self._damaged: Stat | None = None
        self._descriptor: int | None = None
        self._connections = 0
        #: The number of replacements of which this process knows; connections from before are old.
        self.replaced = 0
        _WATCHES.add(self)

    def check(self, *, in_queue: bool = False) -> None:
        """Take the file as it is if it was replaced; ``in_queue``: the caller may write.

        Raises:
            OperationalError: if the copy is not complete, or is damaged.
        """
        now = self._stat()
        if now is None or now == self._known or not HAS_LOCKS:
            return
        if self._is_ours(now):
            return
        if not in_queue and not self._queue.enter(patience.usual()):
            raise failure("database is locked")
        try:
            self._accept()
        finally:
            if not in_queue:
                self._queue.leave()

    def after_write(self, connection: sqlite3.Connection) -> None:
        """Record the header, if it or the log is another; for the holder of the queue."""
        if not HAS_LOCKS:
            return
        now, log, record = self._stat(), self._log(), self._load()
        if now == self._known and record is not None and record.log == log:
            return
        if now is None or (now != self._known and not self._is_ours(now)):
            return
        if log != _NO_LOG and (record is None or record.log != log):
            _mark(connection)
        self._save(now)

    def opened(self) -> None:
        """Count a connection that the pool has opened."""
        self._connections += 1

    def before_close(self) -> None:
        """Empty the log of a file that was replaced: the last connection would copy it there."""
        self._connections -= 1
        self.check_at_end()
        if not self._connections and self._descriptor is not None:
            # Not before: closing any descriptor of a file gives up all locks of the process on it.
            os.close(self._descriptor)
            self._descriptor = None

    def check_at_end(self) -> None:
        """Empty the log if the file was replaced, without taking the file into use."""
        now = self._stat()
        if now is not None and now != self._known and HAS_LOCKS and not self._is_ours(now):
            with suppress(OSError):
                self._empty_log()

    def _stat(self) -> Stat | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _is_ours(self, now: Stat) -> bool:
        """Return whether only checkpoints have changed the file, as far as can be known."""
        with self._lock:
            record = self._load()
            is_ours = record is None or self._fits(record)
            if is_ours:
                self._known = now
                self.replaced = record.replaced if record else 0
            return is_ours

    def _fits(self, record: Record) -> bool:
        header = self._header()
        if header == record.header or not self._log_file.exists():
            return True
        if not header and not self._connections:
            return True  # a new database in the place of one that was deleted
        if self._log() != record.log:
            return True  # nobody knows the header under another log
        # The log may be started anew meanwhile.
        return header in self._headers_in_log() or self._log() != record.log

    def _accept(self) -> None:
        """Begin with the file as it is, once it is whole; for the holder of the queue."""
        now = self._stat()
        if now is None or self._is_ours(now):
            return
        self._empty_log()
        if now == self._damaged:
            raise failure("database disk image is malformed")
        if time.time() - now[4] / 1e9 < QUIET:
            raise failure(BEING_REPLACED)
        if not self._is_whole():
            self._damaged = now
            _log.error(
                "The file %s was replaced by one that is not whole. Nothing is written to it:"
                " copy the backup again.", self._file,
            )  # fmt: skip
            raise failure("database disk image is malformed")
        record = self._load()
        self._save(self._stat(), (record.replaced if record else 0) + 1)
        _log.warning(
            "The file %s was replaced while it was in use. It is used as it is now; what was"
            " written in between is lost.", self._file,
        )  # fmt: skip

    def _is_whole(self) -> bool:
        header = self._header()
        if len(header) < _HEADER_SIZE or not header.startswith(_MAGIC):
            return False
        page_size = int.from_bytes(header[16:18])
        page_size = 65536 if page_size == 1 else page_size
        pages = int.from_bytes(header[28:32]) if header[24:28] == header[92:96] else 1
        if self._file.stat().st_size < page_size * pages:
            return False
        try:
            if header[18:20] != _HAS_LOG[1]:
                os.pwrite(self._open(), _HAS_LOG[1], _HAS_LOG[0])
            os.fsync(self._open())
            with closing(self._connect()) as fresh:
                if fresh.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                    return False
                _mark(fresh)
        except (OSError, sqlite3.Error):
            return False
        return True

    def _empty_log(self) -> None:
        """Empty the log in place, then its index: SQLite rebuilds it, in every process."""
        with suppress(FileNotFoundError):
            descriptor = os.open(self._log_file, os.O_RDWR)
            try:
                os.truncate(descriptor, 0)
                # A log without a byte counts as none, and a new connection would do without.
                os.write(descriptor, bytes(_LOG_HEADER))
            finally:
                os.close(descriptor)
        with suppress(FileNotFoundError):
            # Never closed: that would give up the locks that the process has on it.
            os.pwrite(os.open(self._index_file, os.O_RDWR), bytes(_INDEX_HEADERS), 0)

    def _open(self) -> int:
        with suppress(OSError):
            found = self._file.stat()
            if self._descriptor is not None:
                have = os.fstat(self._descriptor)
                if (have.st_dev, have.st_ino) != (found.st_dev, found.st_ino):
                    os.close(self._descriptor)
                    self._descriptor = None
        if self._descriptor is None:
            is_writable = os.access(self._file, os.W_OK)
            self._descriptor = os.open(
                self._file, (os.O_RDWR if is_writable else os.O_RDONLY) | os.O_CLOEXEC
            )
        return self._descriptor

    def _header(self) -> bytes:
        try:
            return os.pread(self._open(), _HEADER_SIZE, 0)
        except OSError:
            return b""

    def _log(self) -> bytes:
        """Return the number and the salts of the log; zeros without one."""
        return self._read_log(_LOG_HEADER)[12:24] or _NO_LOG

    def _read_log(self, size: int) -> bytes:
        # The log itself has no locks, so it may be closed.
        try:
            with self._log_file.open("rb", buffering=0) as log:
                return log.read(size) or b""
        except OSError:
            return b""

    def _headers_in_log(self) -> set[bytes]:
        """Return the headers in the log, each of which a checkpoint may have copied."""
        found = set()
        with suppress(OSError), self._log_file.open("rb") as log:
            head = log.read(_LOG_HEADER)
            page_size = int.from_bytes(head[8:12])
            while frame := log.read(_FRAME_HEADER):
                is_first = int.from_bytes(frame[:4]) == 1
                if frame[8:16] != head[16:24] or not page_size:
                    break
                if is_first:
                    found.add(log.read(_HEADER_SIZE))
                log.seek(page_size - is_first * _HEADER_SIZE, os.SEEK_CUR)
        return found

    def _load(self) -> Record | None:
        try:
            with self._record_file.open("rb", buffering=0) as file:
                data = file.read(_RECORD.size) or b""
        except OSError:
            return None
        return Record(*_RECORD.unpack(data)) if len(data) == _RECORD.size else None

    def _save(self, now: Stat | None, replaced: int | None = None) -> None:
        if replaced is None:
            replaced = self.replaced
        header = self._header()
        if len(header) < _HEADER_SIZE:
            return
        with self._lock, suppress(OSError):
            descriptor = os.open(self._record_file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, _RECORD.pack(replaced, self._log(), header), 0)
            finally:
                os.close(descriptor)
            self._known, self.replaced = now, replaced


def _mark(connection: sqlite3.Connection) -> None:
    """Change the header. SQLite counts changes there too, but two copies can count alike."""
    with suppress(sqlite3.Error):  # a full disk: the transaction before is committed anyway
        connection.execute(f"PRAGMA user_version={secrets.randbits(31)}")


def failure(words: str) -> OperationalError:
    """Return an error as if the driver had raised it."""
    return OperationalError("BEGIN", None, sqlite3.OperationalError(words))


_WATCHES: weakref.WeakSet[FileWatch] = weakref.WeakSet()


@atexit.register
def _check_at_end() -> None:
    for watch in list(_WATCHES):
        watch.check_at_end()
