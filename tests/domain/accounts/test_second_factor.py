"""Codes are used up once, by one of several at once, and recovery codes are as random as said."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.database import db, reading
from notifications_app.core.errors import WrongCode
from notifications_app.core.signing import signing_keys
from notifications_app.domain.accounts import queries, second_factor
from tests.support.moments import NOON
from tests.support.second_factor import code_at, stored, switch_on

RACERS = 8


def race(app: Flask, act: Callable[[], Any]) -> Counter[str]:
    """Act in several threads at once; the names of what each found."""
    gate, found = threading.Barrier(RACERS), list[str]()

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                act()
                db.session.commit()
                found.append("accepted")
            except WrongCode:
                db.session.rollback()
                found.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(RACERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return Counter(found)


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_several_uses_at_once_one_is_accepted(app: Flask, priya: int, kind: str) -> None:
    codes = switch_on(app, priya)
    typed = code_at() if kind == "app" else codes[0]
    with app.app_context():
        with reading() as connection:
            user = queries.credentials(connection, "priya")
        assert user is not None
        proof = second_factor.check_code(signing_keys(), user, typed, NOON)
    found = race(app, lambda: second_factor.use(proof, NOON))
    assert found == {"accepted": 1, "refused": RACERS - 1}


def test_one_that_is_on_is_not_switched_on_again(in_app: Flask, priya: int) -> None:
    assert second_factor.switch_on(priya, "one", 1)
    assert not second_factor.switch_on(priya, "two", 2)
    assert second_factor.switch_off(priya)
    assert not second_factor.switch_off(priya)


def test_recovery_codes_use_every_letter_and_none_that_looks_like_another(
    in_app: Flask, priya: int
) -> None:
    codes = [code for _ in range(30) for code in second_factor.replace_recovery_codes(priya)]
    assert len(set(codes)) == 300
    assert {len(second_factor.normalised(code)) for code in codes} == {16}
    assert set("".join(codes)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")
    db.session.commit()
    assert stored(in_app, priya)[2] == 10


def test_replacing_them_leaves_those_of_others(in_app: Flask, priya: int, bystander: int) -> None:
    second_factor.replace_recovery_codes(bystander)
    second_factor.replace_recovery_codes(priya)
    second_factor.switch_off(priya)
    db.session.commit()
    assert (stored(in_app, priya)[2], stored(in_app, bystander)[2]) == (0, 10)


def test_they_go_with_their_account(app: Flask, priya: int, bystander: int) -> None:
    switch_on(app, priya)
    switch_on(app, bystander)
    with app.app_context():
        from notifications_app.domain.accounts import actions

        actions.delete(priya)
        db.session.commit()
        with reading() as connection:
            left = [
                second_factor.recovery_codes_left(connection, one) for one in (priya, bystander)
            ]
    assert left == [0, 10]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("12 34-56", "123456"), ("\uff11\uff12", "12"), ("\u0661\u0662", "12"),
     ("ab cd", "ABCD"), ("\0", ""), ("9" * 300, "9" * 100), ("\u2167", "VIII")],
)  # fmt: skip
def test_what_is_typed_is_put_into_one_form(typed: str, code: str) -> None:
    assert second_factor.normalised(typed) == code
