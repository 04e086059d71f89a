"""Without its cache the application works, and does not wait for it again and again."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from flask_caching import Cache

from notifications_app.core import cache as caching
from notifications_app.core.cache import cache
from notifications_app.core.database import db
from notifications_app.web.template_context import markdown
from tests.support import inbox
from tests.support.moments import NOW
from tests.support.people import add_user, sign_in

AWAY = {"REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that a cache which is away was asked for."""
    seen: list[str] = []

    def fail(_cache: Any, name: str, *_more: Any, **_options: Any) -> Any:
        seen.append(name)
        raise ConnectionError("away")

    monkeypatch.setattr(Cache, "get", fail)
    monkeypatch.setattr(Cache, "set", fail)
    return seen


def test_what_is_kept_is_there(in_app: Flask) -> None:
    assert cache.set("name", "value")
    assert cache.get("name") == "value"
    assert cache.get("another") is None


def test_it_is_asked_once_and_then_left_alone(
    in_app: Flask, tries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        assert markdown(f"*{name}*") == f'<p dir="auto"><em>{name}</em></p>\n'
    assert len(tries) == 1
    later = monotonic() + caching.RETRY_AFTER_SECONDS
    monkeypatch.setattr(caching, "monotonic", lambda: later)
    assert cache.set("third", "value") is False
    assert tries[1:] == ["third"]


def test_pages_with_bodies_work_while_redis_is_away(make_app: Callable[..., Flask]) -> None:
    app = make_app(**AWAY)
    user = add_user(app, "zoe")
    with app.app_context():
        inbox.notify(user, body="*word* " * 40, now=NOW)
        db.session.commit()
    browser = app.test_client()
    sign_in(browser, "zoe")
    for page in ("/inbox", "/inbox/1", "/compare"):
        answer = browser.get(page)
        assert answer.status_code == 200, page
    assert "<em>word</em>" in browser.get("/inbox").text
