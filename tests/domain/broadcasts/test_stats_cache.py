"""Statistics are counted once a minute."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.cache import cache
from notifications_app.core.database import db
from notifications_app.core.errors import NotFound
from notifications_app.domain.broadcasts import stats_cache
from tests.support import inbox
from tests.support.app import REDIS, with_redis
from tests.support.moments import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", pytest.param("redis", marks=with_redis)])
def cached(request: Any, make_app: Callable[..., Flask]) -> Any:
    """An application with its cache in memory, or in Redis."""
    app = make_app(REDIS_URL=REDIS if request.param == "redis" else "")
    with app.app_context():
        yield app


def test_figures_are_counted_once_a_minute(cached: Flask) -> None:
    number = inbox.broadcast()
    connection = db.session.connection()
    cache.delete(stats_cache.cache_key(number, None))
    with inbox.statements() as seen:
        first = stats_cache.cached_stats(connection, number, None, NOW)
        counted = len(seen)
        assert stats_cache.cached_stats(connection, number, None, NOW + 59 * SECOND) == first
        assert len(seen) == counted
        edited = stats_cache.cached_stats(connection, number, NOW + SECOND, NOW + 2 * SECOND)
        assert edited.made_at == NOW + 2 * SECOND
        later = stats_cache.cached_stats(connection, number, None, NOW + 60 * SECOND)
    assert (first.made_at, later.made_at) == (NOW, NOW + 60 * SECOND)
    for edit in (None, NOW + SECOND):
        cache.delete(stats_cache.cache_key(number, edit))


def test_what_is_not_there_is_not_cached(in_app: Flask) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            stats_cache.cached_stats(db.session.connection(), 7, None, NOW)
    assert cache.get(stats_cache.cache_key(7, None)) is None


def test_without_its_cache_a_page_counts_itself(make_app: Callable[..., Flask]) -> None:
    with make_app(REDIS_URL="redis://127.0.0.1:1/0").app_context():
        number = inbox.broadcast()
        assert stats_cache.cached_stats(db.session.connection(), number, None, NOW).made_at == NOW
