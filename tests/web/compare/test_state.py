"""The places of state, with their present values."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.app import REDIS, with_redis
from tests.support.people import add_user, sign_in


@pytest.fixture
def reader(client: FlaskClient, priya: int, bystander: int) -> FlaskClient:
    sign_in(client, "priya")
    client.get("/inbox")  # takes the flash of the sign-in
    return client


def make(client: FlaskClient, what: str) -> Any:
    return client.post("/compare", data={"make": what})


def state(client: FlaskClient) -> str:
    page = client.get("/compare").text
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("Where your state lives") :]).split())


def test_the_real_values_are_shown(app: Flask, reader: FlaskClient) -> None:
    reader.post("/settings", data={"part": "theme", "theme": "dark"})
    sign_in(app.test_client(), "priya")
    make(reader, "notification:info")
    reader.post("/inbox/1/dismiss")
    make(reader, "large")
    shown = state(reader)
    for words in (
        "_user_id",
        "theme = dark",
        "timezone = Asia/Kolkata",
        "notifications: 1",
        "dismissed: 1",
        "sign-ins: 2",
        "rows in deliveries: 2",
        "rows in changes: 1",
        "newest texts with rendered Markdown: 0 of 1",
    ):
        assert words in shown, words


def test_the_values_of_the_session_are_shown_and_its_tokens_are_dots(reader: FlaskClient) -> None:
    make(reader, "notification:info")
    reader.post("/inbox/1/dismiss")
    reader.get("/inbox")
    shown = state(reader)
    with reader.session_transaction() as session:
        values = dict(session)
    assert f"undo = {values['undo']}" in shown
    assert "_fresh = True" in shown
    for key in ("_user_id", "csrf_token"):
        assert f"{key} = ••••••••" in shown
        assert str(values[key]) not in shown


@pytest.mark.parametrize("page", ["/inbox", "/inbox/1"])
def test_a_body_that_was_shown_is_in_the_cache(reader: FlaskClient, page: str) -> None:
    make(reader, "large")
    assert "newest texts with rendered Markdown: 0 of 1" in state(reader)
    reader.get(page)
    assert "newest texts with rendered Markdown: 1 of 1" in state(reader)


def test_the_size_shown_is_that_of_the_cookie(reader: FlaskClient) -> None:
    reader.get("/compare")
    size = int(re.findall(r"([\d,]+) bytes of 4,096", state(reader))[0].replace(",", ""))
    cookie = reader.get_cookie("session")
    assert cookie is not None
    assert size == len("session=" + cookie.value)


def test_a_cookie_that_somebody_wrote_is_shown_as_text(reader: FlaskClient) -> None:
    reader.set_cookie("theme", "<script>alert(1)</script>")
    assert "<script>alert" not in reader.get("/compare").text


@with_redis
def test_with_redis_the_session_is_said_to_be_there(make_app: Callable[..., Flask]) -> None:
    app = make_app(SESSION_TYPE="redis", REDIS_URL=REDIS, SESSION_KEY_PREFIX="test-compare:")
    add_user(app, "priya")
    client = app.test_client()
    sign_in(client, "priya")
    assert "in Redis; the cookie holds its id" in state(client)
    make_app()
