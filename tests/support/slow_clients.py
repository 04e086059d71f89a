"""Clients that take their time: each kind opens a connection and then does nothing more."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

Address = tuple[str, int]
PATIENCE = 30

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /login HTTP/1.1\r\nHost: localhost\r\n" + FORM
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


def _sends(data: bytes) -> Callable[[Address], socket.socket]:
    def connect(address: Address) -> socket.socket:
        client = socket.create_connection(address, timeout=PATIENCE)
        client.sendall(data)
        return client

    return connect


def _reads_one_answer(data: bytes) -> Callable[[Address], socket.socket]:
    def connect(address: Address) -> socket.socket:
        client = _sends(data)(address)
        read_answer(client)
        return client

    return connect


def _reads_nothing(address: Address) -> socket.socket:
    """Ask for much more than the buffers of a connection hold, and read none of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(PATIENCE)
    client.connect(address)
    client.sendall(b"GET /static/css/base.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 600)
    return client


def read_until(client: socket.socket, words: bytes, count: int = 1) -> bytes:
    """Read until the words have arrived so many times."""
    data = b""
    while data.count(words) < count:
        piece = client.recv(65536)
        if not piece:
            raise ConnectionError(f"closed after {data[:1000]!r}")
        data += piece
    return data


def read_answer(client: socket.socket) -> tuple[int, bytes]:
    """Read one answer with a Content-Length; return its status and body."""
    head, _, body = read_until(client, b"\r\n\r\n").partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    pieces = [body]
    while sum(map(len, pieces)) < length:
        piece = client.recv(1024 * 1024)
        if not piece:
            raise ConnectionError(f"closed after {len(body)} of {length} bytes")
        pieces.append(piece)
    return int(head.split()[1]), b"".join(pieces)


def ask(address: Address, data: bytes = GET + b"Connection: close\r\n\r\n") -> tuple[int, bytes]:
    """Send a request on a connection of its own; return the status and body of the answer."""
    with _sends(data)(address) as client:
        return read_answer(client)


KINDS: dict[str, Callable[[Address], socket.socket]] = {
    "nothing sent": _sends(b""),
    "half a head": _sends(GET + b"X-Slow: "),
    "half a body": _sends(POST + b"Content-Length: 1000\r\n\r\nusername=p"),
    "half a chunk": _sends(POST + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\nusername=p"),
    "a body that waits for 100": _sends(
        POST + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    ),
    "a body over the limit": _sends(POST + b"Content-Length: 999999999\r\n\r\n" + b"x" * 100_000),
    "idle after an answer": _reads_one_answer(GET + b"\r\n"),
    "open after the last answer": _reads_one_answer(GET + b"Connection: close\r\n\r\n"),
    "answers not read": _reads_nothing,
}


@contextmanager
def slow_clients(kind: str, address: Address, count: int) -> Iterator[list[socket.socket]]:
    """Open so many connections of a kind; all are closed afterwards."""
    with ExitStack() as stack:
        yield [stack.enter_context(KINDS[kind](address)) for _ in range(count)]
