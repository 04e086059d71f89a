"""The parts of a connection: buffers, the end of a chunked body, a socket that never blocks."""

import socket
from collections import deque

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.server import connection
from notifications_app.server.connection import (
    IN_MEMORY,
    Buffer,
    ChunkedBody,
    ClientSocket,
    Connection,
    RefusedRequest,
)

LIMIT = 1000


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut % (len(data) + 1) for cut in cuts} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


CUTS = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.lists(st.binary(max_size=IN_MEMORY), max_size=6), CUTS)
def test_a_buffer_gives_back_what_was_written(pieces: list[bytes], cuts: list[int]) -> None:
    buffer, taken = Buffer(), b""
    for number, piece in enumerate(pieces):
        buffer.write(piece)
        taken += buffer.recv(cuts[number] * 50 if number < len(cuts) else 1)
        assert buffer.size == len(b"".join(pieces[: number + 1])) - len(taken)
    assert taken + buffer.recv(buffer.size) == b"".join(pieces)
    assert buffer.recv(10) == b""
    buffer.close()


def test_a_buffer_gives_back_the_space_of_what_was_read() -> None:
    buffer = Buffer()
    for _ in range(50):
        buffer.write(b"x" * 100_000)
        assert len(buffer.recv(100_000)) == 100_000
    assert buffer._position <= IN_MEMORY
    buffer.close()


@given(st.lists(st.binary(min_size=1, max_size=40)), CUTS, st.booleans())
def test_the_end_of_a_chunked_body_is_found_in_any_pieces(
    chunks: list[bytes], cuts: list[int], trailers: bool
) -> None:
    data = b"".join(b"%X ; a=b\r\n%b\r\n" % (len(one), one) for one in chunks)
    data += b"0\r\nX-A: b\r\n\r\n" if trailers else b"0\r\n\r\n"
    body = ChunkedBody()
    for piece in in_pieces(data[:-1], cuts):
        body.receive(piece)
        assert not body.is_complete
    body.receive(data[-1:])
    assert body.is_complete


@pytest.mark.parametrize("line", [b"-5", b"+5", b"0x5", b"5_0", b"", b";", b"g", b"\xb2"])
def test_the_length_of_a_chunk_is_a_number(line: bytes) -> None:
    with pytest.raises(RefusedRequest):
        ChunkedBody().receive(line + b"\r\n")


def connect() -> tuple[Connection, socket.socket]:
    ours, client = socket.socketpair()
    found = Connection(Config(), ours, ("192.0.2.1", 1), ("127.0.0.1", 80), lambda _path: LIMIT)
    return found, client


@given(st.integers(0, LIMIT), CUTS, st.booleans())
def test_a_request_is_complete_with_its_last_byte(
    size: int, cuts: list[int], chunked: bool
) -> None:
    body = b"x" * (size // 2)
    if chunked:
        head, body = b"Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        body = body if size > 1 else b"0\r\n\r\n"
    else:
        head = b"Content-Length: %d" % len(body)
    data = b"POST / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n" + body
    found, client = connect()
    with client:
        assert not any(found.receive(piece) for piece in in_pieces(data[:-1], cuts))
        assert found.receive(data[-1:] + b"GET /next")
        found.decode()
        assert found.parser is not None
        assert found.parser.request.body.read() == b"x" * (size // 2)
        assert found.next_request() == b"GET /next"
        found.close()


@given(st.binary(max_size=200), CUTS)
def test_whatever_arrives_is_refused_in_a_way_that_has_a_status(
    data: bytes, cuts: list[int]
) -> None:
    for start in (b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"):
        found, client = connect()
        with client:
            try:
                for piece in in_pieces(start + data + b"\r\n\r\n", cuts):
                    if found.receive(piece):
                        break
            except (ParseException, RefusedRequest):
                pass
            found.close()


def test_a_socket_keeps_what_its_reader_does_not_take_and_sends_it_later() -> None:
    ours, client = socket.socketpair()
    answer = bytes(range(256)) * 20_000
    sock = ClientSocket(ours)
    with client, ours:
        sock.sendall(answer[:1_000_000])
        sock.sendall(answer[1_000_000:])
        assert sock.unsent.size
        taken = b""
        while len(taken) < len(answer):
            taken += client.recv(1_000_000)
            if sock.unsent.size:
                sock.flush()
        assert taken == answer
        sock.unsent.close()


def test_a_stream_waits_for_its_reader_and_gives_up_one_that_reads_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "MOST_UNSENT", 1_000_000)
    monkeypatch.setattr(connection, "STALLED", 0.05)
    ours, client = socket.socketpair()
    sock = ClientSocket(ours)
    with client, ours:
        with pytest.raises(BrokenPipeError):
            deque(map(sock.sendall, [b"x" * 100_000] * 1000), maxlen=0)
        assert 1_000_000 < sock.unsent.size <= 1_100_000
        sock.unsent.close()


def test_a_client_that_is_gone_is_an_error_that_gunicorn_keeps_quiet_about() -> None:
    ours, client = socket.socketpair()
    with ours:
        client.close()
        with pytest.raises(BrokenPipeError):
            ClientSocket(ours).sendall(b"x")
