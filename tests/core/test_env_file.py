"""The file .env: ours alone, wherever a command is typed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from notifications_app.core.database import ROOT

SENTENCE = "SECRET_KEY is shorter than 32 characters."
FLASK = [sys.executable, "-m", "flask", "--app", "notifications_app", "users", "list"]
OURS = [sys.executable, "-m", "notifications_app", "users", "list"]


def said(words: list[str], folder: Path, **environment: str) -> str:
    """The error of a command that is typed in a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    result = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False,
        env=kept | {"PYTHONPATH": str(ROOT), "DATABASE_URL": "sqlite://"} | environment,
    )  # fmt: skip
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", [".env", ".flaskenv"])
@pytest.mark.parametrize("words", [OURS, FLASK], ids=["notifications", "flask"])
def test_the_file_of_another_folder_does_not_count(
    tmp_path: Path, words: list[str], name: str
) -> None:
    (tmp_path / name).write_text("SECRET_KEY=short\n")
    below = tmp_path / "below"
    below.mkdir()
    for folder in (tmp_path, below):
        assert SENTENCE not in said(words, folder)
        assert SENTENCE in said(words, folder, SECRET_KEY="short")


@pytest.mark.slow
def test_our_own_counts_from_everywhere(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("notifications_app", "templates", "migrations"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "alembic.ini", copy)
    (copy / ".env").write_text("SECRET_KEY=short\r\n")
    for words in (OURS, FLASK):
        assert SENTENCE in said(words, tmp_path, PYTHONPATH=str(copy))
