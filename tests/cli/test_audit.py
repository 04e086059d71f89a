"""``flask audit list``."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.audit.actions import add_entry
from notifications_app.domain.audit.export import csv_parts
from notifications_app.domain.audit.queries import Search
from tests.support.moments import NOON


def add(app: Flask, count: int, **more: Any) -> None:
    """Entries about users 1, 2, …, a minute apart."""
    with app.app_context():
        for number in range(count):
            values: dict[str, Any] = {"actor_id": None, "now": NOON + timedelta(minutes=number)}
            add_entry("user.created", f"user {number + 1}", **{**values, **more})
        db.session.commit()


@pytest.fixture
def listed(app: Flask) -> Callable[..., str]:
    def run(*words: str) -> str:
        done = app.test_cli_runner().invoke(args=["audit", "list", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_the_command_lists_the_newest_first(app: Flask, listed: Any, ada: int) -> None:
    add(app, 1, audience=1204)
    add(app, 1, actor_id=ada, title="\x1b[31mred")
    assert listed().splitlines() == [
        "WHEN                        WHO           ACTION        SUBJECT  DETAIL",
        "Fri 20 Nov 2026, 12:00 UTC  ada           user.created  user 1   title: \\x1b[31mred",
        "Fri 20 Nov 2026, 12:00 UTC  command line  user.created  user 1   audience: 1,204",
        "2 entries, newest first.",
    ]


def test_an_empty_log_is_said_in_a_sentence(listed: Any) -> None:
    assert listed().splitlines()[-1] == "0 entries, newest first."
    assert json.loads(listed("--json")) == []


def test_json_has_exactly_the_keys_of_readme(app: Flask, listed: Any, ada: int) -> None:
    add(app, 1, actor_id=ada, groups=["ops"])
    assert json.loads(listed("--json")) == [
        {
            "id": 1,
            "at": "2026-11-20T12:00:00Z",
            "actor": "ada",
            "action": "user.created",
            "subject": "user 1",
            "detail": {"groups": ["ops"]},
        }
    ]


def test_the_list_is_as_long_as_is_asked(app: Flask, listed: Any) -> None:
    add(app, 53)
    assert len(json.loads(listed("--json"))) == 50
    assert [one["id"] for one in json.loads(listed("--json", "--limit", "2"))] == [53, 52]
    assert listed("--limit", "1").splitlines()[-1] == "1 entry, newest first."
    assert app.test_cli_runner().invoke(args=["audit", "list", "--limit", "0"]).exit_code == 2


def test_the_log_is_exported_to_a_file_or_to_stdout(app: Flask, tmp_path: Path) -> None:
    add(app, 2, title="=1+1, twice")
    run = app.test_cli_runner().invoke
    done = run(args=["audit", "export", str(tmp_path / "audit.csv")])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "Exported the audit log.\n")
    lines = (tmp_path / "audit.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "id,at,actor,action,subject,title,detail",
        '2,2026-11-20T12:01:00Z,command line,user.created,user 2,,"title: =1+1, twice"',
        '1,2026-11-20T12:00:00Z,command line,user.created,user 1,,"title: =1+1, twice"',
    ]
    assert run(args=["audit", "export", "-"]).stdout.splitlines() == lines


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_cell_that_begins_like_a_formula_is_quoted(app: Flask, start: str) -> None:
    with app.app_context():
        add_entry("user.created", f"{start}1", actor_id=None, now=NOON)
        db.session.commit()
        (_heads, cells) = csv.reader(
            io.StringIO("".join(csv_parts(Search(), lambda *_: {})), newline="")
        )
    assert cells[4].startswith(f"'{start}")


def test_a_kind_is_chosen(app: Flask, listed: Any, ada: int) -> None:
    add(app, 1)
    with app.app_context():
        add_entry("user.signed-in", "user 1", actor_id=ada, now=NOON)
        db.session.commit()

    def actions(*words: str) -> list[str]:
        return [entry["action"] for entry in json.loads(listed("--json", *words))]

    assert actions() == actions("--kind", "changes") == ["user.created"]
    assert actions("--kind", "sign-ins") == ["user.signed-in"]
    assert actions("--kind", "all") == ["user.signed-in", "user.created"]
    run = app.test_cli_runner().invoke
    assert run(args=["audit", "export", "-"]).stdout.count("user.") == 2
    assert run(args=["audit", "export", "-", "--kind", "changes"]).stdout.count("user.") == 1
    assert run(args=["audit", "list", "--kind", "odd"]).exit_code == 2
