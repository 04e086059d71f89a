"""``flask users import``, as typed: what it says, refuses and leaves alone."""

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from notifications_app.cli import users_import
from tests.support.people import add_user, user_count

HEAD = "username,email,display_name,timezone,groups\n"
GOOD = f"""{HEAD}zoe,zoe@example.org,Zoë,Asia/Tokyo,ops night
priya,,Priya R,,ops
ada,,,,
max,,,,
"""
DONE = "4 people: 2 new (zoe, max), 1 changed (priya), 1 unchanged; 2 groups created (night, ops)."
USERNAME = (
    "A username can have 1 to 40 letters a to z, digits, dots, dashes and underscores, and must"
    " begin and end with a letter or digit."
)


@pytest.fixture(autouse=True)
def people(app: Flask, ada: int, priya: int) -> None:
    """Two who are there."""


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Callable[..., Result]:
    """Import a file of this text."""

    def invoke(text: str | bytes, *options: str) -> Result:
        file = tmp_path / "people.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return app.test_cli_runner().invoke(args=["users", "import", str(file), *options])

    return invoke


def done(result: Result) -> list[str]:
    assert (result.exception, result.exit_code) == (None, 0), result.output
    return result.stdout.splitlines()


def refused(result: Result, code: int = 1) -> list[str]:
    """The text on stderr, without the lines of the log."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (code, "")
    return [line for line in result.stderr.splitlines() if " INFO " not in line]


def test_it_says_who_is_new_and_who_changed(app: Flask, run: Any) -> None:
    assert done(run(GOOD)) == [f"Imported {DONE}"]
    assert user_count(app) == 4
    assert done(run(GOOD)) == [
        "Imported 4 people: 0 new, 0 changed, 4 unchanged; 0 groups created.",
    ]


def test_a_dry_run_says_the_same_and_changes_nothing(app: Flask, run: Any) -> None:
    tried = done(run(GOOD, "--dry-run"))
    assert user_count(app) == 2
    assert tried == [
        f"Would import {DONE}",
        "Nothing was changed: this was a dry run.",
    ]
    assert done(run(GOOD)) == [f"Imported {DONE}"]


def test_many_are_named_by_the_first_few(run: Any) -> None:
    rows = "".join(f"p{n},,,,g{n}\n" for n in range(1007))
    (said,) = done(run(HEAD + rows))
    assert said == (
        "Imported 1,007 people: 1,007 new (p0, p1, p2, p3, p4 and 1,002 more), 0 changed,"
        " 0 unchanged; 1,007 groups created (g0, g1, g10, g100, g1000 and 1,002 more)."
    )


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_every_bad_line_stands_on_stderr_and_then_how_many(
    app: Flask, run: Any, options: tuple[str, ...]
) -> None:
    add_user(app, "noor", email="noor@example.org")
    rows = "zoe,,,Mars/Base,\nmax,noor@example.org,,,\ngood,,,,\nno\x1b[31m,x,,,\nGOOD,,,,\n"
    assert refused(run(HEAD + rows, *options)) == [
        "Line 2, timezone “Mars/Base”: There is no such time zone. Use one like Europe/Paris.",
        "Line 3, email “noor@example.org”: It belongs to “noor”.",
        f"Line 5, username “no\\x1b[31m”: {USERNAME}",
        "Line 6, username “good”: It is already on line 4.",
        "Error: 4 of 5 lines have errors. Nothing was imported.",
    ]
    assert user_count(app) == 3


@pytest.mark.parametrize(
    ("data", "first"),
    [
        (b"", "Line 1: The file is empty. Its first line names the columns."),
        (b"name\nada", "Line 1: The first line names the columns, separated by commas: username"),
        (b"\xff\xfeu\0s\0", "Line 1: This line is not in UTF-8."),
        (b"username\nj\xf8rn", "Line 2: This line is not in UTF-8."),
    ],
)
def test_what_is_no_such_file_is_refused(run: Any, data: bytes, first: str) -> None:
    lines = refused(run(data))
    assert lines[0].startswith(first)
    assert lines[-1] == "Error: 1 of 1 line has errors. Nothing was imported."


def test_one_of_many_lines_is_wrong(run: Any) -> None:
    lines = refused(run(HEAD + "".join(f"p{n},,,,\n" for n in range(1203)) + ",,,,\n"))
    assert lines == [
        f"Line 1205, username: {USERNAME}",
        "Error: 1 of 1,204 lines has errors. Nothing was imported.",
    ]


def test_a_dash_is_standard_input(app: Flask) -> None:
    data = b"\xef\xbb\xbf" + GOOD.encode()
    result = app.test_cli_runner().invoke(args=["users", "import", "-"], input=data)
    assert done(result)[0].startswith("Imported 4 people: 2 new")
    assert user_count(app) == 4


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere.csv", "no such file or directory"), (".", "is a directory"), ("a\0b", "it cannot")],
)
def test_a_file_that_cannot_be_read_is_said_in_one_line(app: Flask, name: str, reason: str) -> None:
    (line,) = refused(app.test_cli_runner().invoke(args=["users", "import", name]), 2)
    assert line.startswith("Error: The file “")
    assert f"cannot be read: {reason}" in line


# ---- the progress bar ----


class Terminal(io.StringIO):
    """A stream that looks like a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    found = Terminal()
    monkeypatch.setattr(users_import, "sys", SimpleNamespace(stderr=found))
    return found


def test_a_terminal_shows_a_bar_that_ends_full(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"x" * 1000)
    with file.open("rb") as opened, users_import._progress(opened) as tell:
        opened.read(500)
        tell()
    shown = terminal.getvalue()
    assert "Reading" in shown
    assert "100%" in shown


def test_a_terminal_shows_that_a_pipe_is_read(terminal: Terminal) -> None:
    with users_import._progress(io.BytesIO(b"x")) as tell:
        tell()
    assert "Reading" in terminal.getvalue()


def test_a_pipe_shows_no_bar(run: Any) -> None:
    result = run(HEAD + "".join(f"p{n},,,,\n" for n in range(2500)))
    done(result)
    assert "Reading" not in result.stderr
    assert "%" not in result.stderr
