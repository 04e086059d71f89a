"""The wheel, installed in an environment of its own, migrates and serves."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from notifications_app.core.database import ROOT

pytestmark = pytest.mark.slow

PATIENCE = 30


def run(*words: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        list(words), cwd=cwd, env=clean(**environment), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def clean(**environment: str) -> dict[str, str]:
    """Nothing of this checkout's own settings."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that ``make dist`` builds."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, and borrows what it depends on.

    The borrowed folder has the checkout's own editable install in it: the wheel comes first.
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.create(folder, symlinks=True, with_pip=False)
    programs = folder / "bin"
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    borrowed = Path(paths["purelib"]) / "borrowed.pth"
    borrowed.write_text(sysconfig.get_paths()["purelib"] + "\n")
    return programs


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{tmp_path / 'served.sqlite3'}", "SECRET_KEY": "k" * 40}


def ask(address: str, **headers: str) -> tuple[int, str]:
    with urlopen(Request(address, headers=headers), timeout=PATIENCE) as answer:
        return answer.status, answer.read().decode()


@contextmanager
def served(programs: Path, folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """The address of the application, served as in production; stopped afterwards."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        command = [
            str(programs / "python"), "-m", "gunicorn", "--config",
            "python:notifications_app.server.settings", "--bind", f"fd://{listener.fileno()}",
            "notifications_app:create_app()",
        ]  # fmt: skip
        server = subprocess.Popen(
            command, cwd=folder, env=clean(**settings), pass_fds=[listener.fileno()]
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        assert server.wait(timeout=PATIENCE) == 0


def test_it_carries_templates_and_migrations_and_nothing_of_the_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    inside = {name.partition("/")[2] for name in names if name.startswith("notifications_app/")}
    for wanted in ("templates", "migrations", "notifications_app/static"):
        files = [file for file in (ROOT / wanted).rglob("*") if file.is_file()]
        assert files
        for file in files:
            if "__pycache__" not in file.parts:
                base = ROOT / "notifications_app" if "static" in wanted else ROOT
                assert file.relative_to(base).as_posix() in inside, file
    assert "alembic.ini" in inside
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"notifications_app", next(top for top in tops if top.endswith(".dist-info"))}


def test_it_migrates_and_serves_elsewhere(
    installed: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    where = run(
        installed / "python", "-c", "import notifications_app; print(notifications_app.__file__)",
        cwd=tmp_path,
    )  # fmt: skip
    assert Path(where.strip()).is_relative_to(installed.parent)
    command = installed / "notifications"
    run(command, "db", "upgrade", cwd=tmp_path, **settings)
    sent = run(command, "broadcast", "send", "--title", "Hi", "--json", cwd=tmp_path, **settings)
    assert json.loads(sent)["id"] == 1
    with served(installed, tmp_path, settings) as address:
        status, said = ask(f"{address}/readyz", Accept="application/json")
        assert (status, json.loads(said)["status"]) == (200, "ready")
        status, page = ask(f"{address}/login")
        assert status == 200
        assert "<form" in page
        style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert ask(f"{address}{style}")[0] == 200
    with pytest.raises(URLError):
        ask(f"{address}/healthz")
