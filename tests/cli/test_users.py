"""``flask users``: what each command does, says, refuses and leaves alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from notifications_app.cli import users
from notifications_app.core.database import ROOT, db
from notifications_app.domain.accounts import actions, passwords
from notifications_app.domain.accounts.models import User
from tests.support.app import on_sqlite, settings
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, user_count

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def invoke(*words: str, **more: Any) -> Result:
        return app.test_cli_runner().invoke(args=["users", *words], **more)

    return invoke


def refused(result: Result, code: int) -> str:
    """The one line on stderr of a command that did nothing."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def done(result: Result) -> str:
    """The output of a command that succeeded."""
    assert result.exception is None, result.output
    assert result.exit_code == 0
    return result.stdout


def account(app: Flask, username: str) -> dict[str, Any]:
    with app.app_context():
        statement = sa.select(User.__table__).where(User.username == username)
        return dict(db.session.execute(statement).one()._mapping)


# ---- create ----


def test_create_makes_an_account_with_a_password_from_stdin(app: Flask, run: Run) -> None:
    with at(NOON):
        result = run("create", "Grace", "--password-stdin", input=f"{PASSWORD}\n")
    assert done(result) == "Created the user “grace” with the time zone UTC.\n"
    user = account(app, "grace")
    assert (user["email"], user["display_name"], user["timezone"]) == (None, "", "UTC")
    assert (user["is_admin"], user["is_active"], user["inbox_since"]) == (False, True, NOON)
    assert PASSWORD not in user["password_hash"]
    assert sign_in(app.test_client(), "grace").status_code == 303


def test_create_takes_everything_about_an_account(app: Flask, run: Run) -> None:
    result = run(
        "create", "ada", "--admin", "--email", "Ada@Example.org", "--display-name", "Ada M",
        "--timezone", "europe/paris", "--password-stdin", input="  kept as it is \r\n",
    )  # fmt: skip
    assert done(result) == "Created the administrator “ada” with the time zone Europe/Paris.\n"
    user = account(app, "ada")
    assert (user["email"], user["display_name"]) == ("ada@example.org", "Ada M")
    assert user["is_admin"]
    assert user["admin_since"] is not None
    assert sign_in(app.test_client(), "ada", "  kept as it is ").status_code == 303


def test_create_asks_on_a_terminal_twice_and_shows_nothing(
    app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(users, "sys", SimpleNamespace(stdin=terminal))
    result = run("create", "grace", input=f"{PASSWORD}\nanother\n{PASSWORD}\n{PASSWORD}\n")
    assert "Created the user “grace”" in done(result)
    assert PASSWORD not in result.output
    assert sign_in(app.test_client(), "grace").status_code == 303


def test_a_password_is_never_an_argument(run: Run) -> None:
    for command in ("create", "set-password"):
        options = done(run(command, "--help"))
        assert "--password-stdin" in options
        assert "--password " not in options
    assert run("create", "grace", "--password", PASSWORD).exit_code == 2
    assert run("create", "grace", PASSWORD).exit_code == 2


@pytest.mark.parametrize(
    ("words", "typed", "code", "sentence"),
    [
        (["no spaces"], PASSWORD, 2, "A username can have 1 to 40 letters a to z"),
        ([""], PASSWORD, 2, "A username can have 1 to 40 letters a to z"),
        (["nul\0"], PASSWORD, 2, "A username can have 1 to 40 letters a to z"),
        (["a\udcff"], PASSWORD, 2, "A username cannot contain U+DCFF; remove it."),
        (["u" * 41], PASSWORD, 2, "A username can have 1 to 40 letters a to z"),
        (["grace", "--email", "nowhere"], PASSWORD, 2, "This is not an email address."),
        (["grace", "--email", "a\0@b.example"], PASSWORD, 2, "This is not an email address."),
        (["grace", "--timezone", "Mars/Base"], PASSWORD, 2, "There is no such time zone."),
        (["grace", "--timezone", "UTC\0"], PASSWORD, 2, "There is no such time zone."),
        (["grace", "--display-name", "x" * 81], PASSWORD, 2, "has at most 80 characters"),
        (["grace", "--display-name", "\0"], PASSWORD, 2, "cannot contain U+0000"),
        (["grace", "--display-name", "\x1b[31m"], PASSWORD, 2, "cannot contain U+001B"),
        (["grace", "--display-name", "\udcff"], PASSWORD, 2, "cannot contain U+DCFF"),
        (["grace"], "short", 2, "A password has 8 to 128 characters; this one has 5."),
        (["grace"], "", 2, "A password has 8 to 128 characters; this one has 0."),
        (["grace"], "x" * 129, 2, "A password has 8 to 128 characters; this one has 129."),
        (["grace"], "password1", 2, "This password is easy to guess."),
        (["grace"], "eight or more\0", 2, "contains a character that cannot be typed."),
        (["grace"], b"\xff eight or more", 2, "The password is not in UTF-8."),
        (["NOOR"], PASSWORD, 1, "The username “noor” is taken."),
        (["grace", "--email", "Noor@example.org"], PASSWORD, 1, "belongs to another account."),
    ],
)
def test_create_refuses_in_one_line(
    app: Flask, run: Run, words: list[str], typed: str | bytes, code: int, sentence: str
) -> None:
    add_user(app, "noor", email="noor@example.org")
    line = refused(run("create", *words, "--password-stdin", input=typed), code)
    assert line.startswith("Error: ")
    assert sentence in line
    assert user_count(app) == 1


def test_without_a_terminal_the_password_comes_from_stdin_only(app: Flask, run: Run) -> None:
    line = refused(run("create", "grace", input=f"{PASSWORD}\n"), 1)
    assert line == "Error: There is no terminal to ask on. Use --password-stdin."
    assert user_count(app) == 0


# ---- list, show ----

KEYS = {
    "id", "username", "email", "display_name", "timezone", "is_admin", "is_active",
    "has_password", "has_second_factor", "created_at",
}  # fmt: skip


def test_list_prints_everybody_by_name(app: Flask, run: Run, priya: int, ada: int) -> None:
    add_user(app, "imported", password_hash=None)
    with app.app_context():
        actions.set_active(priya, active=False)
        db.session.commit()
    lines = [line.split("  ") for line in done(run("list")).splitlines()]
    table = [[word.strip() for word in line if word] for line in lines]
    assert table == [
        ["USERNAME", "NAME", "ZONE", "ROLE", "2FA", "STATE"],
        ["ada", "-", "UTC", "admin", "off", "active"],
        ["imported", "-", "UTC", "user", "off", "active"],
        ["priya", "Priya Raman", "Asia/Kolkata", "user", "off", "inactive"],
        ["3 accounts."],
    ]


def test_list_of_nobody_is_no_error(run: Run) -> None:
    assert done(run("list")).endswith("0 accounts.\n")
    assert json.loads(done(run("list", "--json"))) == []


def test_list_as_json_has_exactly_these_keys(app: Flask, run: Run, priya: int) -> None:
    add_user(app, "imported", password_hash=None)
    imported, one = json.loads(done(run("list", "--json")))
    assert one == {
        "id": priya,
        "username": "priya",
        "email": None,
        "display_name": "Priya Raman",
        "timezone": "Asia/Kolkata",
        "is_admin": False,
        "is_active": True,
        "has_password": True,
        "has_second_factor": False,
        "created_at": "2026-11-20T12:00:00Z",
    }
    assert imported.keys() == KEYS
    assert imported["has_password"] is False


def test_show_prints_one_account(app: Flask, run: Run, priya: int, ada: int) -> None:
    client = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
        shown = done(run("show", " PRIYA "))
        found = json.loads(done(run("show", "priya", "--json")))
    assert "created_at:        2026-11-20T12:00:00Z" in shown
    assert "email:             -" in shown
    assert shown.endswith("“priya” is signed in on 1 browser.\n")
    assert found.keys() == KEYS | {"groups", "sign_ins"}
    assert (found["username"], found["sign_ins"]) == ("priya", 1)
    assert "hash" not in shown.replace("has_password", "")


# ---- the others ----


def test_set_password_ends_every_sign_in(app: Flask, run: Run, priya: int, bystander: int) -> None:
    client, noors = app.test_client(), app.test_client()
    sign_in(client, "priya")
    sign_in(noors, "noor")
    result = run("set-password", "priya", "--password-stdin", input="a new good password\n")
    assert done(result) == "Set the password of “priya”. 1 sign-in ended.\n"
    assert not is_signed_in(client)
    assert is_signed_in(noors)
    assert sign_in(app.test_client(), "priya").status_code == 400
    assert sign_in(app.test_client(), "priya", "a new good password").status_code == 303
    assert sign_in(app.test_client(), "noor").status_code == 303


@pytest.mark.parametrize("typed", ["short", "priya raman", "football", b"\xff\xff\xff\xff\xff"])
def test_set_password_refuses_a_bad_one(
    app: Flask, run: Run, priya: int, typed: str | bytes
) -> None:
    refused(run("set-password", "priya", "--password-stdin", input=typed), 2)
    assert sign_in(app.test_client(), "priya").status_code == 303


def test_set_timezone_sets_it(app: Flask, run: Run, priya: int, bystander: int) -> None:
    assert (
        done(run("set-timezone", "priya", "asia/calcutta"))
        == "Changed the time zone of “priya” to Asia/Kolkata.\n"
    )
    assert account(app, "priya")["timezone"] == "Asia/Kolkata"
    assert account(app, "noor")["timezone"] == "UTC"
    refused(run("set-timezone", "priya", "Mars/Base"), 2)
    assert account(app, "priya")["timezone"] == "Asia/Kolkata"


def test_deactivate_locks_out_and_activate_lets_in(
    app: Flask, run: Run, priya: int, bystander: int
) -> None:
    client, noors = app.test_client(), app.test_client()
    sign_in(client, "priya")
    sign_in(noors, "noor")
    said = "“priya” can no longer sign in. 1 sign-in ended.\n"
    assert done(run("deactivate", "priya")) == said
    assert done(run("deactivate", "priya")) == "“priya” is already inactive.\n"
    assert not is_signed_in(client)
    assert is_signed_in(noors)
    assert sign_in(client, "priya").status_code == 400
    assert done(run("activate", "priya")) == "“priya” can sign in again.\n"
    assert done(run("activate", "priya")) == "“priya” is already active.\n"
    assert sign_in(client, "priya").status_code == 303


def test_admin_is_granted_and_revoked(
    app: Flask, run: Run, ada: int, priya: int, bystander: int
) -> None:
    assert done(run("grant-admin", "priya")) == "“priya” is now an administrator.\n"
    since = account(app, "priya")["admin_since"]
    assert since is not None
    assert done(run("grant-admin", "priya")) == "“priya” is already an administrator.\n"
    assert account(app, "priya")["admin_since"] == since
    assert not account(app, "noor")["is_admin"]
    assert done(run("revoke-admin", "priya")) == "“priya” is no longer an administrator.\n"
    assert done(run("revoke-admin", "priya")) == "“priya” is not an administrator.\n"
    assert (account(app, "priya")["is_admin"], account(app, "priya")["admin_since"]) == (
        False,
        None,
    )


def test_reset_link_makes_one_for_each(app: Flask, run: Run, priya: int, ada: int) -> None:
    lines = done(run("reset-link", "priya", "ADA")).splitlines()
    assert [line.partition("/reset/")[0] for line in lines[:2]] == [
        "priya: http://127.0.0.1:8000",
        "ada: http://127.0.0.1:8000",
    ]
    assert lines[2:] == ["2 links. Each works once, within 24 hours."]
    for line, name in zip(lines[:2], ("priya", "ada"), strict=True):
        path = "/reset/" + line.partition("/reset/")[2]
        assert name in app.test_client().get(path).text


def test_reset_link_makes_all_or_none(app: Flask, run: Run, priya: int, ada: int) -> None:
    refused(run("reset-link", "priya", "nobody"), 1)
    with app.app_context():
        actions.set_active(ada, active=False)
        db.session.commit()
    line = refused(run("reset-link", "priya", "ada"), 1)
    assert line == "Error: “ada” is inactive. Activate the account first."


@pytest.mark.parametrize("name", ["nobody", "", "nul\0", "a\udcff", "\x1b[31m", "é", "x" * 5000])
@pytest.mark.parametrize(
    "command",
    [
        ["show"], ["set-password", "--password-stdin"], ["set-timezone", "--", "UTC"],
        ["activate"], ["deactivate"], ["grant-admin"], ["revoke-admin"], ["reset-link"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_name_that_nobody_has_is_refused_in_one_line(
    run: Run, command: list[str], name: str
) -> None:
    first, *rest = command
    words = [first, "--", name, rest[-1]] if "--" in rest else [first, *rest, "--", name]
    line = refused(run(*words, input=PASSWORD), 1)
    assert line.startswith("Error: There is no user “")
    assert line.endswith("Nothing was changed.")
    assert line.isprintable()


@pytest.mark.parametrize(
    "words",
    [["create"], ["show"], ["list", "extra"], ["nothing"], ["set-timezone", "ada"],
     ["reset-link"], ["show", "ada", "--nothing"]],
)  # fmt: skip
def test_misuse_ends_with_2_and_no_traceback(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("Usage: ")


def test_what_the_database_holds_is_printed_harmlessly(app: Flask, run: Run, priya: int) -> None:
    evil = "\x1b]0;owned\x07\x9b31m\u202eevil\u2028end"
    with app.app_context():  # past the check of names, as by another program
        db.session.execute(sa.update(User).values(display_name=evil))
        db.session.commit()
    for words in (["list"], ["show", "priya"], ["list", "--json"], ["show", "priya", "--json"]):
        printed = done(run(*words))
        assert printed.replace("\n", "").isprintable(), words
        if "--json" in words:
            found = json.loads(printed)
            assert (found if "show" in words else found[0])["display_name"] == evil
        else:
            assert r"\x1b]0;owned\x07\x9b31m\u202eevil\u2028end" in printed


# ---- without its database ----


def test_an_unmigrated_database_is_said_in_one_line(
    tmp_path: Path, make_app: Callable[..., Flask]
) -> None:
    (tmp_path / "empty.sqlite3").touch()
    app = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    for words in (["list"], ["show", "ada"], ["create", "ada", "--password-stdin"]):
        result = app.test_cli_runner().invoke(args=["users", *words], input=PASSWORD)
        line = refused(result, 1)
        assert line == "Error: The database is not migrated. Run `flask db upgrade` first."


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////nowhere/at/all.sqlite3", "There is no database, or its file cannot be opened"),
        ("postgresql://nobody@127.0.0.1:1/nothing", "The database does not answer."),
    ],
)
def test_a_database_that_is_not_there_is_said_in_one_line(
    make_app: Callable[..., Flask], url: str, sentence: str
) -> None:
    result = make_app(DATABASE_URL=url).test_cli_runner().invoke(args=["users", "list"])
    assert refused(result, 1).startswith(f"Error: {sentence}")


def test_a_file_that_is_no_database_is_said_in_one_line(
    tmp_path: Path, make_app: Callable[..., Flask]
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader, " * 999)
    app = make_app(DATABASE_URL=f"sqlite:///{file}")
    result = app.test_cli_runner().invoke(args=["users", "list"])
    assert "is not a database" in refused(result, 1)


@on_sqlite
def test_a_locked_database_is_said_in_one_line(
    app: Flask, run: Run, priya: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sa.create_engine(database_url)
    with app.app_context():
        sa.event.listen(db.engine, "checkout", _impatient)
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        line = refused(run("set-timezone", "priya", "UTC"), 1)
        assert done(run("show", "priya"))
        other.rollback()
    engine.dispose()
    with app.app_context():
        sa.event.remove(db.engine, "checkout", _impatient)
    assert line == "Error: The database is busy with another write. Nothing was changed; try again."
    assert account(app, "priya")["timezone"] == "Asia/Kolkata"


def _impatient(connection: Any, *_rest: Any) -> None:
    connection.execute("PRAGMA busy_timeout=1")


@pytest.mark.slow
def test_the_bare_command_of_the_checkout_works(app: Flask, priya: int, database_url: str) -> None:
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": settings("")["SECRET_KEY"],
        "PYTHONPATH": "",
    }
    for command in (
        [sys.executable, "-m", "flask", "users", "list", "--json"],
        [sys.executable, "-m", "notifications_app", "users", "list", "--json"],
    ):
        result = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert [one["username"] for one in json.loads(result.stdout)] == ["priya"]


def test_hashing_happens_outside_of_any_transaction(
    app: Flask, run: Run, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed, open_ones = passwords.hash_password, []

    def watch(password: str) -> str:
        open_ones.append(db.session().in_transaction())
        return hashed(password)

    monkeypatch.setattr(passwords, "hash_password", watch)
    done(run("create", "grace", "--password-stdin", input=PASSWORD))
    done(run("set-password", "priya", "--password-stdin", input=PASSWORD))
    assert open_ones == [False, False]


# ---- delete ----


def test_an_account_is_deleted(app: Flask, run: Run, priya: int, bystander: int) -> None:
    noor = account(app, "noor")
    assert done(run("delete", "priya", "--yes")).startswith("Deleted “priya”.")
    assert refused(run("delete", "priya", "--yes"), 1).startswith(
        "Error: There is no user “priya”."
    )
    assert user_count(app) == 1
    assert account(app, "noor") == noor


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("", 1), ("y\n", 0)])
def test_a_terminal_is_asked_before_an_account_is_deleted(
    app: Flask, run: Run, priya: int, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(users, "sys", terminal)
    said = run("delete", "priya", input=answer)
    assert "Delete “priya” and everything in their inbox? This can’t be undone." in said.output
    assert user_count(app) == left


def test_without_a_terminal_nothing_is_deleted_unasked(app: Flask, run: Run, priya: int) -> None:
    assert refused(run("delete", "priya"), 1) == "Error: There is no terminal to ask on. Use --yes."
    assert user_count(app) == 1


@pytest.mark.parametrize("words", [("deactivate",), ("revoke-admin",), ("delete", "--yes")])
def test_the_last_administrator_is_refused(
    app: Flask, run: Run, ada: int, words: tuple[str, ...]
) -> None:
    before = account(app, "ada")
    assert "is the last active administrator" in refused(run(*words, "ada"), 1)
    assert account(app, "ada") == before
