"""``flask users sign-ins`` and ``sign-out``."""

import json
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.support.audit import entries
from tests.support.moments import HOUR, NOON, at
from tests.support.people import is_signed_in, sign_in


def test_sign_ins_are_listed_and_ended(
    app: Flask, shell: Callable[..., Any], priya: int, bystander: int
) -> None:
    browsers = [app.test_client() for _browser in range(3)]
    other = app.test_client()
    with at(NOON):
        for browser in browsers:
            sign_in(browser, "priya")
        sign_in(other, "noor")
        listed = shell("users", "sign-ins", "Priya")
        found = json.loads(shell("users", "sign-ins", "priya", "--json").out)
        assert listed.out.count("127.0.0.1") == len(found) == 3
        assert "“priya” is signed in on 3 browsers." in listed.out
        done = shell("users", "sign-out", "priya", "--id", found[0]["id"])
        assert done.out == "Signed out 1 browser of “priya”.\n"
        assert sum(map(is_signed_in, browsers)) == 2
        done = shell("users", "sign-out", "priya", "--all", "--yes")
        assert done.out == "Signed out 2 browsers of “priya”.\n"
        assert not any(map(is_signed_in, browsers))
        assert is_signed_in(other)
        done = shell("users", "sign-out", "priya", "--all", "--yes")
        assert done.out == "“priya” was not signed in anywhere.\n"
    assert [one[2] for one in entries(app)] == [{"browsers": 1}, {"browsers": 2}]


def test_idle_sign_ins_are_not_listed(app: Flask, shell: Callable[..., Any], priya: int) -> None:
    with at(NOON):
        sign_in(app.test_client(), "priya")
    with at(NOON + 9 * HOUR):
        assert shell("users", "sign-ins", "priya").out == ("“priya” is signed in on 0 browsers.\n")
        assert json.loads(shell("users", "sign-ins", "priya", "--json").out) == []


def test_misuse_is_refused(refused: Callable[..., str], priya: int) -> None:
    out = ("users", "sign-out", "priya")
    assert refused(2, *out) == "Choose either --id or --all."
    assert refused(2, *out, "--all", "--id", "x") == "Choose either --id or --all."
    assert refused(1, *out, "--all") == "There is no terminal to ask on. Use --yes."
    assert refused(1, *out, "--id", "x") == "That browser was already signed out."
    assert refused(1, "users", "sign-out", "nobody", "--all").startswith("There is no user")
    assert refused(1, "users", "sign-ins", "nobody").startswith("There is no user")
