"""One connection: the bytes of a request as they arrive, and those of an answer not sent yet."""

import errno
import re
import select
import socket
import time
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

#: Read or sent at once.
PIECE = 64 * 1024
IN_MEMORY = 256 * 1024
LONGEST_HEAD = 32 * 1024
LONGEST_CHUNK_LINE = 8190
#: A streamed answer that is this far ahead of its reader waits for them.
MOST_UNSENT = 32 * 1024 * 1024
#: Seconds that it waits for its reader to take anything at all.
STALLED = 10.0

_HEAD_END = b"\r\n\r\n"
_BARE_LF = re.compile(rb"(?<!\r)\n")
_HEX = b"0123456789abcdefABCDEF"


class RefusedRequest(Exception):
    """A request that is answered with a status before the application sees it."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


BAD_CHUNKS = RefusedRequest("400 Bad Request", "The chunks of the body are malformed.")


class Buffer:
    """A queue of bytes: in memory up to 256 KB, then in a temporary file."""

    def __init__(self) -> None:
        self._file: SpooledTemporaryFile[bytes] | None = None
        self._position = 0
        self.size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes."""
        if self._file is None:
            self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by close()
        self._file.seek(0, 2)
        self._file.write(data)
        self.size += len(data)

    def peek(self, count: int) -> bytes:
        """Return the first bytes without removing them."""
        if self._file is None:
            return b""
        self._file.seek(self._position)
        return self._file.read(count)

    def drop(self, count: int) -> None:
        """Remove the first bytes."""
        self._position += count
        self.size -= count
        if self._position > max(self.size, IN_MEMORY):
            # Give back the space of what was read: a stream may never end.
            rest = self.peek(self.size)
            self.close()
            self.write(rest)

    def recv(self, count: int) -> bytes:
        """Remove and return the first bytes, like a socket whose client has sent everything."""
        data = self.peek(count)
        self.drop(len(data))
        return data

    def close(self) -> None:
        """Forget all of it."""
        if self._file is not None:
            self._file.close()
        self._file, self._position, self.size = None, 0, 0


class ClientSocket:
    """The socket that gunicorn writes to. A slow reader holds up no thread.

    The kernel gets what it takes at once. The rest is kept, and the event loop sends it while
    the thread goes on to other work.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.real = sock
        self.unsent = Buffer()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def sendall(self, data: bytes) -> None:
        """Send, or keep for later.

        Raises:
            OSError: if the client is gone, or takes nothing of a long streamed answer.
        """
        rest = memoryview(data)
        if not self.unsent.size:
            rest = rest[self._send(rest) :]
        if rest:
            self.unsent.write(rest)
            while self.unsent.size > MOST_UNSENT:
                self._wait_for_reader()

    def setblocking(self, flag: bool) -> None:
        """Do nothing: the real socket never blocks, neither here nor in a thread."""

    def flush(self) -> int:
        """Send a piece of what was kept; return how many bytes the kernel took."""
        sent = self._send(memoryview(self.unsent.peek(PIECE)))
        self.unsent.drop(sent)
        return sent

    def _send(self, data: memoryview) -> int:
        try:
            return self.real.send(data)
        except BlockingIOError:
            return 0

    def _wait_for_reader(self) -> None:
        poll = select.poll()
        poll.register(self.real, select.POLLOUT)
        if not poll.poll(STALLED * 1000):
            raise BrokenPipeError(errno.EPIPE, "The client does not read its answer")
        self.flush()


class ChunkedBody:
    """Finds the end of a chunked body while it arrives; gunicorn's reader decodes it afterwards."""

    def __init__(self) -> None:
        self.is_complete = False
        self._line = bytearray()
        self._skip = 0
        self._in_trailers = False

    def receive(self, data: bytes) -> None:
        """Follow the chunks.

        Raises:
            RefusedRequest: if the length of a chunk is not a number.
        """
        at = 0
        while at < len(data) and not self.is_complete:
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            end = data.find(b"\n", at) + 1
            self._line += data[at : end or len(data)]
            if len(self._line) > LONGEST_CHUNK_LINE:
                raise BAD_CHUNKS
            if not end:
                return
            at = end
            self._end_line()

    def _end_line(self) -> None:
        line = bytes(self._line).strip()
        self._line.clear()
        if self._in_trailers:
            self.is_complete = not line
            return
        digits = line.partition(b";")[0].rstrip()
        if not digits or digits.strip(_HEX):
            raise BAD_CHUNKS
        size = int(digits, 16)
        self._in_trailers = not size
        self._skip = size + len(b"\r\n") if size else 0


class Parser(RequestParser):
    """gunicorn's parser, in two steps: the event loop parses, a thread takes the request."""

    def parse(self) -> Any:
        """Parse the head of a request, which has arrived whole."""
        self.request = super().__next__()
        return self.request

    def __next__(self) -> Any:
        return self.request


class Connection(TConn):
    """A connection that collects a request until nothing of it is missing.

    Args:
        limit_of: returns the length up to which the body of a request for a path is collected.
    """

    def __init__(
        self, cfg: Any, sock: socket.socket, client: Any, server: Any,
        limit_of: Callable[[str], int],
    ) -> None:  # fmt: skip
        super().__init__(cfg, ClientSocket(sock), client, server)
        # For gunicorn's handle(): it waits for nothing, because the request is complete.
        self.initialized = self.data_ready = True
        self.limit_of = limit_of
        #: The events for which the socket is in the event loop.
        self.events = 0
        #: The method that the event loop then calls; None while a thread has the connection.
        self.callback: Callable[[Connection], None] | None = None
        self.deadline = 0.0
        #: The part of the body that the worker has counted.
        self.counted = 0
        self.sent = 0
        self.keep = False
        self._begin()

    def _begin(self) -> None:
        self.head = bytearray()
        self.source = Buffer()
        self.decoded = Buffer()
        self.parser: Parser | None = None
        self.chunks: ChunkedBody | None = None
        self.body_length = self.body_size = 0
        self.since = time.monotonic()

    @property
    def has_begun(self) -> bool:
        """Whether a part of a request is here."""
        return bool(self.head) or self.parser is not None

    def receive(self, data: bytes) -> bool:
        """Add what has arrived; return whether the request is complete.

        Raises:
            RefusedRequest: if it is longer than what is accepted.
            Exception: an error of gunicorn's, if it is not a request.
        """
        if self.parser is not None:
            self.source.write(data)
            return self._receive_body(data)
        if not self.has_begun:
            self.since = time.monotonic()
        start = max(0, len(self.head) - len(_HEAD_END))
        self.head += data
        end = self.head.find(_HEAD_END, start)
        # The end of a head with a bare line feed would never be found; gunicorn refuses it.
        if end >= 0 or _BARE_LF.search(self.head, start):
            return self._parse(end)
        if len(self.head) > LONGEST_HEAD:
            raise RefusedRequest("431 Request Header Fields Too Large", "The limit is 32 KB.")
        return False

    def _parse(self, end: int) -> bool:
        body = bytes(self.head[end + len(_HEAD_END) :])
        self.source.write(self.head)
        self.head.clear()
        self.parser = Parser(self.cfg, self.source, self.client)
        request = self.parser.parse()
        self.since = time.monotonic()
        expects_continue = request._expected_100_continue  # noqa: SLF001
        # Else gunicorn would invite the body when a thread has the request, which is too late.
        request._expected_100_continue = False  # noqa: SLF001
        if isinstance(request.body.reader, ChunkedReader):
            self.chunks = ChunkedBody()
        else:
            self.body_length = request.body.reader.length
            if self.body_length > self.limit_of(request.path):
                # The application refuses it by its length, with a page of its own.
                request.force_close()
                return True
        is_complete = self._receive_body(body)
        if expects_continue and not is_complete:
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return is_complete

    def _receive_body(self, data: bytes) -> bool:
        self.body_size += len(data)
        if self.chunks is None:
            return self.body_size >= self.body_length
        self.chunks.receive(data)
        if self.body_size > self.limit_of(""):
            raise RefusedRequest("413 Content Too Large", "The body is too long.")
        return self.chunks.is_complete

    def decode(self) -> None:
        """Decode a chunked body, so that its faults do not surface within the application.

        Raises:
            Exception: an error of gunicorn's, if the chunks are malformed.
        """
        if self.chunks is not None and self.parser is not None:
            request = self.parser.request
            self.decoded.write(request.body.read())
            request.body = Body(LengthReader(SocketUnreader(self.decoded), self.decoded.size))

    def _release(self) -> None:
        self.source.close()
        self.decoded.close()

    def next_request(self) -> bytes:
        """Forget the answered request; return what has arrived with it of the next."""
        rest = b""
        if self.parser is not None:
            rest = self.parser.unreader.take_buffered() + self.source.recv(self.source.size)
        self._release()
        self._begin()
        return rest

    def close(self, graceful: bool = False) -> None:  # noqa: ARG002 - gunicorn's signature
        """Close it at once."""
        self._release()
        self.sock.unsent.close()
        super().close()
