"""The queue of those who write to a SQLite file, in this process and in all others.

SQLite itself has none: its busy handler sleeps and tries again, so that of eight processes that
write without a pause one waited for more than six seconds. The kernel wakes those who wait for
a lock on a file in their order, and a lock ends with the process that holds it.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from .patience import Waiting

try:
    import fcntl
except ImportError:  # Windows: SQLite's busy handler alone
    HAS_LOCKS = False
else:
    HAS_LOCKS = True


class WriteQueue:
    """A lock for one writer at a time: a thread first has its process's turn, then the file."""

    def __init__(self, database: Path | None, threads: int) -> None:
        """Make the queue of a database file; None: of a database in memory."""
        self._turn = threading.Lock()
        self._waiting = Waiting(threads)
        self._file = _FileLock(Path(f"{database}-queue")) if database and HAS_LOCKS else None

    def enter(self, patience: float) -> bool:
        """Wait for the lock for at most ``patience`` seconds.

        Return whether the caller has the lock now.
        """
        give_up_at = time.monotonic() + self._waiting.enter(patience)
        try:
            if not self._turn.acquire(timeout=_left(give_up_at)):
                return False
            if self._file is None or self._file.acquire(_left(give_up_at)):
                return True
            self._turn.release()
            return False
        finally:
            self._waiting.leave()

    def leave(self) -> None:
        """Give the lock to the next writer."""
        if self._file is not None:
            self._file.release()
        self._turn.release()


def _left(moment: float) -> float:
    return max(0.0, moment - time.monotonic())


class _FileLock:
    """A lock on a file, waited for with a limit of time; used by one thread of a process at a time.

    The kernel's wait has no limit, so a thread of its own waits. If the writer gives up, the
    wait goes on for the next one; a lock that nobody wants any more is given back at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None
        self._lock = threading.Lock()
        self._arrived: threading.Event | None = None
        self._is_wanted = False

    def acquire(self, patience: float) -> bool:
        with self._lock:
            if self._arrived is None:
                descriptor = self._open()
                if descriptor is None or _take(descriptor):
                    self._held = descriptor
                    return True
                self._arrived = threading.Event()
                waiting = threading.Thread(target=self._wait, args=(descriptor,), daemon=True)
                waiting.start()
            self._is_wanted = True
            arrived = self._arrived
        arrived.wait(patience)
        with self._lock:
            self._is_wanted = False
            return self._held is not None

    def release(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _open(self) -> int | None:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # a folder that cannot be written
            return None

    def _wait(self, descriptor: int) -> None:
        with suppress(OSError):  # without the queue, SQLite's own lock decides
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with self._lock:
            arrived, self._arrived = self._arrived, None
            if self._is_wanted:
                self._held = descriptor
            else:
                os.close(descriptor)
        if arrived is not None:
            arrived.set()


def _take(descriptor: int) -> bool:
    """Try to lock the file at once; also true on a file system that has no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
