"""The real server in a process of its own, for tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from notifications_app.core.database import ROOT
from tests.support.slow_clients import PATIENCE, Address, ask


@dataclass
class Server:
    """A server that answers, and the file that ends its route ``/hang``."""

    process: subprocess.Popen[str]
    address: Address
    hang_until: Path

    def wait_until_hanging(self) -> None:
        """Wait until a thread is busy with ``/hang``."""
        begun = Path(f"{self.hang_until}.begun")
        until(begun.exists)
        begun.unlink()

    def stop(self) -> str:
        """Stop it with SIGTERM; return what it said."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=PATIENCE)
        return said


def until(condition: object) -> None:
    """Wait for a condition, for as long as a busy machine may need."""
    end = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def running(
    folder: Path,
    *options: str,
    config: str = "notifications_app.server.settings",
    **environment: str,
) -> Iterator[Server]:
    """Context manager: a server on a free port; killed at the end if it is still there."""
    hang_until = folder / "go-on"
    hang_until.unlink(missing_ok=True)
    settings = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{folder / 'served.sqlite3'}",
        "SECRET_KEY": "k" * 40,
        **environment,
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "--config", f"python:{config}", *options,
                "--bind", f"fd://{listener.fileno()}",
                f"tests.support.served_app:make({str(hang_until)!r})",
            ],
            cwd=ROOT, env=settings, pass_fds=[listener.fileno()], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    try:
        assert ask(address)[0]
        yield Server(process, address, hang_until)
    finally:
        hang_until.touch()
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)
