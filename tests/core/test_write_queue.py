"""The queue of those who write to a SQLite file: one at a time, in every process."""

import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest

from notifications_app.core import patience, write_queue
from notifications_app.core.write_queue import WriteQueue

pytestmark = pytest.mark.skipif(not write_queue.HAS_LOCKS, reason="needs locks on files")
processes = multiprocessing.get_context("spawn")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "site.db"


def hold_until_told(database: Path, held: object, told: object) -> None:
    """In a process of its own: enter the queue, say so, and stay."""
    WriteQueue(database, 8).enter(60)
    held.set()  # type: ignore[attr-defined]
    told.wait()  # type: ignore[attr-defined]


def test_another_process_waits_until_the_first_leaves_or_dies(database: Path) -> None:
    held, told = processes.Event(), processes.Event()
    other = processes.Process(target=hold_until_told, args=(database, held, told), daemon=True)
    other.start()
    held.wait(60)
    queue = WriteQueue(database, 8)
    assert not queue.enter(0.0)
    assert not queue.enter(0.05)
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    assert queue.enter(60)
    queue.leave()
    other.join(60)


def test_a_wait_that_was_given_up_does_not_keep_the_lock(database: Path) -> None:
    first, second, third = (WriteQueue(database, 8) for _ in range(3))
    assert first.enter(1)
    assert not second.enter(0.05)  # its thread waits on
    first.leave()
    assert third.enter(60)
    third.leave()
    assert second.enter(60)
    second.leave()


def test_whoever_waits_gets_the_lock_of_the_wait_given_up_before(database: Path) -> None:
    first, second = WriteQueue(database, 8), WriteQueue(database, 8)
    assert first.enter(1)
    assert not second.enter(0.05)
    threading.Timer(0.1, first.leave).start()
    assert second.enter(60)
    second.leave()
    assert first.enter(60)


def test_the_file_is_for_its_owner_alone_and_may_be_deleted(database: Path) -> None:
    queue = WriteQueue(database, 8)
    queue.enter(1)
    file = database.with_name("site.db-queue")
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    queue.leave()
    assert queue.enter(1)


def test_without_a_folder_to_write_to_there_is_the_turn_within_the_process(tmp_path: Path) -> None:
    queue = WriteQueue(tmp_path / "nowhere" / "site.db", 8)
    assert queue.enter(1)
    assert not queue.enter(0.0)
    queue.leave()
    assert queue.enter(1)


def test_half_of_the_threads_wait_and_the_others_are_refused_soon(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "CROWDED", 0.0)
    queue = WriteQueue(database, 8)
    queue.enter(1)

    def write() -> None:
        if queue.enter(60):
            queue.leave()

    threads = [threading.Thread(target=write, daemon=True) for _ in range(4)]
    for one in threads:
        one.start()
    while queue._waiting._now < 4:
        threading.Event().wait(0.001)
    assert not queue.enter(60)  # a minute of patience, and yet at once
    queue.leave()
    for one in threads:
        one.join(60)
    assert queue.enter(60)
