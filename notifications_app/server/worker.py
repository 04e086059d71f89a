"""The worker: gunicorn's threads, which get a connection only when its request is complete.

gunicorn's own threaded worker gives each connection to a thread that then waits for the
request, so as many slow clients as there are threads stop the site. Here the event loop reads
requests and sends what slow readers leave of their answers, each within a time limit, and
threads only do work. It overrides parts of ``gunicorn.workers.gthread``, so a test names the
version of gunicorn that it was written for.
"""

import errno
import os
import resource
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

import click
from gunicorn.arbiter import Arbiter
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from ..web.accounts import people_import
from .connection import BAD_CHUNKS, PIECE, Connection, RefusedRequest

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Worker(ThreadWorker):
    """A worker whose threads never wait for a client."""

    #: Seconds until the head of a request must be here, and more for its body or an answer ...
    head_seconds = 10.0
    transfer_seconds = 30.0
    #: ... which are extended by a second for every so many bytes.
    bytes_a_second = 4096
    #: Seconds in which a client that got its last answer may close the connection.
    linger_seconds = 2.0
    #: Connections from one address that wait at once, and bytes of bodies that are collected.
    most_from_address = 250
    most_collected = 256 * 1024 * 1024
    #: Seconds between two looks for connections that are late.
    tick = 0.5

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Connections that no thread works on; those that have waited longest are first.
        self.waiting: dict[Connection, None] = {}
        self.by_address: Counter[str] = Counter()
        self.collected = 0
        self.next_tick = 0.0
        self.limits: dict[str, int] = {}
        self.largest_body = 0
        self.trusts_address = True

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:  # noqa: ARG003 - gunicorn's signature
        """Refuse what this worker does not do."""
        if cfg.is_ssl:
            raise RuntimeError(
                "This server speaks plain HTTP: put a proxy such as nginx before it."
            )

    def init_process(self) -> None:
        """Start. Each connection is an open file, and so are its body and answer on disk."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 4 * self.worker_connections
        if 0 <= soft < wanted:
            wanted = min(hard, wanted) if hard >= 0 else wanted
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application; a setting that it refuses ends the server with a sentence."""
        try:
            super().load_wsgi()
        except click.ClickException as refusal:
            refusal.show(sys.stderr)
            sys.exit(Arbiter.APP_LOAD_ERROR)
        app: Any = self.app.wsgi()
        # Larger files are taken by one page only, so nobody can fill the disk by the others.
        self.limits = {
            rule.rule: people_import.LARGEST
            for rule in app.url_map.iter_rules()
            if rule.endpoint == "accounts.import_from_file"
        }
        self.largest_body = int(app.config["MAX_CONTENT_LENGTH"])
        self.trusts_address = not app.config.get("PROXY_HOPS")
        self.wsgi = _with_real_socket(app)

    def run(self) -> None:
        """Serve until the process is told to stop."""
        self.poller.register(self.method_queue.fileno(), READ, self.method_queue.run_callbacks)
        while self.alive:
            self.notify()
            self.set_accept_enabled(bool(self.waiting) or self.nr_conns < self.worker_connections)
            self.wait_for_and_dispatch_events(timeout=self.tick)
            if not self.is_parent_alive():
                break
            self._close_late()
        self._stop()

    def _stop(self) -> None:
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        for conn in list(self.waiting):
            if conn.callback == self._read:
                self._close(conn)
        end = time.monotonic() + self.cfg.graceful_timeout - 1
        while self.nr_conns and time.monotonic() < end:
            self.notify()
            self.wait_for_and_dispatch_events(timeout=self.tick)
            self._close_late()
        for conn in list(self.waiting):
            self._close(conn)
        self.tpool.shutdown(wait=False, cancel_futures=True)
        if self.nr_conns:
            # The interpreter would wait for the threads, however long they hang.
            self.log.warning("Stopped with %d unanswered requests", self.nr_conns)
            os._exit(0)
        self.poller.close()
        self.method_queue.close()

    # Connections

    def accept(self, listener: Any) -> None:
        """Accept a connection; if there are too many, close those that have waited longest."""
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            self.log.warning("A connection was not accepted: %s", error.strerror)
            if not self._close_oldest():
                time.sleep(0.1)
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, address, listener.getsockname(), self._limit_of)
        if self.nr_conns > self.worker_connections:
            self._close_oldest()
        host = _host(conn)
        if host and self.trusts_address and self.by_address[host] >= self.most_from_address:
            self._close_oldest(host)
        conn.deadline = time.monotonic() + self.head_seconds
        self._read(conn)

    def _limit_of(self, path: str) -> int:
        return self.limits.get(path, self.largest_body)

    def _close_oldest(self, host: str = "") -> bool:
        for conn in self.waiting:
            if not host or _host(conn) == host:
                self._close(conn)
                return True
        return False

    def _wait(self, conn: Connection, events: int, callback: Callable[[Connection], None]) -> None:
        """Have the event loop call back when the socket is ready."""
        if conn.callback is None:
            self.waiting[conn] = None
            self.by_address[_host(conn)] += 1
        conn.callback = callback
        if conn.events != events:
            self._forget(conn)
            self.poller.register(conn.sock.real, events, partial(self._on_ready, conn))
            conn.events = events

    def _on_ready(self, conn: Connection, _sock: socket.socket) -> None:
        if conn.callback is not None:
            conn.callback(conn)
        else:
            # A thread has the connection: what arrives meanwhile can wait.
            self._forget(conn)

    def _leave(self, conn: Connection) -> None:
        """Take a connection out of those that wait; the event loop keeps it for its next turn."""
        if conn.callback is None:
            return
        conn.callback = None
        del self.waiting[conn]
        self.by_address[_host(conn)] -= 1
        if not self.by_address[_host(conn)]:
            del self.by_address[_host(conn)]

    def _forget(self, conn: Connection) -> None:
        if conn.events:
            self.poller.unregister(conn.sock.real)
            conn.events = 0

    def _close(self, conn: Connection) -> None:
        self._leave(conn)
        self._forget(conn)
        self._count(conn, 0)
        conn.close()
        self.nr_conns -= 1

    def _close_late(self) -> None:
        now = time.monotonic()
        if now < self.next_tick:
            return
        self.next_tick = now + self.tick
        for conn in [one for one in self.waiting if one.deadline <= now]:
            if conn.callback == self._read and conn.has_begun:
                self._refuse(conn, RefusedRequest("408 Request Timeout", "It took too long."))
            else:
                self._close(conn)

    # A request arrives

    def _read(self, conn: Connection) -> None:
        try:
            data = conn.sock.recv(PIECE)
        except BlockingIOError:
            self._wait(conn, READ, self._read)
        except OSError:
            self._close(conn)
        else:
            if data:
                self._receive(conn, data)
            else:
                self._close(conn)

    def _receive(self, conn: Connection, data: bytes) -> None:
        try:
            is_complete = conn.receive(data)
            self._count(conn, conn.body_size)
        except RefusedRequest as refusal:
            self._refuse(conn, refusal)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self._refuse(conn, RefusedRequest("507 Insufficient Storage", "The disk is full."))
            else:
                self._close(conn)
        except Exception as error:  # noqa: BLE001 - nothing that a client sends may end the loop
            self.handle_error(None, conn.sock, conn.client, error)
            self._finish(conn)
        else:
            if is_complete:
                self._leave(conn)
                self.enqueue_req(conn)
            else:
                conn.deadline = self._read_deadline(conn)
                self._wait(conn, READ, self._read)

    def _count(self, conn: Connection, size: int) -> None:
        self.collected += size - conn.counted
        conn.counted = size
        if size and self.collected > self.most_collected:
            raise RefusedRequest("503 Service Unavailable", "Try again in a minute.")

    def _read_deadline(self, conn: Connection) -> float:
        if conn.parser is None:
            return conn.since + self.head_seconds
        return conn.since + self.transfer_seconds + conn.body_size / self.bytes_a_second

    # An answer leaves

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """Go on with a connection that a thread has answered."""
        keep = not fs.cancelled() and fs.exception() is None and fs.result()
        if conn.sock.fileno() < 0:
            # The application has detached the socket, to keep it, or gunicorn has closed it.
            self._close(conn)
        else:
            self._finish(conn, keep=bool(keep))

    def handle(self, conn: Connection) -> Any:
        """Answer a request, in a thread."""
        try:
            conn.decode()
        except (ParseException, OSError):
            _answer(conn, BAD_CHUNKS)
            return False
        return super().handle(conn)

    def _refuse(self, conn: Connection, refusal: RefusedRequest) -> None:
        _answer(conn, refusal)
        self._finish(conn)

    def _finish(self, conn: Connection, *, keep: bool = False) -> None:
        """Send the rest of the answer, then await the next request or close."""
        self._count(conn, 0)
        conn.keep = keep
        conn.sent = 0
        conn.since = time.monotonic()
        self._write(conn)

    def _write(self, conn: Connection) -> None:
        try:
            conn.sent += conn.sock.flush() if conn.sock.unsent.size else 0
        except OSError:
            self._close(conn)
            return
        if conn.sock.unsent.size:
            conn.deadline = conn.since + self.transfer_seconds + conn.sent / self.bytes_a_second
            self._wait(conn, WRITE, self._write)
        elif conn.keep and self.alive:
            self._await_next(conn)
        else:
            self._linger(conn)

    def _await_next(self, conn: Connection) -> None:
        self._leave(conn)
        arrived = conn.next_request()
        if arrived:
            self._receive(conn, arrived)
        else:
            conn.deadline = conn.since + self.cfg.keepalive
            self._wait(conn, READ, self._read)

    def _linger(self, conn: Connection) -> None:
        """Say that nothing follows, and read on for a moment.

        Closing while the client still sends would throw away an answer it has not read.
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
        else:
            conn.deadline = time.monotonic() + self.linger_seconds
            self._wait(conn, READ, self._discard)

    def _discard(self, conn: Connection) -> None:
        try:
            data = conn.sock.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            longest = conn.since + self.transfer_seconds
            conn.deadline = min(time.monotonic() + self.linger_seconds, longest)
        else:
            self._close(conn)


def _host(conn: Connection) -> str:
    return conn.client[0] if isinstance(conn.client, tuple) else ""


def _answer(conn: Connection, refusal: RefusedRequest) -> None:
    reason = refusal.status.partition(" ")[2]
    with suppress(OSError):
        conn.sock.sendall(
            f"HTTP/1.1 {refusal.status}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
            f"Cache-Control: no-store\r\n\r\n{reason}. {refusal}\n".encode()
        )


def _with_real_socket(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Give the application the real socket, so that it can keep it and send events on it."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["gunicorn.socket"] = environ["gunicorn.socket"].real
        return app(environ, start_response)

    return call
