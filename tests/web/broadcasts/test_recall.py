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
    assert "3 people received it. Recalling removes it" in ask["live"]
    assert "Nobody has received it yet; 3 people would." in ask["scheduled"]
    assert "It has expired, so it is in nobody’s inbox." in ask["expired"]
    assert "1 person received it. 2 people will receive it later." in some
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
    for part, sentence in zip(("1 of them", "2 of them", "all"), said, strict=True):
        assert f"3 people received it; {part} dismissed it. Recalling" in sentence
    assert received_sentence(1, 1) == "1 person received it and dismissed it."


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
    assert "Nobody has received it, and nobody would." in nobody
    assert "1 person received it. Recalling removes it" in come
    assert "Nobody has received it yet; 1 person would." in yet


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
        assert (
            f"Recalled notification {number}. It is no longer" in admin.get(f"{LIST}/{number}").text
        )
        assert "Live one" not in reader.get("/inbox").text
        admin.post(f"{LIST}/{number}/recall")
        again = admin.get(f"{LIST}/{number}").text
    assert "was already recalled. Nothing was changed." in again
    assert entries(app)[1:] == [("broadcast.recalled", f"notification {number}", {})]
    with at(NOON + 2 * HOUR):
        assert "ada" in words(admin.get("/admin/audit"))
    kept = {one.id for one in all_sent(app) if one.recalled_at is None}
    assert kept == {one_of_each["scheduled"], one_of_each["expired"]}


@pytest.mark.parametrize(
    ("state", "words"),
    [("scheduled", "It will arrive as scheduled."), ("expired", "It has expired meanwhile")],
)
def test_a_restored_one_is_said_to_be_where_it_is(
    app: Flask, admin: FlaskClient, one_of_each: dict[str, int], state: str, words: str
) -> None:
    number = one_of_each[state]
    with at(LATER):
        admin.post(f"{LIST}/{number}/recall")
        admin.post(f"{LIST}/{number}/restore")
        page = admin.get(f"{LIST}/{number}").text
    assert f"Restored notification {number}. {words}" in page
    assert "Everyone has it again" not in page


def test_the_answer_to_a_recall_undoes_it(
    app: Flask, admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    number = one_of_each["live"]
    undo = f'action="{LIST}/{number}/restore"'
    with at(LATER):
        admin.post(f"{LIST}/{number}/recall")
        answer, again = (admin.get(f"{LIST}/{number}").text for _ in range(2))
        assert (answer.count(undo), again.count(undo)) == (2, 1)  # in the flash, on the page
        back = admin.post(f"{LIST}/{number}/restore")
        assert (back.status_code, back.headers["Location"]) == (303, f"{LIST}/{number}")
        page = admin.get(f"{LIST}/{number}").text
        assert f"Restored notification {number}. Everyone has it again" in page
        assert undo not in page
        assert f"{number}/recall" in page
        admin.post(f"{LIST}/{number}/restore")
        assert f"Notification {number} is not recalled." in admin.get(f"{LIST}/{number}").text
        assert "Live one" in admin.get("/inbox").text
    assert [one[0] for one in entries(app)[1:]] == ["broadcast.recalled", "broadcast.restored"]
