"""The commands in a real terminal: a bar, a table, colour; in a pipe none of it."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import ROOT, db, table
from notifications_app.domain.accounts.models import User
from tests.support import inbox
from tests.support.moments import NOON

MANY = 12_000
COLOUR = "\x1b["


@pytest.fixture
def names(app: Flask, tmp_path: Path) -> Path:
    """A file that names everybody there is."""
    found = [f"n{number}" for number in range(MANY)]
    shared = {
        "is_active": True, "is_admin": False, "shortcuts": True, "display_name": "",
        "timezone": "Asia/Tokyo", "last_stamp": 0, "inbox_since": NOON, "created_at": NOON,
    }  # fmt: skip
    with app.app_context():
        everybody = [{"username": name, **shared} for name in found]
        db.session.execute(sa.insert(table(User)), everybody)
        inbox.act(1, "read", [inbox.broadcast()])
        db.session.commit()
    file = tmp_path / "names"
    file.write_text("\n".join(found))
    return file


def command(app: Flask, *words: str, **environment: str) -> dict[str, Any]:
    """The arguments of ``subprocess`` to run ``flask`` with this test's database."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    key = app.config["SECRET_KEY"]
    return {
        "args": [sys.executable, "-m", "notifications_app", *words],
        "env": {**os.environ, "DATABASE_URL": str(url), "SECRET_KEY": key, "TERM": "xterm"}
        | environment,
        "cwd": ROOT,
    }


def on_a_terminal(app: Flask, *words: str, **environment: str) -> str:
    """Everything that the command writes to the terminal it runs in."""
    ours, theirs = pty.openpty()
    started = command(app, *words, **environment)
    running = subprocess.Popen(stdin=theirs, stdout=theirs, stderr=theirs, **started)
    os.close(theirs)
    written = bytearray()
    try:
        while part := os.read(ours, 65_536):
            written += part
    except OSError:  # the other end is closed: it has ended
        pass
    os.close(ours)
    assert running.wait() == 0, written.decode()
    return written.decode()


def in_a_pipe(app: Flask, *words: str) -> str:
    """Run a command without a terminal."""
    ended = subprocess.run(capture_output=True, check=True, text=True, **command(app, *words))
    assert all(" INFO " in line for line in ended.stderr.splitlines()), ended.stderr
    return ended.stdout


@pytest.mark.slow
def test_a_long_send_has_a_bar_and_a_local_one_its_table(app: Flask, names: Path) -> None:
    words = ("broadcast", "send", "--title", "Hello", "--to-file", str(names), "--local",
             "--at", "2026-11-30 09:00", "--dry-run")  # fmt: skip
    seen, plain = on_a_terminal(app, *words), in_a_pipe(app, *words)
    assert "Looking people up  [" in seen
    assert "100%" in seen
    assert f"{COLOUR}1mARRIVES" in seen
    lines = plain.splitlines()
    assert lines[0].split() == ["ARRIVES", "ZONE", "THERE", "PEOPLE"]
    assert lines[1].endswith("Asia/Tokyo  Mon 30 Nov 2026, 09:00 JST  12,000")
    assert COLOUR not in plain
    assert "%" not in plain


@pytest.mark.slow
def test_figures_are_drawn_in_colour_or_plainly(app: Flask, names: Path) -> None:
    seen, plain = (run(app, "broadcast", "stats", "1") for run in (on_a_terminal, in_a_pipe))
    assert COLOUR in seen
    assert "█" in seen
    assert COLOUR not in plain
    assert "█" not in plain
    assert "Read" in plain


@pytest.mark.slow
def test_no_line_of_the_log_is_between_the_answers(app: Flask, tmp_path: Path) -> None:
    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"}
    seen = [on_a_terminal(app, *words, **elsewhere).splitlines() for words in (
        ("db", "upgrade"), ("db", "upgrade"), ("groups", "create", "ops"),
        ("db", "downgrade", "-x", "lose-audit=yes", "0001"),
    )]  # fmt: skip
    head = seen[0][0].removeprefix("Created the tables, at ").removesuffix(".")
    assert seen == [
        [f"Created the tables, at {head}."],
        [f"The database is already at {head}. Nothing was changed."],
        ["Created the group “ops”. It has no members yet."],
        [
            "Deleting the audit log (1 row), as the command allows.",
            f"Migrated the database from {head} to 0001.",
        ],
    ]
