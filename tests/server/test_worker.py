"""The server: slow clients of any kind stop nothing, and nothing stops its end."""

import hashlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import gunicorn
import pytest

from notifications_app.web.accounts import people_import
from tests.support.served_app import PIECE
from tests.support.servers import Server, running, until
from tests.support.shared_app import copy_database
from tests.support.slow_clients import (
    GET,
    KINDS,
    PATIENCE,
    ask,
    read_answer,
    read_until,
    slow_clients,
)

pytestmark = [pytest.mark.slow, pytest.mark.on_sqlite]

#: Kinds that the server has answered for good, and so closed.
CLOSED = {"a body over the limit", "open after the last answer"}
MANY = 60
ECHO = b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, migrated: str) -> Path:
    made = tmp_path_factory.mktemp("server")
    copy_database(Path(migrated), made / "served.sqlite3")
    return made


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    with running(place) as found:
        yield found


@pytest.fixture(scope="module")
def impatient(place: Path) -> Iterator[Server]:
    (place / "impatient").mkdir()
    with running(place / "impatient", config="tests.support.impatient_server") as found:
        yield found


def is_open(client: socket.socket) -> bool:
    """Whether the server has not closed its side."""
    client.setblocking(False)
    try:
        return bool(client.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True


def is_gone(client: socket.socket) -> bool:
    """Whether the server takes nothing more from this client."""
    try:
        client.sendall(GET + b"\r\n")
    except OSError:
        return True
    return False


def is_deaf(server: Server) -> bool:
    """Whether the server accepts no connections."""
    try:
        ask(server.address)
    except OSError:
        return True
    return False


def stop_worker(server: Server) -> str:
    """Stop the process that answers, and wait until it is gone."""
    first = process_id(server)
    os.kill(first, signal.SIGTERM)
    until(lambda: not Path(f"/proc/{first}").exists())
    return ""


def process_id(server: Server) -> int:
    return int(json.loads(ask(server.address, get("process"))[1])["id"])


def sent(address: tuple[str, int], data: bytes) -> socket.socket:
    client = socket.create_connection(address, timeout=PATIENCE)
    client.sendall(data)
    return client


def get(page: str) -> bytes:
    return GET.replace(b"healthz", page.encode()) + b"\r\n"


def digest(body: bytes) -> dict[str, object]:
    return {"size": len(body), "hash": hashlib.sha256(body).hexdigest()}


def test_gunicorn_is_the_version_that_the_worker_was_written_for() -> None:
    assert gunicorn.__version__ == "27.0.1", (
        "Compare gunicorn/workers/gthread.py (run, accept, handle, finish_request, TConn),"
        " http/parser.py, http/unreader.py and http/body.py with 27.0.1, then run this file."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_arrives_while_slow_clients_are_open(server: Server, kind: str) -> None:
    with slow_clients(kind, server.address, MANY) as clients:
        assert ask(server.address)[0] == 200
        assert kind in CLOSED or all(is_open(client) for client in clients)


def test_it_ends_with_slow_clients_open_and_answers_what_it_works_on(tmp_path: Path) -> None:
    # Ten minutes for requests to end: those of slow clients do not count as such.
    with running(tmp_path, "--graceful-timeout", "600") as server, ExitStack() as stack:
        client = stack.enter_context(sent(server.address, get("hang")))
        server.wait_until_hanging()
        for kind in KINDS:
            if kind != "answers not read":
                stack.enter_context(slow_clients(kind, server.address, 7))
        server.process.terminate()
        until(lambda: is_deaf(server))
        server.hang_until.touch()
        assert read_answer(client) == (200, b"done")
        assert server.process.wait(PATIENCE) == 0


def test_a_request_that_hangs_keeps_neither_the_server_nor_a_worker(tmp_path: Path) -> None:
    with running(tmp_path, "--graceful-timeout", "2") as server, ExitStack() as stack:
        for ends in (lambda: stop_worker(server), server.stop):
            stack.enter_context(sent(server.address, get("hang")))
            server.wait_until_hanging()
            said = ends()
        assert server.process.returncode == 0
        assert "Stopped with 1 unanswered request" in said


@pytest.mark.parametrize("kind", ["half a head", "half a body", "half a chunk"])
def test_a_request_that_does_not_arrive_in_time_is_refused(impatient: Server, kind: str) -> None:
    with KINDS[kind](impatient.address) as client:
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"Connection: close" in head
    assert body == b"Request Timeout. It took too long.\n"


@pytest.mark.parametrize("kind", ["nothing sent", "idle after an answer"])
def test_an_idle_connection_is_closed_without_a_word(impatient: Server, kind: str) -> None:
    with KINDS[kind](impatient.address) as client:
        assert client.recv(100) == b""


def test_an_answer_nobody_reads_is_given_up(impatient: Server) -> None:
    with KINDS["answers not read"](impatient.address) as client:
        until(lambda: is_gone(client))


def test_too_many_from_one_address_close_the_one_that_has_waited_longest(impatient: Server) -> None:
    with slow_clients("idle after an answer", impatient.address, 6) as clients:
        assert ask(impatient.address)[0] == 200
        assert clients[0].recv(100) == b""
        assert is_open(clients[-1])


@pytest.mark.parametrize(
    ("size", "chunk"), [(0, 0), (1, 0), (256 * 1024, 0), (0, 7), (70_000, 7), (250_000, 65_536)]
)
def test_a_body_arrives_as_it_was_sent(server: Server, size: int, chunk: int) -> None:
    body = (PIECE * 4)[:size]
    request = ECHO + b"Content-Length: %d\r\n\r\n" % size + body
    if chunk:
        pieces = [body[at : at + chunk] for at in range(0, size, chunk)]
        data = b"".join(b"%x;a=b\r\n%b\r\n" % (len(one), one) for one in pieces)
        request = ECHO + b"Transfer-Encoding: chunked\r\n\r\n" + data + b"0\r\nX-End: a\r\n\r\n"
    # Twice in one go, then a byte at a time at the seams.
    with sent(server.address, request + request) as client:
        data = read_until(client, b'"size"', 2)
        assert data.count(json.dumps(digest(body)["hash"]).encode()) == 2
        for at in range(100):
            client.sendall(request[at : at + 1])
        client.sendall(request[100:])
        status, said = read_answer(client)
        assert (status, json.loads(said)) == (200, digest(body))


def test_a_client_is_asked_to_continue_before_a_thread_waits(server: Server) -> None:
    with KINDS["a body that waits for 100"](server.address) as client:
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"x" * 1000)
        assert read_answer(client)[0] == 400


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    bodies = [b"%d" % number for number in range(50)]
    requests = [ECHO + b"Content-Length: %d\r\n\r\n%b" % (len(one), one) for one in bodies]
    with sent(server.address, b"".join(requests)) as client:
        data = read_until(client, b'"size"', 50)
    hashes = [part[:64].decode() for part in data.split(b'"hash":"')[1:]]
    assert hashes == [hashlib.sha256(one).hexdigest() for one in bodies]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (ECHO + b"Content-Length: 262145\r\n\r\n", 413),
        (ECHO + b"Content-Length: 262145\r\nExpect: 100-continue\r\n\r\n", 413),
        (ECHO + b"Content-Length: 99999999999999999999\r\n\r\n" + b"x" * 300_000, 413),
        (ECHO + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n" + b"x" * 300_000, 413),
        (GET + b"X: 1\r\n" * 6000, 431),
        (GET + b"X: " + b"x" * 9000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (GET + b"X: 1\n", 400),
        (b"\n", 400),
        (b"\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (GET + b"Content-Length: -1\r\n\r\n", 400),
        (GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (ECHO + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n", 400),
        (ECHO + b"Transfer-Encoding: chunked\r\n\r\n\r\n", 400),
        (ECHO + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 9000, 400),
        (ECHO + b"Transfer-Encoding: chunked\r\n\r\n0\r\nHost: a\r\n\r\n", 400),
        (ECHO + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc0\r\n\r\n", 400),
        (ECHO + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_at_once(server: Server, request_: bytes, status: int) -> None:
    with sent(server.address, request_) as client:
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:100]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answer


def test_only_the_import_of_people_takes_a_large_body(server: Server) -> None:
    post = b"POST /%b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    largest = people_import.LARGEST
    with sent(server.address, post % (b"admin/users/import", largest)) as client:
        # It is collected: no answer before its last byte.
        for _ in range(largest // len(PIECE) - 1):
            client.sendall(PIECE)
        assert is_open(client)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        client.settimeout(PATIENCE)
        client.sendall(PIECE)
        assert read_answer(client)[0] in {302, 400, 403, 413}
    with sent(server.address, post % (b"admin/users/import", largest + 1)) as client:
        assert client.recv(12)


def test_readers_who_take_nothing_of_a_long_answer_hold_up_no_thread(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(server.address)
            client.sendall(get("long?pieces=100"))
        assert ask(server.address)[0] == 200


def test_a_slow_reader_gets_the_whole_answer(server: Server) -> None:
    with sent(server.address, get("long?pieces=300")) as client:
        assert ask(server.address)[0] == 200
        status, body = read_answer(client)
    assert (status, body) == (200, PIECE * 300)


def test_the_application_has_the_real_socket_and_can_keep_it(server: Server) -> None:
    with sent(server.address, get("keep_socket")) as client:
        server.wait_until_hanging()
        assert ask(server.address)[0] == 200
        server.hang_until.touch()
        assert read_answer(client) == (200, b"kept")
    server.hang_until.unlink()


def test_forwarded_headers_are_believed_by_the_application_only(
    server: Server, place: Path
) -> None:
    asked = (
        GET.replace(b"healthz", b"seen")
        + b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-SSL: on\r\n"
        + b"X-Forwarded-Host: a.example\r\nSCRIPT_NAME: /x\r\nConnection: close\r\n\r\n"
    )
    plain = {"scheme": "http", "address": "127.0.0.1", "host": "localhost"}
    assert json.loads(ask(server.address, asked)[1]) == plain
    with running(place, PROXY_HOPS="1") as behind:
        believed = {"scheme": "https", "address": "192.0.2.1", "host": "a.example"}
        assert json.loads(ask(behind.address, asked)[1]) == believed
