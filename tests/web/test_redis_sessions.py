"""``SESSION_TYPE=redis`` while Redis is away, and when it is back."""

import logging
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.support.app import REDIS, with_redis
from tests.support.people import add_user, is_signed_in, sign_in
from tests.support.silent_proxy import SilentProxy

NOBODY = "redis://127.0.0.1:1/0"
SENTENCE = "Sign-ins cannot be checked at the moment. Nothing was changed; try again soon."


@pytest.fixture(autouse=True)
def usual_limiter(make_app: Callable[..., Flask]) -> Iterator[None]:
    """One limiter serves all applications: give it back as it was."""
    yield
    make_app()


@pytest.fixture
def away(make_app: Callable[..., Flask]) -> Flask:
    return make_app(SESSION_TYPE="redis", REDIS_URL=NOBODY, TESTING=False)


@pytest.mark.parametrize("cookie", ["", "a session of before"])
@pytest.mark.parametrize("path", ["/", "/login", "/inbox", "/inbox/badge", "/nowhere", "/compare"])
def test_every_page_says_so(away: Flask, path: str, cookie: str) -> None:
    client = away.test_client()
    if cookie:
        client.set_cookie("session", cookie)
    for answer in (client.get(path), client.post(path, data={"username": "priya"})):
        assert answer.status_code == 503
        assert SENTENCE in answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert "Set-Cookie" not in answer.headers


def test_health_and_static_files_answer_and_readiness_names_the_part(away: Flask) -> None:
    client = away.test_client()
    client.set_cookie("session", "a session of before")
    assert client.get("/healthz").status_code == 200
    assert client.get("/static/css/base.css", buffered=True).status_code == 200
    answer = client.get("/readyz")
    expected = {"status": "not ready", "database": "ready", "redis": "away"}
    assert (answer.status_code, answer.json) == (503, expected)


def test_without_sessions_in_it_redis_may_be_away(make_app: Callable[..., Flask]) -> None:
    client = make_app(REDIS_URL=NOBODY, TESTING=False).test_client()
    assert client.get("/login").status_code == 200
    answer = client.get("/readyz")
    expected = {"status": "ready", "database": "ready", "redis": "away"}
    assert (answer.status_code, answer.json) == (200, expected)


def test_the_log_has_one_line_when_it_goes(away: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "notifications_app"):
        for _ in range(3):
            away.test_client().get("/login")
            away.test_client().get("/readyz")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["Redis does not answer: ConnectionError"]


@with_redis
def test_it_is_silent_and_then_back_without_a_restart(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    parts = urlsplit(REDIS)
    proxy = SilentProxy(parts.hostname or "127.0.0.1", parts.port or 6379)
    app = make_app(
        SESSION_TYPE="redis", REDIS_URL=f"redis://127.0.0.1:{proxy.port}{parts.path}", TESTING=False
    )
    add_user(app, "priya")
    client = app.test_client()
    sign_in(client, "priya")
    with caplog.at_level(logging.WARNING, "notifications_app"):
        proxy.fall_silent()
        assert client.get("/inbox").status_code == 503
        proxy.talk()
        assert is_signed_in(client)
    lines = [record.getMessage() for record in caplog.records if "Redis" in record.getMessage()]
    assert lines == ["Redis does not answer: TimeoutError", "Redis answers again."]
    proxy.close()
