"""PostgreSQL: limits of time for every connection, and no waiting for a server that is silent."""

import os
import select
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

from flask import has_request_context
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError

from . import patience
from .patience import Waiting

#: Milliseconds that one statement of a page may take: one that reads, one in a transaction that
#: writes. A command's may take as long as it needs.
READ_LIMIT = 5_000
WRITE_LIMIT = 15_000
#: Seconds without an answer after which the server is tried by another connection.
SUSPICIOUS = 1.5
#: Keys in a pooled connection's info: the limits it has; its transaction writes.
_LIMITS = "limits"
_WRITES = "writes"
#: A dead host is noticed in about 10 seconds even if nobody asks it anything.
CONNECTING: dict[str, Any] = {
    "connect_timeout": 2,  # psycopg takes no less
    "tcp_user_timeout": 4000,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def prepare(engine: Engine, threads: int) -> None:
    """Set up the connections of an engine; ``threads``: how many of them serve requests."""
    import psycopg

    watch = _Watch()
    writers = Waiting(threads)

    class Watched(psycopg.Connection[Any]):
        """A connection whose every wait for the server is watched."""

        def wait(self, *arguments: Any, **options: Any) -> Any:
            watch.enter(self)
            try:
                return super().wait(*arguments, **options)
            finally:
                watch.leave(self)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        return Watched.connect(*arguments, **options)

    event.listen(engine, "checkout", _checkout)
    event.listen(engine, "begin", partial(_begin, writers))
    event.listen(engine, "checkin", partial(_checkin, writers))


def _checkout(connection: Any, record: Any, _proxy: Any) -> None:
    """Replace a connection that the server has closed; give the others the limits of the hour."""
    if connection.closed or _has_news(connection.fileno()):
        raise InvalidatePoolError
    limits = (patience.usual(), READ_LIMIT if has_request_context() else 0)
    if record.info.get(_LIMITS) != limits:
        connection.autocommit = True  # what is set in a transaction ends with it
        connection.execute(_set("SET", *limits))
        connection.autocommit = False
        record.info[_LIMITS] = limits


def _has_news(descriptor: int) -> bool:
    """Return whether an idle connection has something to read: as a rule its end."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _set(verb: str, lock_timeout: float, statement_timeout: int) -> str:
    """Return the statements that set both limits: in seconds, and in milliseconds."""
    return (
        f"{verb} lock_timeout = {int(lock_timeout * 1000)};"
        f" {verb} statement_timeout = {statement_timeout}"
    )


def _begin(writers: Waiting, connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("read"):
        return
    pooled: Any = connection.connection
    usual, limit = pooled.info[_LIMITS]
    seconds = options.get("lock_timeout", usual)
    if not pooled.record_info.get(_WRITES):
        pooled.record_info[_WRITES] = True
        seconds = writers.enter(seconds)
    if limit or seconds != usual:
        connection.exec_driver_sql(_set("SET LOCAL", seconds, WRITE_LIMIT if limit else 0))


def _checkin(writers: Waiting, _connection: Any, record: Any) -> None:
    if record.record_info.pop(_WRITES, False):
        writers.leave()


class _Watch:
    """A thread that hangs up on a server which is connected and does not answer.

    Neither TCP nor the limits of statements help if the server's machine answers and the server
    does not: a stopped process, a proxy without its server. Slow is not silent: before it hangs
    up, it sees whether another connection can be made.
    """

    def __init__(self) -> None:
        self._waits: dict[int, tuple[Any, float]] = {}
        self._process = 0

    def enter(self, connection: Any) -> None:
        """Watch a connection from now on."""
        if self._process != os.getpid():  # also after a fork, which takes no threads along
            self._process = os.getpid()
            threading.Thread(target=self._run, name="watch of PostgreSQL", daemon=True).start()
        self._waits[id(connection)] = (connection, time.monotonic())

    def leave(self, connection: Any) -> None:
        """Watch a connection no longer."""
        self._waits.pop(id(connection), None)

    def _run(self) -> None:
        while True:
            time.sleep(0.5)
            before = time.monotonic() - SUSPICIOUS
            late = [entry for entry in list(self._waits.values()) if entry[1] < before]
            if not late:
                continue
            is_silent = not _answers(late[0][0])
            for connection, since in late:
                if self._waits.get(id(connection)) != (connection, since):
                    continue  # it has had its answer meanwhile
                if is_silent:
                    _hang_up(connection)
                else:
                    self._waits[id(connection)] = (connection, time.monotonic())


def _answers(connection: Any) -> bool:
    """Return whether the server of a connection still takes another; a refusal is an answer."""
    import psycopg

    info = connection.info
    try:
        psycopg.connect(info.dsn, password=info.password, connect_timeout=2).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.Error:
        return True
    return True


def _hang_up(connection: Any) -> None:
    """End a connection under whoever waits for it: they see that the server closed it."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)
