"""``flask broadcast list``, ``show``, and the commands in a real shell."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.database import ROOT, db
from notifications_app.domain.broadcasts import sending
from tests.support import inbox
from tests.support.moments import HOUR, NOW, at
from tests.support.sending_commands import NOTIFY, SEND

pytestmark = pytest.mark.usefixtures("typing_time")


def some(app: Flask, priya: int, ada: int) -> None:
    with app.app_context():
        inbox.broadcast(title="Live", sender_id=ada, is_banner=True)
        inbox.broadcast("role:admin", title="To come", arrives_at=NOW + HOUR)
        inbox.broadcast(title="Over", expires_at=NOW + timedelta(minutes=1))
        number = inbox.broadcast(title="Recalled")
        inbox.recall(number, NOW)
        inbox.notify(priya, title="Named", arrives_at=NOW + HOUR)
        db.session.commit()


def test_list_shows_what_was_broadcast(app: Flask, shell: Any, priya: int, ada: int) -> None:
    assert shell("broadcast", "list").out.endswith("0 broadcasts.\n")
    some(app, priya, ada)
    with at(NOW + timedelta(minutes=2)):
        said, found = shell("broadcast", "list"), shell("broadcast", "list", "--json").json
    assert [row["title"] for row in found] == ["Recalled", "Over", "To come", "Live"]
    assert [row["state"] for row in found] == ["recalled", "expired", "scheduled", "live"]
    assert found[-1] == {
        "id": 1,
        "title": "Live",
        "category": "info",
        "topic": "general",
        "channel": "everyone",
        "is_local": False,
        "state": "live",
        "is_banner": True,
        "sender": "ada",
        "arrives_at": "2026-11-20T13:00:00Z",
        "expires_at": None,
        "recalled_at": None,
    }
    assert len(said.out.splitlines()) == 6
    assert said.out.endswith("4 broadcasts.\n")


def test_show_tells_all_of_one(app: Flask, shell: Any, priya: int, ada: int) -> None:
    some(app, priya, ada)
    assert shell("broadcast", "show", 1).out.endswith("is live; it was sent to everyone.\n")
    assert "is scheduled; it will go to the administrators." in shell("broadcast", "show", 2).out
    unseen = "was recalled Fri 20 Nov 2026, 13:00 UTC, before anybody received it; it was for every"
    assert unseen in shell("broadcast", "show", 4).out
    with app.app_context():
        inbox.recall(1, NOW + HOUR)
        db.session.commit()
    seen = "was recalled Fri 20 Nov 2026, 14:00 UTC; it was sent to everyone.\n"
    assert shell("broadcast", "show", 1).out.endswith(seen)
    found = shell("broadcast", "show", 4, "--json").json
    assert (found["state"], found["recalled_at"]) == ("recalled", "2026-11-20T13:00:00Z")
    named = shell("broadcast", "show", 5)
    assert named.out.endswith("Notification 5 is scheduled; it will go to 1 person: priya.\n")
    found = shell("broadcast", "show", 5, "--json").json
    assert (found["channel"], found["arrives_at"]) == (None, "2026-11-20T14:00:00Z")


@pytest.mark.parametrize("command", [("show",), ("recall", "--yes"), ("restore",)])
def test_a_number_that_is_none_is_refused(refused: Any, command: tuple[str, ...]) -> None:
    assert "There is no notification 7." in refused(1, "broadcast", *command, 7)
    assert "There is no notification" in refused(1, "broadcast", *command, 2**31 - 1)
    for number in ("0", "-1", 2**31, "9" * 20, "x"):
        refused(2, "broadcast", *command, "--", number)


def test_what_is_printed_cannot_drive_a_terminal(app: Flask, shell: Any, priya: int) -> None:
    bad = "\x1b]0;owned\x07 \x9b2J \u202egnp.exe \u2028"
    with app.app_context():
        number = sending.broadcast("everyone", inbox.said(body=f"a{bad}b"), NOW).notification.id
        db.session.commit()
    for said in (shell("broadcast", "show", number), shell("broadcast", "show", number, "--json")):
        assert said.code == 0
        assert not set(bad) - {" ", *"]0;owned2Jgp.ex"} & set(said.out)
    assert shell("broadcast", "show", number, "--json").json["body"] == f"a{bad}b".strip()
    assert "\\x1b" in shell("notify", "\x1b[2J", "--title", "x").err


# --- In a real shell


def flask(url: str, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "k" * 40}
    return subprocess.run(
        [Path(sys.executable).with_name("flask"), *words],
        cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_shell_gets_codes_and_one_line(database_url: str, tmp_path: Path) -> None:
    done = flask(database_url, *NOTIFY, "--body-file", "-", "--json", stdin="from a pipe")
    assert (done.returncode, '"recipients": [' in done.stdout) == (0, True)
    refused = flask(database_url, "notify", "nobody", "--title", "Hello")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Error: There is no user “nobody”. Nothing was changed.\n"
    misused = flask(database_url, *SEND, "--expires-in", "soon")
    assert misused.returncode == 2
    assert len(misused.stderr.splitlines()) == 1
    (tmp_path / "new.sqlite3").touch()
    unmigrated = flask(f"sqlite:///{tmp_path}/new.sqlite3", *SEND)
    assert unmigrated.returncode == 1
    assert unmigrated.stderr == (
        "Error: The database is not migrated. Run `flask db upgrade` first.\n"
    )


@pytest.mark.parametrize(
    "command",
    [("notify",), ("broadcast", "send"), ("broadcast", "list"), ("broadcast", "show"),
     ("broadcast", "recall"), ("broadcast", "restore"), ("demo",)],
)  # fmt: skip
def test_every_command_has_an_example(shell: Any, command: tuple[str, ...]) -> None:
    said = shell(*command, "--help")
    assert said.code == 0
    assert f"Example:\n    flask {' '.join(command)}" in said.out
