"""A backup that is copied over the file of a running server is there afterwards, whole."""

import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from notifications_app import create_app
from notifications_app.core.replaced_file import QUIET
from tests.faults.conftest import QUICK, Server, report, wait_until, work
from tests.support.app import migrate, settings

ROUNDS = 1 if QUICK else 3
WRITERS = 3


def vacuum_into(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(file)) as source:
        source.execute("VACUUM INTO ?", [str(to)])


def backup(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def stopped(file: Path, to: Path) -> None:
    """Copy the plain file as it was before the server began."""
    shutil.copyfile(file.with_name("before.db"), to)


def keys(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as found:
        assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert found.execute("PRAGMA foreign_key_check").fetchall() == []
        releases = {row for (row,) in found.execute("SELECT notification_id FROM releases")}
        rows = dict(found.execute("SELECT id, key FROM notifications"))
        assert releases == set(rows)
        return set(rows.values())


class Writers:
    """Processes that send without a pause, and what the database has acknowledged to them."""

    def __init__(self, url: str, seconds: float = 60) -> None:
        self.acknowledged: list[tuple[float, str]] = []
        self._processes = [
            work("insist", url, f"{time.time()}-{n}", seconds) for n in range(WRITERS)
        ]
        self._threads = [
            threading.Thread(target=self._read, args=[one], daemon=True) for one in self._processes
        ]
        for one in self._threads:
            one.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                self.acknowledged.append((time.monotonic(), line.split()[0]))

    def between(self, since: float, until: float) -> set[str]:
        return {key for moment, key in self.acknowledged if since < moment < until}

    def wait_until_back(self, since: float) -> float:
        """Wait until one has written again; return the moment."""
        # The file is left alone for a second, so nothing later than this was in the log before.
        wait_until(lambda: self.acknowledged[-1][0] > since + QUIET / 2)
        return next(at for at, _ in self.acknowledged if at > since + QUIET / 2)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        for one in self._processes:
            with suppress(ProcessLookupError):
                one.send_signal(how)
        for thread, one in zip(self._threads, self._processes, strict=True):
            one.wait(30)
            thread.join(30)
            assert one.stdout is not None
            one.stdout.close()


@pytest.fixture
def file(sqlite: str) -> Path:
    migrate(create_app(settings(sqlite)))
    file = Path(sqlite.removeprefix("sqlite:///"))
    shutil.copyfile(file, file.with_name("before.db"))
    return file


@pytest.fixture
def writers(sqlite: str, file: Path) -> Iterator[Writers]:
    made = Writers(sqlite)
    wait_until(lambda: len(made.acknowledged) > 50)
    yield made
    made.stop()


@pytest.mark.parametrize("how", [vacuum_into, backup, stopped])
def test_copied_over_the_file_in_use(
    how: Callable[[Path, Path], None],
    sqlite: str,
    file: Path,
    writers: Writers,
    serve: Callable[..., Server],
) -> None:
    server = serve(sqlite, WORKERS="2")
    for number in range(ROUNDS):
        copy = file.with_name(f"copy-{number}.db")
        how(file, copy)
        kept = keys(copy)
        made = time.monotonic()
        time.sleep(1)
        began = time.monotonic()
        subprocess.run(["cp", copy, file], check=True)
        ended = time.monotonic()
        back = writers.wait_until_back(ended)
        wait_until(lambda: server.status("/readyz") == 200)
        time.sleep(1)
        until = time.monotonic() - 0.5
        vacuum_into(file, file.with_name(f"look-{number}.db"))
        found = keys(file.with_name(f"look-{number}.db"))
        assert kept <= found
        assert not writers.between(made + 0.2, began) & found
        assert writers.between(back, until) <= found
        report(f"{how.__name__}: {len(kept)} rows back, writing again after {back - ended:.1f} s")
    writers.stop()
    server.close()
    assert keys(file)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_copied_over_the_file_just_before_the_end(
    how: signal.Signals, sqlite: str, file: Path, writers: Writers, serve: Callable[..., Server]
) -> None:
    """Nothing asks between the copy and the end: a close copies the log into the file."""
    server = serve(sqlite, WORKERS="2")
    assert server.status("/readyz") == 200
    writers.stop(signal.SIGKILL)  # leaves a log
    vacuum_into(file, copy := file.with_name("copy.db"))
    last = Writers(sqlite, 1)
    wait_until(lambda: len(last.acknowledged) > 50)
    last.stop(signal.SIGKILL)
    subprocess.run(["cp", copy, file], check=True)
    server.stop(how)
    time.sleep(1.1)
    again = serve(sqlite)
    wait_until(lambda: again.status("/readyz") == 200)
    again.close()
    assert keys(file) == keys(copy)
