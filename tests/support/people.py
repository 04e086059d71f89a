"""Accounts, and the browsers of their people."""

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import passwords
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import add_reader
from tests.support.moments import NOON

PASSWORD = "correct horse battery"


def add_user(app: Flask, username: str, *, now: datetime = NOON, **account: Any) -> int:
    """Make an account with :data:`PASSWORD`; returns its id."""
    account.setdefault("password_hash", passwords.hash_password(PASSWORD))
    with app.app_context():
        user = add_reader.add_reader(username, now=now, **account)
        db.session.commit()
        return user.id


def user_count(app: Flask) -> int:
    """How many accounts there are."""
    with app.app_context():
        return db.session.execute(sa.select(sa.func.count(User.id))).scalar_one()


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: Any) -> Any:
    """Sign in by the form; the answer is a redirect where it worked.

    ``environ_overrides`` says where the request comes from; all others are fields.
    """
    environ = more.pop("environ_overrides", None)
    data = {"username": username, "password": password, **more}
    return client.post("/login", data=data, environ_overrides=environ)


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the badge answers, which is no sign of life."""
    return client.get("/inbox/badge").status_code == 200


def token_in(answer: Any) -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def replay(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser, with a copy of this one's session cookie."""
    copy = app.test_client()
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    copy.set_cookie(cookie.key, cookie.value)
    return copy
