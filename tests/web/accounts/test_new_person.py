"""The page that makes an account."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from tests.support.account_pages import main_words, noted
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

PATH = "/admin/users/new"
LATER = NOON + timedelta(minutes=16)
NEW = "a new good password"
#: The fields, with nothing touched but the username.
PLAIN = {"username": "grace", "email": "", "display_name": "", "timezone": "UTC", "access": "link"}


def make(client: FlaskClient, moment: Any = NOON, **fields: str) -> Any:
    with at(moment):
        return client.post(PATH, data={**PLAIN, **fields})


def beside(answer: Any) -> dict[str, str]:
    """The errors by field."""
    return dict(
        re.findall(r'class="field-error" id="(\w+)-error">.*?<span>(.*?)</span>', answer.text)
    )


def account(app: Flask, username: str) -> Any:
    with app.app_context():
        return db.session.execute(sa.select(User).where(User.username == username)).scalar_one()


def test_an_account_is_made_with_a_link_that_is_shown_once(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    page = make(
        admin, username="Grace", email="Grace@example.org", display_name="Grace H",
        timezone="asia/calcutta",
    )  # fmt: skip
    assert page.status_code == 200
    assert "Reset link for Grace H" in main_words(page)
    assert "Created the user “grace” with the time zone Asia/Kolkata." in main_words(page)
    grace = account(app, "grace")
    assert (grace.email, grace.is_admin, grace.password_hash) == ("grace@example.org", False, None)
    assert noted(app) == [("user.created", "user grace", ada),
                          ("user.reset-link-made", "user grace", ada)]  # fmt: skip
    link = re.search(r'value="(http://localhost/reset/[^"]+)"', page.text)
    assert link
    visitor = app.test_client()
    with at(NOON):
        visitor.post(link[1], data={"password": NEW})
        sign_in(visitor, "grace", NEW)
        assert is_signed_in(visitor)


def test_an_account_is_made_with_a_password(app: Flask, admin: FlaskClient, ada: int) -> None:
    answer = make(admin, access="password", new=NEW, is_admin="y")
    grace = account(app, "grace")
    assert answer.headers["Location"] == f"/admin/users/{grace.id}"
    with at(NOON):
        said = main_words(admin.get(answer.headers["Location"]))
        assert "Created the administrator “grace” with the time zone UTC." in said
        visitor = app.test_client()
        sign_in(visitor, "grace", NEW)
        assert visitor.get("/admin/users").status_code == 200
    assert noted(app) == [("user.created", "user grace", ada)]


def test_everything_that_is_wrong_is_said_at_once_and_kept(app: Flask, admin: FlaskClient) -> None:
    before = everything(app)
    page = make(admin, username="a b", email="nowhere", display_name="x" * 81,
                timezone="Mars/Base", access="password", new="short")  # fmt: skip
    assert page.status_code == 400
    assert set(beside(page)) == {"username", "email", "display_name", "timezone", "new"}
    for typed in ("a b", "nowhere", "x" * 81, "Mars/Base"):
        assert f'value="{typed}"' in page.text
    assert 'value="short"' not in page.text
    assert page.text.count("autofocus") == 1
    assert everything(app) == before


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"username": ""}, "username", "Enter a username."),
        ({"username": "priya"}, "username", "The username “priya” is taken."),
        ({"email": "P@example.org"}, "email", "This email address belongs to another account."),
        ({"access": "password", "new": ""}, "new", "Enter a password."),
        ({"access": "password", "new": "grace"}, "new", "A password has"),
        ({"access": "nothing"}, "access", "Choose one of these."),
        ({"username": "a\0b"}, "username", "A username can have 1 to 40"),
    ],
)
def test_a_wrong_field_is_said_beside_it(
    app: Flask, admin: FlaskClient, fields: dict[str, str], name: str, sentence: str
) -> None:
    add_user(app, "noor", email="p@example.org")
    before = everything(app)
    page = make(admin, **fields)
    assert page.status_code == 400
    assert sentence in beside(page)[name]
    assert everything(app) == before


def test_the_password_is_asked_again_where_the_sign_in_is_a_while_ago(
    app: Flask, admin: FlaskClient
) -> None:
    with at(LATER):
        assert "Your own password" in main_words(admin.get(PATH))
    before = everything(app)
    for wrong in ({}, {"password": "wrong"}):
        refused = make(admin, LATER, **wrong)
        assert refused.status_code == 400
        assert beside(refused) == {"password": "This is not your current password."}
    assert everything(app) == before
    assert make(admin, LATER, password=PASSWORD).status_code == 200
    assert account(app, "grace").username == "grace"


def test_the_form_asks_for_its_token(make_app: Callable[..., Flask], ada: int) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada", csrf_token=token_in(client.get("/login")))
        client.get("/inbox")
        before = everything(app)
        page = client.post(PATH, data={**PLAIN, "csrf_token": "x"})
        assert page.status_code == 400
        assert 'value="grace"' in page.text
        assert everything(app) == before
