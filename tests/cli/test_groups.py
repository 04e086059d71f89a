"""``flask groups``: what each command does, says, refuses and leaves alone."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import BadInput
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import Group, GroupMember
from notifications_app.domain.inbox import change_groups
from tests.support.moments import NOON, at

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def people(app: Flask, ada: int, priya: int, bystander: int) -> None:
    """Three, of whom one is in the group "ops" since noon."""
    with app.app_context():
        groups.create("ops")
        groups.create("empty")
        change_groups.join_group("ops", [bystander], NOON)
        db.session.commit()


@pytest.fixture
def run(app: Flask) -> Run:
    def invoke(*words: str) -> Any:
        with at(NOON + timedelta(hours=1)):
            return app.test_cli_runner().invoke(args=["groups", *words])

    return invoke


@pytest.fixture
def done(run: Run) -> Callable[..., str]:
    def invoke(*words: str) -> str:
        result = run(*words)
        assert (result.exception, result.exit_code) == (None, 0), result.output
        return str(result.stdout)

    return invoke


def members(app: Flask, name: str = "ops") -> list[int]:
    with app.app_context():
        statement = sa.select(GroupMember.user_id).join(Group).where(Group.name == name)
        return sorted(db.session.execute(statement).scalars())


def test_create_makes_an_empty_group(app: Flask, done: Any) -> None:
    assert (
        done("create", " night-shift ")
        == "Created the group “night-shift”. It has no members yet.\n"
    )
    assert members(app, "night-shift") == []
    assert json.loads(done("show", "night-shift", "--json")) == {
        "name": "night-shift",
        "members": [],
    }


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("ops", 1, "The group “ops” already exists. Nothing was changed."),
        ("OPS", 1, "The group “ops” already exists. Nothing was changed."),
        (
            "a b",
            2,
            "A group name can contain only a to z, 0 to 9 and single hyphens, for example on-call.",
        ),
        (
            "ops@UTC",
            2,
            "A group name can contain only a to z, 0 to 9 and single hyphens, for example on-call.",
        ),
        ("", 2, "Enter a group name."),
        ("x" * 41, 2, "A group name has 1 to 40 characters; this one has 41."),
        ("a\0", 2, "A group name cannot contain U+0000; remove it."),
    ],
)
def test_create_refuses_in_one_line(run: Run, name: str, code: int, sentence: str) -> None:
    result = run("create", name)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr == f"Error: {sentence}\n"


def test_the_longest_name_is_taken() -> None:
    assert groups.check_name("x" * 40) == "x" * 40
    with pytest.raises(BadInput) as refusal:
        groups.check_name("-")
    assert refusal.value.field == "group"


def test_list_names_each_with_its_size(done: Any) -> None:
    assert done("list").splitlines() == [
        "GROUP  PEOPLE",
        "empty  0",
        "ops    1",
        "2 groups.",
    ]
    assert json.loads(done("list", "--json")) == [
        {"id": 2, "name": "empty", "members": 0},
        {"id": 1, "name": "ops", "members": 1},
    ]


def test_show_names_who_is_in_it_since_when(done: Any) -> None:
    done("add", "ops", "priya")
    assert done("show", "ops").splitlines() == [
        "USERNAME  NAME         SINCE",
        "noor      -            Fri 20 Nov 2026, 12:00 UTC",
        "priya     Priya Raman  Fri 20 Nov 2026, 13:00 UTC",
        "2 people in “ops”.",
    ]
    assert json.loads(done("show", "ops", "--json"))["members"][1] == {
        "username": "priya",
        "since": "2026-11-20T13:00:00Z",
    }


def test_add_puts_people_in_once(
    app: Flask, done: Any, ada: int, priya: int, bystander: int
) -> None:
    assert done("add", "ops", " Ada ", "priya", "ada") == "Added 2 people to “ops”.\n"
    assert members(app) == sorted([ada, priya, bystander])
    again = done("add", "ops", "ada", "noor")
    assert again == "Added 0 people to “ops”. 2 were already in it.\n"
    assert members(app, "empty") == []


def test_a_group_is_named_in_any_case(app: Flask, done: Any, ada: int, bystander: int) -> None:
    assert (
        done("create", "Night-Shift") == "Created the group “night-shift”. It has no members yet.\n"
    )
    assert done("add", " OPS ", "ADA") == "Added 1 person to “ops”.\n"
    assert members(app) == sorted([ada, bystander])
    assert done("show", "Ops").endswith("2 people in “ops”.\n")
    assert json.loads(done("show", "Ops", "--json"))["name"] == "ops"
    assert done("remove", "OPS", "Ada") == "Removed 1 person from “ops”.\n"
    assert members(app) == [bystander]


def test_remove_takes_people_out(app: Flask, done: Any, priya: int, bystander: int) -> None:
    done("add", "ops", "ada", "priya")
    assert done("remove", "ops", "ada") == "Removed 1 person from “ops”.\n"
    assert members(app) == sorted([priya, bystander])
    again = done("remove", "ops", "ada", "priya")
    assert again == "Removed 1 person from “ops”. 1 was not in it.\n"
    assert members(app) == [bystander]


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("add ops ada noor", "Would add 1 person to “ops”. 1 was already in it.", "ada."),
        (
            "remove ops ada noor",
            "Would remove 1 person from “ops”. 1 was not in it.",
            "noor.",
        ),
    ],
)
def test_a_dry_run_changes_nothing(
    app: Flask, done: Any, bystander: int, words: str, first: str, second: str
) -> None:
    assert done(*words.split(), "--dry-run").splitlines() == [
        first,
        second,
        "Nothing was changed: this was a dry run.",
    ]
    assert members(app) == [bystander]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("add none ada", "There is no group “none”. Nothing was changed."),
        ("remove none ada", "There is no group “none”. Nothing was changed."),
        ("show none", "There is no group “none”. Nothing was changed."),
        ("add ops ada nobody", "There is no user “nobody”. Nothing was changed."),
        ("remove ops noor nobody", "There is no user “nobody”. Nothing was changed."),
    ],
)
def test_who_or_what_is_not_there_is_named(
    app: Flask, run: Run, bystander: int, words: str, sentence: str
) -> None:
    result = run(*words.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {sentence}\n"
    assert members(app) == [bystander]


@pytest.mark.parametrize("name", ["\0", "a\udcff", "9" * 200])
def test_no_name_breaks_a_command(run: Run, name: str) -> None:
    for words in (("show", name), ("add", name, "ada")):
        result = run(*words)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 1


def test_users_show_names_the_groups_of_a_person(app: Flask, done: Any) -> None:
    done("add", "ops", "priya")
    done("add", "empty", "priya")
    run = app.test_cli_runner().invoke
    assert "groups:            empty, ops\n" in run(args=["users", "show", "priya"]).stdout
    assert "groups:            -\n" in run(args=["users", "show", "ada"]).stdout
    found = json.loads(run(args=["users", "show", "priya", "--json"]).stdout)
    assert found["groups"] == ["empty", "ops"]
