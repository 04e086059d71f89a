"""Databases to break, and servers that serve meanwhile."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from notifications_app import create_app
from notifications_app.core.database import ROOT
from tests.support.app import migrate, settings

QUICK = bool(os.environ.get("QUICK"))
#: Limits on time are this many times as long in the short form, which runs on busy machines.
SLACK = 3 if QUICK else 1


def report(figures: str) -> None:
    """Write figures where pytest does not catch them."""
    sys.__stderr__.write(f"\n{figures}\n")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until a condition holds; fail after some seconds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


class PostgreSQL:
    """A cluster of the tests' own, which they stop, start and freeze."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not found:
            pytest.skip("needs PostgreSQL's programs")
        self._bin = found[-1]
        self._data = folder / "data"
        self.port = free_port()
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        folder.chmod(0o755)
        self._data.mkdir()
        if self._as:
            shutil.chown(self._data, "postgres")
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8")
        self.start()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self._data} -c listen_addresses=127.0.0.1"
        log = self._data / "log"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def signal(self, number: signal.Signals) -> None:
        """Freeze the server and all its children with SIGSTOP, or thaw them with SIGCONT."""
        parent = (self._data / "postmaster.pid").read_text().split()[0]
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", parent], capture_output=True, text=True, check=False
        )
        for process in [parent, *found.stdout.split()]:
            with suppress(ProcessLookupError):
                os.kill(int(process), number)

    def close(self) -> None:
        self.signal(signal.SIGCONT)
        with suppress(subprocess.CalledProcessError):
            self.stop()

    def _run(self, program: str, *words: object) -> None:
        command = [*self._as, str(self._bin / program), *map(str, words)]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[PostgreSQL]:
    with TemporaryDirectory() as folder:  # not in pytest's: the user postgres must reach it
        made = PostgreSQL(Path(folder))
        yield made
        made.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'site.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database: a SQLite file, then one in a cluster of PostgreSQL."""
    is_sqlite = request.param == "sqlite"
    made: str = request.getfixturevalue("sqlite" if is_sqlite else "cluster")
    address = made if is_sqlite else made.url  # type: ignore[attr-defined]
    migrate(create_app(settings(address)))
    return address


def work(job: str, url: str, name: str, seconds: float) -> subprocess.Popen[str]:
    """Start a worker in a process of its own."""
    command = [sys.executable, "-m", "tests.faults.worker", job, url, name, str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


class Server:
    """The application in a server, as a user starts it."""

    def __init__(self, url: str, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        values = {"DATABASE_URL": url, "SECRET_KEY": "k" * 40, **environment}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "gunicorn", "--config",
                    "python:notifications_app.server.settings", "--bind", f"127.0.0.1:{self.port}",
                    "notifications_app:create_app()",
                ],
                cwd=ROOT, env=os.environ | values, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_until(lambda: self.status("/healthz") == 200)

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the text of an answer; 0 if there was none in 20 seconds."""
        try:
            with urllib.request.urlopen(self.site + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def status(self, path: str) -> int:
        return self.get(path)[0]

    def stop(self, how: signal.Signals) -> None:
        """Send a signal to all of its processes, and wait for the end."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(30)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def start(url: str, **environment: str) -> Server:
        made.append(Server(url, tmp_path, **environment))
        return made[-1]

    yield start
    for one in made:
        one.close()
