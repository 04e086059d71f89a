"""Slow connections, and requests a second: our server beside other WSGI servers.

    .venv/bin/python benchmarks/slow_connections.py [--connections 60] [--servers ours gunicorn]

Servers that are not installed are left out. For each kind of slow client it opens the
connections, asks for ``/healthz`` while all of them are open, and stops the server. The figures
are the seconds until the answer and until the end; ``-`` means none within ten.
"""

import argparse
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.slow_clients import KINDS, ask, slow_clients  # noqa: E402

APP = "notifications_app:create_app()"
PYTHON = (sys.executable, "-m")
CHEROOT = (
    "import sys, notifications_app, cheroot.wsgi as w; "
    "s = w.Server(('127.0.0.1', int(sys.argv[1])), notifications_app.create_app(), numthreads=8); "
    "s.start()"
)
#: The command of each server, and the module it needs.
SERVERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ours": ("gunicorn", (
        *PYTHON, "gunicorn", "--config", "python:notifications_app.server.settings",
        "--bind", "127.0.0.1:{port}", APP,
    )),
    "gunicorn": ("gunicorn", (
        *PYTHON, "gunicorn", "--worker-class", "gthread", "--threads", "8",
        "--no-control-socket", "--log-level", "warning", "--bind", "127.0.0.1:{port}", APP,
    )),
    "waitress": ("waitress", (
        *PYTHON, "waitress", "--listen", "127.0.0.1:{port}", "--threads", "8",
        "--call", "notifications_app:create_app",
    )),
    "cheroot": ("cheroot", (sys.executable, "-c", CHEROOT, "{port}")),
    "granian": ("granian", (
        *PYTHON, "granian", "--interface", "wsgi", "--factory", "--blocking-threads", "8",
        "--log-level", "warning", "--host", "127.0.0.1", "--port", "{port}",
        "notifications_app:create_app",
    )),
}  # fmt: skip
LONGEST = 10.0


@contextmanager
def served(name: str, folder: str) -> Iterator[tuple[tuple[str, int], subprocess.Popen[bytes]]]:
    """Context manager: the address and process of a server that answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {"DATABASE_URL": f"sqlite:///{folder}/served.sqlite3", "SECRET_KEY": "k" * 40}
    command = [word.replace("{port}", str(port)) for word in SERVERS[name][1]]
    server = subprocess.Popen(  # noqa: S603 - the servers above
        command, cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        address = ("127.0.0.1", port)
        while seconds_to_answer(address) is None:
            if server.poll() is not None:
                sys.exit(f"{name} does not start.")
            time.sleep(0.1)
        yield address, server
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def seconds_to_answer(address: tuple[str, int]) -> float | None:
    """Return how long ``/healthz`` takes, or None if it does not answer."""
    started = time.perf_counter()
    try:
        with socket.create_connection(address, timeout=LONGEST) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return time.perf_counter() - started if client.recv(100) else None
    except OSError:
        return None


def seconds_to_stop(server: subprocess.Popen[bytes]) -> float | None:
    """Return how long the server takes to end after SIGTERM, or None."""
    started = time.perf_counter()
    server.terminate()
    try:
        server.wait(LONGEST)
    except subprocess.TimeoutExpired:
        return None
    return time.perf_counter() - started


def shown(seconds: float | None) -> str:
    """Write a figure."""
    return f"{seconds:8.3f}" if seconds is not None else f"{'-':>8}"


def requests_per_second(address: tuple[str, int], path: str) -> str:
    """Measure with wrk, 32 connections on one thread for four seconds."""
    url = f"http://127.0.0.1:{address[1]}{path}"
    said = subprocess.run(  # noqa: S603
        ["wrk", "-t1", "-c32", "-d4s", url],  # noqa: S607
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    bad = re.search(r"Socket errors.*|Non-2xx.*", said)
    return f"{float(found[1]) if found else 0:8.0f}" + (f" ({bad[0]})" if bad else "")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=60)
    parser.add_argument("--servers", nargs="+", default=list(SERVERS), choices=SERVERS)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--only-slow", action="store_true")
    asked = parser.parse_args()
    servers = [one for one in asked.servers if importlib.util.find_spec(SERVERS[one][0])]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603
            [*PYTHON, "flask", "--app", "notifications_app", "db", "upgrade"], cwd=ROOT, check=True,
            env={**os.environ, "DATABASE_URL": f"sqlite:///{folder}/served.sqlite3",
                 "SECRET_KEY": "k" * 40}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for name in servers:
            print(f"\n{name}: {asked.connections} slow connections")
            for kind in asked.kinds:
                with served(name, folder) as (address, server):
                    try:
                        with slow_clients(kind, address, asked.connections):
                            answer = seconds_to_answer(address)
                            stop = seconds_to_stop(server)
                    except OSError as error:
                        print(f"  {kind:32} {error}")
                        continue
                print(f"  {kind:32} answer {shown(answer)}   stop {shown(stop)}", flush=True)
        if asked.only_slow or not shutil.which("wrk"):
            return
        for path in ("/healthz", "/login"):
            print(f"\nRequests a second: {path}")
            for name in servers:
                with served(name, folder) as (address, _server):
                    ask(address)
                    print(f"  {name:12} {requests_per_second(address, path)}", flush=True)


if __name__ == "__main__":
    main()
