"""A database or a Redis that is stopped or frozen is a page, and heals by itself."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from notifications_app import create_app
from tests.faults.conftest import SLACK, PostgreSQL, Server, free_port, wait_until
from tests.support.app import migrate, settings


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers)
    yield f"redis://127.0.0.1:{port}/0", process
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait(30)


def eight(server: Server, path: str) -> tuple[set[int], float]:
    """Ask eight times at once: which statuses, and the seconds of the slowest."""
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(server.status, [path] * 8))
    return found, time.monotonic() - started


def test_a_stopped_database(cluster: PostgreSQL, serve: Callable[..., Server]) -> None:
    migrate(create_app(settings(cluster.url)))
    server = serve(cluster.url)
    assert eight(server, "/login")[0] == {200}
    cluster.stop()
    found, seconds = eight(server, "/login")
    assert found == {503}
    assert seconds < 1 * SLACK
    assert server.status("/healthz") == 200
    cluster.start()
    wait_until(lambda: server.status("/readyz") == 200, 2 * SLACK)
    assert eight(server, "/login")[0] == {200}


def test_a_restarted_database(cluster: PostgreSQL, serve: Callable[..., Server]) -> None:
    migrate(create_app(settings(cluster.url)))
    server = serve(cluster.url)
    assert eight(server, "/login")[0] == {200}
    cluster.stop()
    cluster.start()
    assert eight(server, "/login")[0] == {200}


def test_a_frozen_database(cluster: PostgreSQL, serve: Callable[..., Server]) -> None:
    migrate(create_app(settings(cluster.url)))
    server = serve(cluster.url)
    assert eight(server, "/login")[0] == {200}
    cluster.signal(signal.SIGSTOP)
    found, seconds = eight(server, "/login")
    assert found == {503}
    assert seconds < 5 * SLACK
    assert server.status("/healthz") == 200
    cluster.signal(signal.SIGCONT)
    wait_until(lambda: server.status("/readyz") == 200, 5 * SLACK)
    assert eight(server, "/login")[0] == {200}


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_redis_away_with_sessions_in_it(
    sqlite: str,
    redis: tuple[str, subprocess.Popen[bytes]],
    serve: Callable[..., Server],
    how: signal.Signals,
) -> None:
    migrate(create_app(settings(sqlite)))
    address, process = redis
    server = serve(sqlite, REDIS_URL=address, SESSION_TYPE="redis")
    assert server.status("/login") == 200
    process.send_signal(how)
    status, text = server.get("/login")
    assert status == 503
    assert "Sign-ins cannot be checked" in text
    assert server.status("/healthz") == 200
    assert server.status("/static/css/base.css") == 200
    if how == signal.SIGSTOP:
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: server.status("/login") == 200, 2 * SLACK)


def test_redis_away_as_cache_and_limits(
    sqlite: str, redis: tuple[str, subprocess.Popen[bytes]], serve: Callable[..., Server]
) -> None:
    migrate(create_app(settings(sqlite)))
    address, process = redis
    server = serve(sqlite, REDIS_URL=address)
    process.send_signal(signal.SIGSTOP)
    assert server.status("/login") == 200
    assert '"redis":"away"' in server.get("/readyz")[1]
    assert "Redis does not answer" in server.log.read_text()
