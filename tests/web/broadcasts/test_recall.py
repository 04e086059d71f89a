"""Taking a broadcast back."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.accounts import groups
from notifications_app.domain.broadcasts.wording import received_sentence
from notifications_app.domain.inbox import change_groups
from tests.support import inbox
from tests.support.audit import entries
from tests.support.broadcast_pages import all_sent, broadcast, words
from tests.support.moments import HOUR, LATER, NOON, NOW, at
from tests.support.people import sign_in

LIST = "/admin/broadcasts"

DAY = timedelta(days=1)


def test_recalling_asks_first_and_says_how_many_have_it(
    app: Flask, admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    del one_of_each["recalled"]
    local = broadcast(app, "Local one", local_at=(NOW + DAY).replace(tzinfo=None))
    with at(LATER):
        ask = {name: words(admin.get(f"{LIST}/{number}/recall"))
               for name, number in one_of_each.items()}  # fmt: skip
    with at(NOW + DAY - HOUR):
        sign_in(admin, "ada")
        some = words(admin.get(f"{LIST}/{local}/recall"))
    assert "It has come to 3 people. Recalled, it is gone" in ask["live"]
    assert "Nobody has it yet. It would come to 3 people." in ask["scheduled"]
    assert "It has expired: nobody has it" in ask["expired"]
    assert "It has come to 1 person. It has yet to come to 2 people." in some
    assert all_sent(app)[0].recalled_at is None
    assert len(entries(app)) == 1  # of the one that is recalled


@pytest.mark.parametrize("is_local", [False, True])
def test_who_put_it_away_is_not_said_to_have_it(
    app: Flask, admin: FlaskClient, ada: int, priya: int, bystander: int, is_local: bool
) -> None:
    options: dict[str, Any] = {"local_at": NOW.replace(tzinfo=None)} if is_local else {}
    number = broadcast(app, "Hello", **options)
    said = []
    for reader in (priya, ada, bystander):
        with app.app_context():
            inbox.act(reader, "dismiss", [number], LATER)
            db.session.commit()
        with at(LATER):
            said.append(words(admin.get(f"{LIST}/{number}/recall")))
    for part, sentence in zip(("1", "2", "all"), said, strict=True):
        assert f"It has come to 3 people; {part} of them dismissed it. Recalled," in sentence
    assert received_sentence(1, 1) == "It has come to 1 person, who dismissed it."


def test_who_has_it_is_who_was_there_when_it_came(
    app: Flask, admin: FlaskClient, ada: int, priya: int, bystander: int
) -> None:
    with app.app_context():
        groups.create("ops")
        change_groups.join_group("ops", [priya], NOON)
        number = inbox.broadcast("group:ops", NOW)
        to_come = inbox.broadcast("group:ops", NOW, local_at=(NOW + DAY).replace(tzinfo=None))
        change_groups.leave_group("ops", [priya], NOW)
        db.session.commit()
    with at(LATER):
        nobody = words(admin.get(f"{LIST}/{to_come}/recall"))
    with app.app_context():
        change_groups.join_group("ops", [ada, bystander], LATER)
        accounts.set_active(bystander, active=False)
        db.session.commit()
    with at(LATER):
        come, yet = (words(admin.get(f"{LIST}/{n}/recall")) for n in (number, to_come))
    assert "Nobody has it, and it would come to nobody." in nobody
    assert "It has come to 1 person. Recalled, it is gone" in come
    assert "Nobody has it yet. It would come to 1 person." in yet


def test_a_recall_takes_it_off_the_air_once_and_is_noted(
    app: Flask, admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    number = one_of_each["live"]
    reader = app.test_client()
    with at(LATER):
        sign_in(reader, "priya")
        assert "Live one" in reader.get("/inbox").text
        answer = admin.post(f"{LIST}/{number}/recall")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}/{number}")
        assert f"Recalled notification {number}: it is gone" in admin.get(f"{LIST}/{number}").text
        assert "Live one" not in reader.get("/inbox").text
        admin.post(f"{LIST}/{number}/recall")
        again = admin.get(f"{LIST}/{number}").text
    assert "was recalled already. Nothing was changed." in again
    assert entries(app)[1:] == [("broadcast.recalled", f"notification {number}", {})]
    with at(NOON + 2 * HOUR):
        assert "ada" in words(admin.get("/admin/audit"))
    kept = {one.id for one in all_sent(app) if one.recalled_at is None}
    assert kept == {one_of_each["scheduled"], one_of_each["expired"]}
