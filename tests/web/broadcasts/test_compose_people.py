"""The composer for people by name: reviewed, sent and recalled as for a channel, and private."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import inbox
from tests.support.audit import entries
from tests.support.broadcast_pages import (
    NEW,
    all_sent,
    compose,
    errors,
    key_in,
    preview,
    value,
    words,
)
from tests.support.database import everything
from tests.support.moments import HOUR, NOON, NOW, at
from tests.support.people import add_user, sign_in

INDEX = "/admin/broadcasts"
TO = {"to": "people", "people": "Priya, grace@example.org"}
NINE = "2026-11-21T09:00"


@pytest.fixture
def grace(app: Flask) -> int:
    return add_user(app, "grace", email="grace@example.org", timezone="Asia/Tokyo")


def titles(app: Flask, user_id: int, moment: Any = NOW) -> list[str]:
    """The titles in an inbox."""
    ids = {one.id: one.title for one in all_sent(app)}
    with app.app_context():
        return [ids[number] for number in inbox.ids(user_id, moment)]


def test_the_review_names_the_people_and_writes_nothing(
    app: Flask, admin: FlaskClient, priya: int, grace: int
) -> None:
    before = everything(app)
    with at(NOW):
        said = preview(admin, **TO)
    assert "2 people would receive it now: priya, grace. Nothing is sent yet." in said
    assert "Send to 2 people now" in said
    assert everything(app) == before


def test_it_is_sent_to_these_people_alone(
    app: Flask, admin: FlaskClient, ada: int, priya: int, grace: int, bystander: int
) -> None:
    with at(NOW):
        answer = compose(admin, **TO)
        assert answer.headers["Location"] == INDEX
        said = words(admin.get(INDEX))
    assert "Sent notification 1 “Hello” to priya, grace (2 people) now." in said
    assert "No broadcasts yet." in said
    assert titles(app, priya) == titles(app, grace) == ["Hello"]
    assert titles(app, bystander) == titles(app, ada) == []
    (one,) = all_sent(app)
    assert (one.sender_id, one.audience) == (ada, 2)
    (entry,) = entries(app)
    assert entry[0] == "notification.sent"


def test_the_same_page_sent_twice_sends_once(
    app: Flask, admin: FlaskClient, priya: int, grace: int
) -> None:
    for times in ({}, {"when": "local", "at": NINE}):
        with at(NOW):
            key = key_in(admin.get(NEW))
            for _time in range(2):
                assert compose(admin, key=key, **TO, **times).headers["Location"] == INDEX
            assert "This was already sent" in words(admin.get(INDEX))
            refused = compose(admin, key=key, to="people", people="priya", **times)
        assert errors(refused)[""].startswith("This form was already sent")
    assert len(all_sent(app)) == len(entries(app)) == 2


def test_each_has_it_at_their_own_time(
    app: Flask, admin: FlaskClient, priya: int, grace: int
) -> None:
    with at(NOW):
        said = preview(admin, **TO, when="local", at=NINE)
        assert "Asia/Tokyo" in said
        assert "Schedule for 2 people" in said
        compose(admin, **TO, when="local", at=NINE)
    tokyo = NOON.replace(day=21, hour=0)
    assert titles(app, grace, tokyo - HOUR / 60) == titles(app, priya, tokyo) == []
    assert titles(app, grace, tokyo) == ["Hello"]


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"people": ""}, "people", "Enter at least one username or email address."),
        ({"people": " ,;\n"}, "people", "Enter at least one username or email address."),
        (
            {"people": "priya\nnobody, <b>;x@example.org"},
            "people",
            "There are no users “nobody”, “<b>” and “x@example.org”. Nothing was changed.",
        ),
        ({"people": "a\0b"}, "people", "There is no user “a"),
        (
            {"is_banner": "y"},
            "is_banner",
            "A banner can be sent to a channel, not to named people.",
        ),
        ({"when": "at", "at": "2026-11-20T11:00"}, "at", "That time is past."),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_is_kept(
    app: Flask, admin: FlaskClient, priya: int, grace: int, fields: dict[str, str], name: str,
    sentence: str,
) -> None:  # fmt: skip
    before = everything(app)
    for do in ("preview", "send"):
        with at(NOW):
            page = compose(admin, do, **{**TO, **fields})
        assert page.status_code == 400
        assert errors(page)[name].startswith(sentence)
        typed = fields.get("people", TO["people"]).strip()
        if "\0" not in typed:
            assert value(page, "people") == typed
    assert everything(app) == before


def test_while_it_is_held_back_its_sender_can_recall_it(
    app: Flask, admin: FlaskClient, priya: int, grace: int
) -> None:
    with at(NOW):
        compose(admin, **TO, hold="y")
        page = admin.get(INDEX)
        assert "so you can still recall it." in words(page)
        assert f'href="{INDEX}/1/recall"' in page.text
        asked = admin.get(f"{INDEX}/1/recall")
        assert "Recall this notification?" in words(asked)
        assert "Nobody has received it yet; 2 people would." in words(asked)
        assert f'href="{INDEX}">Cancel' in asked.text
        answer = admin.post(f"{INDEX}/1/recall")
        assert answer.headers["Location"] == INDEX
        assert "Recalled notification 1" in words(admin.get(INDEX))
    assert titles(app, priya, NOW + HOUR) == []
    with at(NOW):
        assert admin.post(f"{INDEX}/1/restore").headers["Location"] == INDEX
    assert titles(app, priya, NOW + HOUR) == ["Hello"]


def test_other_administrators_see_nothing_of_it(
    app: Flask, admin: FlaskClient, priya: int, grace: int
) -> None:
    add_user(app, "hopper", is_admin=True)
    other = app.test_client()
    with at(NOW):
        compose(admin, **TO)
        sign_in(other, "hopper")
        before = everything(app)
        for page in ("", "/recall", "/edit", "/again"):
            assert other.get(f"{INDEX}/1{page}").status_code == 404, page
        for verb in ("recall", "restore"):
            assert other.post(f"{INDEX}/1/{verb}").status_code == 404, verb
        for page in ("", "/edit", "/again"):  # its page is nobody's, the sender's neither
            assert admin.get(f"{INDEX}/1{page}").status_code == 404, page
    assert everything(app) == before
