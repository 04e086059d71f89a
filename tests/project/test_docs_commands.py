"""docs/commands.md: every command, its options, and each key of its JSON."""

import inspect
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import pytest
import time_machine
from flask import Flask

from notifications_app import broadcast, notify
from notifications_app.domain import content
from tests.support import docs as pages
from tests.support.commands import own_commands
from tests.support.contract import ELSEWHERE

TEXT = pages.read("commands")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW.replace(hour=14)
SEND = ["broadcast", "send", "--title", "Hello"]
LOCAL = ["--local", "--at", "2026-11-27 09:00", "--to-group", "ops", "--dry-run"]
#: Each command that prints JSON, as it is typed in an office where something was sent and read.
PRINTING: dict[tuple[str, ...], list[list[str]]] = {
    ("users", "list"): [["users", "list"]],
    ("users", "show"): [["users", "show", "ada"]],
    ("groups", "list"): [["groups", "list"]],
    ("groups", "show"): [["groups", "show", "ops"]],
    ("notify",): [["notify", "ada", "--title", "Hello"]],
    ("broadcast", "send"): [[*SEND], [*SEND, *LOCAL], [*SEND, "--to-user", "ada"]],
    ("broadcast", "list"): [["broadcast", "list"]],
    ("broadcast", "show"): [["broadcast", "show", "1"]],
    ("broadcast", "stats"): [["broadcast", "stats", "1"]],
    ("audit", "list"): [["audit", "list"]],
    ("maintenance", "check"): [["maintenance", "check"]],
    ("maintenance", "retime"): [["maintenance", "retime"]],
}
#: Keys of the shared section that one of the sending commands alone prints, and those of a list
#: that is empty here.
NOT_PRINTED: dict[tuple[str, ...], set[str]] = {
    ("notify",): {"channel", "zones", "zones[].zone", "zones[].arrives_at", "zones[].people"},
    ("maintenance", "retime"): {
        f"notifications[].{key}" for key in ("id", "title", "local_at", "zones")
    },
}


def heading(path: tuple[str, ...]) -> str:
    """The heading of a command, with the arguments behind it."""
    start = f"flask {' '.join(path)}"
    (found,) = (one for one in pages.headings(TEXT) if re.sub(r" [A-Z. ]+$", "", one) == start)
    return found


def described(path: tuple[str, ...]) -> str:
    """The section of a command, with what it shares with others."""
    own = pages.section(TEXT, heading(path))
    shared = pages.section(TEXT, "Content options")
    return own + shared if "[content options](#content-options)" in own else own


def keys(value: Any) -> Iterator[str]:
    """``id``, ``hours`` and ``hours[].read``, of an object or of each in a list."""
    for one in value if isinstance(value, list) else [value]:
        for name, inner in one.items():
            yield name
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                yield from (f"{name}[].{key}" for key in keys(inner))


@pytest.fixture
def office(app: Flask, ada: int, priya: int) -> Flask:
    """A group, a broadcast that somebody read, and what the audit log says of them."""
    runner = app.test_cli_runner()
    with time_machine.travel(NOW, tick=False):
        for words in (["groups", "create", "ops"], ["groups", "add", "ops", "ada", "priya"], SEND):
            assert runner.invoke(args=words).exit_code == 0
    return app


def test_it_describes_every_command_and_no_other(app: Flask) -> None:
    found = [one for one in pages.headings(TEXT) if one.startswith("flask ")]
    mine = [heading(path) for path in own_commands(app)]
    assert sorted(found) == sorted([*mine, "flask db upgrade"])


def test_each_command_has_its_arguments_and_options(app: Flask) -> None:
    for path, command in own_commands(app).items():
        arguments = [one for one in command.params if isinstance(one, click.Argument)]
        words = [one.metavar or (one.name or "").upper() for one in arguments]
        assert heading(path) == " ".join(["flask", *path, *words])
        listed = pages.first_names(described(path), "option")
        assert sorted(listed) == sorted(pages.options(command)), path


def test_each_command_that_prints_json_is_run_here(app: Flask) -> None:
    printing = {p for p, one in own_commands(app).items() if "--json" in pages.options(one)}
    assert {one for one in printing if " ".join(one) not in ELSEWHERE} == set(PRINTING)


@pytest.mark.parametrize("path", PRINTING, ids=" ".join)
def test_each_key_of_its_json_is_listed(office: Flask, path: tuple[str, ...]) -> None:
    runner = office.test_cli_runner()
    printed: set[str] = set()
    for words in PRINTING[path]:
        with time_machine.travel(LATER, tick=False):
            found = runner.invoke(args=[*words, "--json"])
        # A server of PostgreSQL has another clock than this test.
        assert found.exit_code == 0 or path[-1] == "check", found.stderr
        printed |= set(keys(json.loads(found.stdout)))
    listed = pages.first_names(described(path), "key")
    assert len(listed) == len(set(listed))
    assert set(listed) - NOT_PRINTED.get(path, set()) == printed


def test_every_command_explains_itself_with_an_example(app: Flask) -> None:
    for path, command in own_commands(app).items():
        assert command.help, path
        assert f"flask {' '.join(path)}" in (command.epilog or ""), path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help or option.metavar or option.type.name == "choice", option.name


def test_the_limits_and_categories_are_those_of_the_code() -> None:
    assert f"1 to {content.TITLE_MAX} characters" in TEXT
    assert f"up to {content.BODY_MAX:,} characters" in TEXT
    (row,) = (row for row in pages.table(TEXT, "option") if row[0] == "`--category`")
    assert tuple(pages.named(row[1])) == content.CATEGORIES


def test_the_calls_from_python_have_these_arguments() -> None:
    rows = {name: row[1] for row in pages.table(TEXT, "argument") for name in pages.named(row[0])}
    of_notify = set(inspect.signature(notify).parameters)
    of_broadcast = set(inspect.signature(broadcast).parameters)
    assert set(rows) == of_notify | of_broadcast
    for name, words in rows.items():
        assert words.startswith("`notify` only") == (name not in of_broadcast), name
        assert words.startswith("`broadcast` only") == (name not in of_notify), name
