"""``flask completion``: the script, and what it suggests from the database."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.shell_completion import BashComplete
from flask import Flask
from flask.cli import ScriptInfo

from notifications_app.__main__ import program
from notifications_app.core.database import ROOT, db
from notifications_app.domain.inbox.models import Notification
from tests.support import inbox
from tests.support.app import on_sqlite

#: The installed command.
STARTED = "from notifications_app.__main__ import program; program.main(prog_name='notifications')"


@pytest.fixture
def suggest(app: Flask) -> Any:
    """The suggestions for the last of these words."""

    def run(*words: str) -> list[str]:
        info = ScriptInfo(create_app=lambda: app)
        complete = BashComplete(program, {"obj": info}, "notifications", "_NOTIFICATIONS_COMPLETE")
        return [one.value for one in complete.get_completions(list(words[:-1]), words[-1])]

    return run


@pytest.fixture
def office(app: Flask, ada: int, priya: int, bystander: int, shell: Any) -> None:
    """Three people, two groups, and a broadcast."""
    for group in ("ops", "night-shift"):
        assert shell("groups", "create", group).code == 0
    with app.app_context():
        inbox.broadcast(title="Hello")
        db.session.commit()


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["us"], ["users"]),
        (["broadcast", "re"], ["recall", "restore"]),
        (["broadcast", "send", "--exp"], ["--expires", "--expires-in"]),
        (["broadcast", "send", "--category", "w"], ["warning"]),
        (["users", "show", ""], ["ada", "noor", "priya"]),
        (["users", "show", "P"], ["priya"]),
        (["users", "show", "%"], []),
        (["users", "show", "_da"], []),
        (["users", "create", ""], []),
        (["users", "reset-link", "ada", ""], ["noor", "priya"]),
        (["notify", "ada", "noor", ""], ["priya"]),
        (["broadcast", "send", "--to-user", "n"], ["noor"]),
        (["broadcast", "send", "--from", "a"], ["ada"]),
        (["broadcast", "send", "--to-group", ""], ["night-shift", "ops"]),
        (["groups", "show", "O"], ["ops"]),
        (["groups", "create", ""], []),
        (["groups", "add", "ops", "a"], ["ada"]),
        (["broadcast", "show", ""], ["1"]),
        (["broadcast", "recall", "2"], []),
        (["users", "set-timezone", "ada", "asia/kol"], ["Asia/Kolkata"]),
        (["users", "create", "lin", "--timezone", "Europe/Pa"], ["Europe/Paris"]),
        (["broadcast", "edit", "1", "--timezone", "Pacific/Ap"], ["Pacific/Apia"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
    ],
)
def test_it_suggests_what_can_be_typed_there(
    suggest: Any, words: list[str], found: list[str]
) -> None:
    assert suggest(*words) == found


def test_files_are_left_to_the_shell(app: Flask) -> None:
    complete = BashComplete(program, {}, "notifications", "_NOTIFICATIONS_COMPLETE")
    for words in (["users", "import"], ["broadcast", "send", "--body-file"],
                  ["broadcast", "send", "--to-file"]):  # fmt: skip
        (one,) = complete.get_completions(words, "le")
        assert (one.type, one.value) == ("file", "le")


@pytest.mark.usefixtures("office")
def test_each_suggestion_explains_itself(app: Flask) -> None:
    info = ScriptInfo(create_app=lambda: app)
    complete = BashComplete(program, {"obj": info}, "notifications", "_NOTIFICATIONS_COMPLETE")
    (one,) = complete.get_completions(["broadcast", "show"], "")
    assert (one.value, one.help) == ("1", "Hello")
    (one,) = complete.get_completions(["users", "show"], "pri")
    assert one.help == "Priya Raman"


def test_it_only_reads(app: Flask, suggest: Any, ada: int) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert suggest("users", "show", "") == ["ada"]
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert statements
    assert all(one == "BEGIN" or one.startswith("SELECT") for one in statements)


def complete_in_a_process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Ask as a shell does, with nothing but these variables set."""
    asked = {
        "PATH": os.environ["PATH"],
        "_NOTIFICATIONS_COMPLETE": "bash_complete",
        "COMP_WORDS": f"notifications {' '.join(words)}",
        "COMP_CWORD": str(len(words)),
    }
    return subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=ROOT,
        env=asked | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "sqlite:///{folder}/none.sqlite3"},
        {"DATABASE_URL": "sqlite:///{folder}/empty"},
        {"DATABASE_URL": "postgresql://127.0.0.1:1/none"},
        {"DATABASE_URL": "nonsense"},
        {"HTTPS": "perhaps"},
    ],
)
def test_without_a_database_it_suggests_nothing_and_says_nothing(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "empty").write_bytes(b"")
    values = {name: value.format(folder=tmp_path) for name, value in environment.items()}
    found = complete_in_a_process("users", "show", "a", **values)
    assert (found.returncode, found.stdout.strip(), found.stderr) == (0, "", "")
    assert [file.name for file in tmp_path.iterdir()] == ["empty"]
    found = complete_in_a_process("user", **values)
    assert (found.stdout.strip(), found.stderr) == ("plain,users", "")


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_it_prints_the_script_of_a_shell(shell: Any, shell_name: str) -> None:
    said = shell("completion", shell_name)
    assert (said.code, said.err) == (0, "")
    assert "_FLASK_COMPLETE" in said.out
    assert f"{shell_name}_complete" in said.out
    checker = shutil.which(shell_name)
    if checker and shell_name != "fish":
        done = subprocess.run([checker, "-n"], input=said.out, text=True, check=False)
        assert done.returncode == 0


def test_a_shell_that_is_not_one_of_them_is_refused(refused: Any) -> None:
    assert "tcsh" in refused(2, "completion", "tcsh")


@on_sqlite
@pytest.mark.slow
def test_bash_completes_with_it(app: Flask, ada: int, priya: int, tmp_path: Path) -> None:
    starter = tmp_path / "notifications"
    starter.write_text(f"#!{sys.executable}\n{STARTED}\n")
    starter.chmod(0o755)
    script = f"""
        eval "$({starter} completion bash)"
        COMP_WORDS=({starter} users show pr) COMP_CWORD=3
        _notifications_completion {starter} && echo "found: ${{COMPREPLY[*]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]),
             "SECRET_KEY": app.config["SECRET_KEY"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.strip() == "found: priya", done.stderr


def test_a_title_cannot_drive_the_terminal(app: Flask) -> None:
    with app.app_context():
        inbox.broadcast(title="Hello")
        db.session.execute(sa.update(Notification).values(title="\x1b]0;owned\x07"))
        db.session.commit()
    info = ScriptInfo(create_app=lambda: app)
    complete = BashComplete(program, {"obj": info}, "notifications", "_NOTIFICATIONS_COMPLETE")
    (one,) = complete.get_completions(["broadcast", "show"], "")
    assert one.help
    assert "\x1b" not in one.help
