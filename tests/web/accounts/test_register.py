"""A new account, where registration is open."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import passwords
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.channels import EVERYONE
from notifications_app.domain.content import check
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, token_in, user_count

GOOD = {"username": "grace", "password": PASSWORD}


@pytest.fixture
def opened(make_app: Callable[..., Flask]) -> Flask:
    return make_app(REGISTRATION_OPEN=True)


@pytest.fixture
def anyone(opened: Flask) -> FlaskClient:
    return opened.test_client()


def account(app: Flask, username: str) -> User:
    with app.app_context():
        return db.session.execute(sa.select(User).where(User.username == username)).scalar_one()


def test_registration_is_closed_unless_it_is_opened(app: Flask, client: FlaskClient) -> None:
    assert client.get("/register").status_code == 404
    assert client.post("/register", data=GOOD).status_code == 404
    assert "/register" not in client.get("/login").text
    assert user_count(app) == 0


def test_whoever_registers_is_signed_in_at_once(opened: Flask, anyone: FlaskClient) -> None:
    assert "/register" in anyone.get("/login").text
    data = GOOD | {"display_name": " Grace Hopper "}
    answer = anyone.post("/register", data=data)
    assert answer.headers["Location"] == "/inbox"
    assert "Your account has been created, and you’re signed in." in anyone.get("/inbox").text
    user = account(opened, "grace")
    assert (user.email, user.display_name) == (None, "Grace Hopper")
    assert (user.is_admin, user.is_active, user.timezone) == (False, True, "UTC")


def test_a_form_sets_what_it_names_and_nothing_else(opened: Flask, anyone: FlaskClient) -> None:
    more = {"is_admin": "1", "id": "77", "timezone": "Asia/Tokyo", "inbox_since": "2000-01-01"}
    with at(NOON):
        anyone.post("/register", data=GOOD | more)
    user = account(opened, "grace")
    assert (user.id, user.is_admin, user.admin_since, user.timezone) == (1, False, None, "UTC")
    assert user.inbox_since == user.created_at == NOON


def test_the_browsers_zone_is_offered_not_taken(opened: Flask, anyone: FlaskClient) -> None:
    anyone.post("/register", data=GOOD | {"zone": "Asia/Calcutta"})
    assert "Use Asia/Kolkata" in anyone.get("/inbox").text
    assert account(opened, "grace").timezone == "UTC"


def test_a_new_reader_finds_the_live_banners_and_no_old_news(
    opened: Flask, anyone: FlaskClient
) -> None:
    with opened.app_context():
        broadcasts.broadcast(EVERYONE, check("Old news"), NOON)
        broadcasts.broadcast(EVERYONE, check("Works on Sunday"), NOON, SendOptions(is_banner=True))
        db.session.commit()
    anyone.post("/register", data=GOOD)
    page = anyone.get("/inbox").text
    assert "Works on Sunday" in page
    assert "Old news" not in page


def test_all_that_is_wrong_is_named_at_once(anyone: FlaskClient) -> None:
    data = {"username": "no spaces", "display_name": "a\nb", "password": "x"}
    page = anyone.post("/register", data=data).text
    for sentence in ("A username can have", "A display name", "A password has"):
        assert sentence in page


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"username": ""}, "Choose a username."),
    ({"username": "no spaces"}, "A username can have 1 to 40 letters a to z"),
    ({"username": "-dash"}, "A username can have 1 to 40 letters a to z"),
    ({"username": "a" * 41}, "A username can have 1 to 40 letters a to z"),
    ({"username": "nul\0"}, "A username can have 1 to 40 letters a to z"),
    ({"username": "é"}, "A username can have 1 to 40 letters a to z"),
    ({"username": "gra\u200bce"}, "A username cannot contain U+200B; remove it."),
    ({"username": "\u2060NOOR\u200b"}, "The username “noor” is taken."),
    ({"username": "NOOR"}, "The username “noor” is taken."),
    ({"display_name": "x" * 81}, "A display name has at most 80 characters; this one has 81."),
    ({"display_name": "nul\0"}, "A display name cannot contain U+0000; remove it."),
    ({"display_name": "G\u202eecar"}, "A display name cannot contain U+202E; remove it."),
    ({"display_name": "a\nb"}, "A display name cannot contain a line break; remove it."),
    ({"password": ""}, "Choose a password."),
    ({"password": "short"}, "A password has 8 to 128 characters; this one has 5."),
    ({"password": "x" * 129}, "A password has 8 to 128 characters; this one has 129."),
    (
        {"password": "grace hopper", "display_name": "Grace Hopper"},
        "This password is easy to guess.",
    ),
    ({"password": "password1"}, "This password is easy to guess."),
    ({"password": "eight or more\0"}, "This password contains a character that cannot be typed."),
]


@pytest.mark.parametrize(("typed", "sentence"), REFUSED)
def test_what_is_refused_is_said_and_what_was_typed_is_kept(
    opened: Flask, anyone: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    add_user(opened, "noor", email="noor@example.org")
    data = GOOD | {"display_name": "Kept as typed"} | typed
    answer = anyone.post("/register", data=data)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "<title>Error: Create an account" in answer.text
    if "display_name" not in typed:
        assert 'value="Kept as typed"' in answer.text
    assert PASSWORD not in answer.text
    assert user_count(opened) == 1
    assert not is_signed_in(anyone)


def test_the_longest_names_are_taken_whole(opened: Flask, anyone: FlaskClient) -> None:
    data = {"username": "u" * 40, "display_name": "\U0001f642" * 80}
    assert (
        anyone.post(
            "/register",
            data=data
            | {"password": "a field of larks over the old quarry " * 3 + "at noon, truly!!!"},
        ).status_code
        == 303
    )
    user = account(opened, "u" * 40)
    assert user.display_name == "\U0001f642" * 80


def test_names_are_kept_in_one_normal_form(opened: Flask, anyone: FlaskClient) -> None:
    anyone.post("/register", data=GOOD | {"display_name": "A\u030angstro\u0308m"})
    assert account(opened, "grace").display_name == "\xc5ngstr\xf6m"


def test_an_expired_form_makes_no_account_and_keeps_what_was_typed(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(REGISTRATION_OPEN=True, WTF_CSRF_ENABLED=True)
    client = app.test_client()
    typed: dict[str, Any] = GOOD | {"display_name": "Kept as typed", "csrf_token": "old"}
    answer = client.post("/register", data=typed)
    assert answer.status_code == 400
    assert "This site needs cookies, and your browser sent none." in answer.text
    assert 'value="Kept as typed"' in answer.text
    assert user_count(app) == 0
    again = typed | {"csrf_token": token_in(answer)}
    assert client.post("/register", data=again).status_code == 303


def test_somebody_signed_in_registers_nobody(opened: Flask, anyone: FlaskClient) -> None:
    anyone.post("/register", data=GOOD)
    answer = anyone.post("/register", data=GOOD | {"username": "second"})
    assert answer.headers["Location"] == "/inbox"
    assert user_count(opened) == 1


def test_a_name_taken_in_the_same_moment_is_refused_by_the_database(
    opened: Flask, anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = passwords.hash_password

    def somebody_is_faster(password: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", hashed)
        add_user(opened, "grace")
        return hashed(password)

    monkeypatch.setattr(passwords, "hash_password", somebody_is_faster)
    answer = anyone.post("/register", data=GOOD)
    assert answer.status_code == 400
    assert "The username “grace” is taken." in answer.text
    assert user_count(opened) == 1


def test_it_does_not_tell_which_email_addresses_exist(opened: Flask, anyone: FlaskClient) -> None:
    add_user(opened, "noor", email="noor@example.org")
    assert "email" not in anyone.get("/register").text.lower()
    for name, email in (("one", "noor@example.org"), ("two", "nobody@example.org")):
        browser = opened.test_client()
        answer = browser.post("/register", data=GOOD | {"username": name, "email": email})
        assert answer.status_code == 303
        assert "example.org" not in browser.get("/settings").text
        assert account(opened, name).email is None
