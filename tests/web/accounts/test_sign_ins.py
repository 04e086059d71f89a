"""Ending sign-ins, and the browser's zone that is offered."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, session
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import queries
from notifications_app.domain.accounts.models import SignIn, User
from tests.support.account_pages import people, save
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, is_signed_in, replay, sign_in


@pytest.fixture
def offered(app: Flask, client: FlaskClient, bystander: int) -> FlaskClient:
    """The browser of somebody in UTC that is in Asia/Kolkata."""
    sign_in(client, "noor", zone="Asia/Kolkata")
    return client


def test_the_browsers_zone_is_offered_until_it_is_answered(
    app: Flask, offered: FlaskClient
) -> None:
    for _ in range(2):
        assert (
            "Your browser’s time zone is <strong>Asia/Kolkata</strong>"
            in offered.get("/inbox").text
        )
    assert people(app)["noor"][2] == "UTC"


def test_it_may_be_used(app: Flask, offered: FlaskClient, priya: int) -> None:
    answer = offered.post("/settings/zone-offer", data={"answer": "use", "next": "/compare"})
    assert answer.headers["Location"] == "/compare"
    page = offered.get("/inbox").text
    assert "Time zone changed to Asia/Kolkata." in page
    assert "Your browser’s time zone is" not in page
    assert people(app)["noor"][2] == "Asia/Kolkata"


def test_it_may_be_declined_for_good(app: Flask, offered: FlaskClient) -> None:
    answer = offered.post("/settings/zone-offer", data={"answer": "keep"})
    assert answer.headers["Location"] == "/inbox"
    assert "Your time zone is still UTC." in offered.get("/inbox").text
    offered.post("/logout")
    sign_in(offered, "noor", zone="Asia/Kolkata")
    assert "Your browser’s time zone is" not in offered.get("/inbox").text
    assert people(app)["noor"][2] == "UTC"


def test_choosing_a_zone_answers_it_too(offered: FlaskClient) -> None:
    save(offered, "zone", timezone="Asia/Tokyo")
    assert "Your browser’s time zone is" not in offered.get("/inbox").text


def test_an_answer_to_no_offer_changes_nothing(app: Flask, reader: FlaskClient) -> None:
    before = people(app)
    data = {"answer": "use", "zone": "Asia/Tokyo", "next": "//evil.example"}
    answer = reader.post("/settings/zone-offer", data=data)
    assert answer.headers["Location"] == "/inbox"
    assert people(app) == before


@pytest.mark.parametrize("zone", ["", "UTC", "Etc/UTC", "Mars/Base", "Asia/Kolkata\0", "x" * 999])
def test_no_zone_no_offer(client: FlaskClient, bystander: int, zone: str) -> None:
    assert sign_in(client, "noor", zone=zone).status_code == 303
    assert "Your browser’s time zone is" not in client.get("/inbox").text


def test_who_has_a_zone_is_offered_none(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya", zone="Europe/Paris")
    assert "Your browser’s time zone is" not in client.get("/inbox").text


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def hash_of(app: Flask, username: str) -> str:
    with app.app_context():
        statement = (
            sa.select(SignIn.token_hash)
            .join(User)
            .where(User.username == username)
            .order_by(SignIn.created_at.desc())
        )
        return db.session.execute(statement).scalars().first() or ""


def end(client: FlaskClient, token_hash: str) -> int:
    return client.post("/settings/sign-ins/end", data={"token_hash": token_hash}).status_code


def test_the_page_shows_where_the_account_is_signed_in(app: Flask, priya: int) -> None:
    with at(NOON):
        app.test_client().post(
            "/login",
            data={"username": "priya", "password": PASSWORD},
            headers={"User-Agent": FIREFOX},
            environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
        )
    with at(NOON + timedelta(hours=1)):
        client = app.test_client()
        sign_in(client, "priya")
        page = client.get("/settings").text
    words = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("Where you are") :]).split())
    assert "Firefox on Linux 203.0.113.9 since Fri 20 Nov, 17:30 seen Fri 20 Nov, 17:30" in words
    assert words.count("This browser") == 1
    assert page.count('name="token_hash"') == 1


def test_a_browser_that_lies_is_shown_as_text(app: Flask, client: FlaskClient, priya: int) -> None:
    agent = {"User-Agent": "<script>alert(1)</script>/1.0\x1b[31m" + "x" * 900}
    data = {"username": "priya", "password": PASSWORD}
    assert client.post("/login", data=data, headers=agent).status_code == 303
    assert "<script>alert" not in client.get("/settings").text


def test_one_sign_in_can_be_ended(app: Flask, reader: FlaskClient) -> None:
    clients = [app.test_client(), app.test_client()]
    for one in clients:
        sign_in(one, "priya")
    with clients[0] as client:
        client.get("/inbox")
        ended = queries.token_hash(session["_user_id"])
    copy = replay(app, clients[0])
    assert end(reader, ended) == 303
    assert "Signed out that browser." in reader.get("/settings").text
    assert not is_signed_in(copy)
    assert is_signed_in(clients[1])


def test_it_can_be_ended_once(app: Flask, reader: FlaskClient) -> None:
    sign_in(app.test_client(), "priya")
    page = reader.get("/settings").text
    (other,) = re.findall(r'name="token_hash" value="(\w+)"', page)
    assert end(reader, other) == 303
    reader.get("/settings")
    assert end(reader, other) == 303
    page = reader.get("/settings").text
    assert "That session had ended already." in page
    assert "Signed out that browser." not in page
    assert is_signed_in(reader)


def test_nobody_ends_somebody_elses_sign_in(app: Flask, reader: FlaskClient, ada: int) -> None:
    noors, adas = app.test_client(), app.test_client()
    sign_in(noors, "noor")
    sign_in(adas, "ada")
    noors_hash = hash_of(app, "noor")
    assert end(reader, noors_hash) == 404
    assert end(adas, noors_hash) == 404
    assert end(app.test_client(), noors_hash) == 303  # to the sign-in page
    assert is_signed_in(noors)


@pytest.mark.parametrize("bad", ["", "\0", "x" * 64, "9" * 20, "a" * 9999, "é" * 64])
def test_no_made_up_hash_breaks_anything(reader: FlaskClient, bad: str) -> None:
    assert end(reader, bad) == 404


def test_all_the_others_are_ended_without_a_password_within_15_minutes(
    app: Flask, client: FlaskClient, priya: int, bystander: int
) -> None:
    others = [app.test_client() for _ in range(2)]
    noors = app.test_client()
    with at(NOON):
        for one in (client, *others):
            sign_in(one, "priya")
        sign_in(noors, "noor")
    with at(NOON + timedelta(minutes=15)):
        assert 'name="password"' not in client.get("/settings").text
        assert client.post("/settings/sign-ins/end-all").status_code == 303
        assert "Signed out 2 other browsers." in client.get("/settings").text
        assert [is_signed_in(one) for one in others] == [False, False]
        assert is_signed_in(client)
        assert is_signed_in(noors)
        client.post("/settings/sign-ins/end-all")
        assert "No other browser was signed in." in client.get("/settings").text


def test_later_the_password_is_asked_for(app: Flask, client: FlaskClient, priya: int) -> None:
    other = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
        sign_in(other, "priya")
    with at(NOON + timedelta(minutes=15, seconds=1)):
        assert 'name="password"' in client.get("/settings").text
        for typed in ({}, {"password": ""}, {"password": "not this one"}):
            answer = client.post("/settings/sign-ins/end-all", data=typed)
            assert answer.status_code == 400
            assert "This is not your current password." in answer.text
        assert is_signed_in(other)
        right = {"password": PASSWORD}
        assert client.post("/settings/sign-ins/end-all", data=right).status_code == 303
        assert not is_signed_in(other)
        assert is_signed_in(client)
