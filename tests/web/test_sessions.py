"""``SESSION_TYPE=redis``: the same pages, with the session on the server."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from tests.support.app import REDIS, with_redis
from tests.support.moments import NOON, at
from tests.support.people import add_user, is_signed_in, replay, sign_in, token_in

pytestmark = with_redis


@pytest.fixture
def prefix() -> str:
    """The prefix of this test's keys: others may use the same Redis at the same time."""
    return f"test-{secrets.token_hex(8)}:"


@pytest.fixture
def app(make_app: Callable[..., Flask], prefix: str) -> Iterator[Flask]:
    app = make_app(SESSION_TYPE="redis", REDIS_URL=REDIS, SESSION_KEY_PREFIX=prefix)
    yield app
    redis = app.config["SESSION_REDIS"]
    for key in redis.scan_iter(f"{prefix}*"):
        redis.delete(key)
    redis.close()
    make_app()


def number(client: FlaskClient) -> str:
    """The value of the cookie."""
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def test_a_reader_signs_in_and_out(client: FlaskClient, app: Flask, priya: int) -> None:
    answer = sign_in(client, "priya")
    assert answer.status_code == 303
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(answer.headers["Set-Cookie"].split("; "))
    captured = replay(app, client)
    assert is_signed_in(captured)
    client.post("/logout")
    assert not is_signed_in(client)
    assert not is_signed_in(captured)


def test_a_number_planted_before_the_sign_in_is_worth_nothing_after_it(
    client: FlaskClient, app: Flask, prefix: str, priya: int
) -> None:
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    planted = replay(app, client)
    with client:
        sign_in(client, "priya")
        assert "planted" not in session
    assert number(client) != number(planted)
    assert not is_signed_in(planted)
    keys = app.config["SESSION_REDIS"].keys(f"{prefix}*")
    assert len(keys) == 1
    assert keys[0].decode().endswith(number(client))


def test_a_number_that_somebody_chose_is_not_taken(client: FlaskClient, priya: int) -> None:
    chosen = "chosen-by-somebody-who-waits-for-the-sign-in"
    client.set_cookie("session", chosen)
    sign_in(client, "priya")
    assert is_signed_in(client)
    assert number(client) != chosen


def test_the_cookie_holds_a_number_and_nothing_else(client: FlaskClient, priya: int) -> None:
    with client:
        sign_in(client, "priya")
        assert session["_user_id"] not in number(client)
    assert len(number(client)) < 64


def test_flash_messages_work_unchanged(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert "You’re signed in." in client.get("/inbox").text
    client.post("/compare", data={"make": "flash:error"})
    assert "The import stopped at line 12." in client.get("/inbox").text
    assert "The import stopped at line 12." not in client.get("/inbox").text


def test_forms_have_their_token(
    make_app: Callable[..., Flask], prefix: str, app: Flask, priya: int
) -> None:
    client = make_app(
        SESSION_TYPE="redis", REDIS_URL=REDIS, SESSION_KEY_PREFIX=prefix, WTF_CSRF_ENABLED=True
    ).test_client()
    assert sign_in(client, "priya").status_code == 400
    token = token_in(client.get("/login"))
    assert sign_in(client, "priya", csrf_token=token).status_code == 303


def test_a_sign_in_ends_as_it_does_with_a_cookie(client: FlaskClient, app: Flask) -> None:
    add_user(app, "noor")
    with at(NOON):
        sign_in(client, "noor")
    with at(NOON + timedelta(hours=8)):
        assert not is_signed_in(client)


def test_redis_keeps_a_session_no_longer_than_it_can_be_used(
    client: FlaskClient, app: Flask, priya: int
) -> None:
    redis, prefix = app.config["SESSION_REDIS"], app.config["SESSION_KEY_PREFIX"]

    def lifetime() -> int:
        return int(redis.ttl(prefix + number(client)))

    client.post("/logout")  # an answer waits for a visitor
    assert 3500 < lifetime() <= 3600
    sign_in(client, "priya")
    assert 86_300 < lifetime() <= 86_400
    client.post("/logout")
    assert 3500 < lifetime() <= 3600
    sign_in(client, "priya", keep="y")
    assert 29 * 86_400 < lifetime() <= 30 * 86_400
