"""No route, command, option, column or JSON key goes or comes unnoticed."""

import json

from flask import Flask

from tests.support.commands import own_commands
from tests.support.contract import ELSEWHERE, FILE, PRINTING, contract, differences


def test_the_contract_is_kept(app: Flask) -> None:
    wanted = json.loads(FILE.read_text(encoding="utf-8"))
    lines = differences(wanted, contract(app))
    assert not lines, "\n".join(
        ["", *lines, "", "If that is meant: python -m tests.support.contract"]
    )


def test_every_command_that_prints_json_is_in_it(app: Flask) -> None:
    printing = {
        " ".join(path)
        for path, command in own_commands(app).items()
        if any("--json" in one.opts for one in command.params)
    }
    assert {
        name for name in printing if any(words.startswith(name) for words in PRINTING)
    } == printing - ELSEWHERE
    assert all("--json" in words for words in PRINTING)


def test_a_difference_is_named() -> None:
    before = {
        "routes": {"/a": ["GET", "POST"], "/b": ["GET"]},
        "columns": {"users": ["id", "name"]},
    }
    after = {"routes": {"/a": ["GET"], "/c": ["GET"]}, "columns": {"users": ["name", "id"]}}
    assert differences(before, after) == [
        "columns: users: another order",
        "routes: /a: POST is missing",
        "routes: /b is missing",
        "routes: /c was added",
    ]
    assert differences(before, before) == []
