"""``flask users reset-2fa``: the way back after the only administrator lost the device."""

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask

from notifications_app.cli import users_reset_2fa
from tests.support.account_pages import noted
from tests.support.moments import NOON, at
from tests.support.people import is_signed_in, sign_in
from tests.support.second_factor import code_at, stored, switch_on
from tests.support.shell import Said


def test_the_only_administrator_signs_in_again(
    app: Flask, shell: Callable[..., Said], ada: int, bystander: int
) -> None:
    client = app.test_client()
    switch_on(app, ada)
    switch_on(app, bystander)
    with at(NOON):
        sign_in(client, "ada")
        client.post("/login/code", data={"code": code_at()})
        assert is_signed_in(client)
        said = shell("users", "reset-2fa", " ADA ", "--yes")
        assert not is_signed_in(client)
        assert sign_in(client, "ada").status_code == 303
        assert is_signed_in(client)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "Reset the second factor of “ada”, who signs in with the password alone now."
        " 1 sign-in ended.\n"
    )
    assert stored(app, ada) == (None, 0, 0)
    assert stored(app, bystander)[2] == 10
    assert noted(app) == [("user.second-factor-reset", "user ada", None)]


@pytest.mark.parametrize("words", [(), ("--yes",)])
def test_without_one_nothing_is_changed(
    app: Flask, shell: Callable[..., Said], ada: int, words: tuple[str, ...]
) -> None:
    said = shell("users", "reset-2fa", "ada", *words)
    assert (said.code, said.out) == (0, "“ada” has no second factor.\n")
    assert noted(app) == []


def test_it_asks(
    app: Flask, shell: Callable[..., Said], ada: int, refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    switch_on(app, ada)
    assert refused(1, "users", "reset-2fa", "ada") == ("There is no terminal to ask on. Use --yes.")
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(users_reset_2fa, "sys", terminal)
    said = shell("users", "reset-2fa", "ada", stdin=b"n\n")
    assert said.code == 1
    assert stored(app, ada)[2] == 10
    assert "Reset the second factor of “ada”?" in said.out
    assert shell("users", "reset-2fa", "ada", stdin=b"y\n").code == 0
    assert stored(app, ada) == (None, 0, 0)


def test_nobody_of_that_name(refused: Callable[..., str]) -> None:
    sentence = refused(1, "users", "reset-2fa", "nobody", "--yes")
    assert sentence == "There is no user “nobody”. Nothing was changed."


def test_lists_say_whether_it_is_on(app: Flask, shell: Callable[..., Said], ada: int) -> None:
    switch_on(app, ada)
    assert json.loads(shell("users", "show", "ada", "--json").out)["has_second_factor"] is True
    assert "has_second_factor: True" in shell("users", "show", "ada").out
    assert "admin  on   active" in shell("users", "list").out
