"""How long a transaction waits for another writer before it gives up."""

import threading

from flask import has_request_context

#: Seconds that a request waits for the lock: somebody is looking at the page.
PAGE = 3.0
#: Seconds that a command waits.
COMMAND = 15.0
#: Seconds that a request waits if half of the threads wait already: the rest serve readers.
CROWDED = 0.1


def usual() -> float:
    """Return the patience of the request or command that is running, in seconds."""
    return PAGE if has_request_context() else COMMAND


class Waiting:
    """The count of the threads that wait for a lock; beyond half of them patience is short.

    Otherwise a lock held elsewhere fills all threads, and the pages that only read with them.
    """

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads // 2)
        self._lock = threading.Lock()
        self._now = 0

    def enter(self, patience: float) -> float:
        """Count the calling thread; return its patience, in seconds."""
        with self._lock:
            self._now += 1
            is_crowded = self._now > self._most
        return min(patience, CROWDED) if is_crowded else patience

    def leave(self) -> None:
        """Count the calling thread no longer."""
        with self._lock:
            self._now -= 1
