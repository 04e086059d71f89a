"""PostgreSQL that is silent, restarted or slow."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import make_url

from notifications_app.core import postgresql_engine
from notifications_app.core.database import db, reading
from tests.support import shared_app
from tests.support.app import on_postgresql
from tests.support.people import add_user, sign_in
from tests.support.silent_proxy import SilentProxy

pytestmark = on_postgresql

LIMITS = ("lock_timeout", "statement_timeout")


@pytest.fixture
def proxy(database_url: str) -> Iterator[SilentProxy]:
    url = make_url(database_url)
    made = SilentProxy(url.host or "127.0.0.1", url.port or 5432)
    yield made
    made.close()


@pytest.fixture
def behind(proxy: SilentProxy, make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The application behind the proxy."""
    url = make_url(database_url).set(host="127.0.0.1", port=proxy.port)
    return make_app(DATABASE_URL=url.render_as_string(hide_password=False), TESTING=False)


def limits(connection: sa.Connection) -> list[str]:
    return [connection.execute(sa.text(f"SHOW {name}")).scalar_one() for name in LIMITS]


def test_a_page_has_limits_and_a_command_waits_longer(app: Flask) -> None:
    with app.test_request_context():
        with reading() as connection:
            assert limits(connection) == ["3s", "5s"]
        assert limits(db.session.connection()) == ["3s", "15s"]
    with app.app_context():
        with reading() as connection:
            assert limits(connection) == ["15s", "0"]
        assert limits(db.session.connection()) == ["15s", "0"]


def test_half_of_the_threads_may_wait_for_long(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_app, "has_request_context", bool)  # one thread plays five
    with app.test_request_context(), app.app_context():
        engine = db.engine
        open_ones = [engine.connect() for _ in range(5)]
        try:
            seen = [limits(one)[0] for one in open_ones]
        finally:
            for one in open_ones:
                one.close()
        with engine.connect() as another:
            assert limits(another)[0] == "3s"
    assert seen == ["3s", "3s", "3s", "3s", "100ms"]


@pytest.mark.slow
def test_a_silent_server_is_a_page_that_says_so_and_comes_back(
    behind: Flask, proxy: SilentProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "SUSPICIOUS", 0.2)
    add_user(behind, "priya")
    client = behind.test_client()
    sign_in(client, "priya")
    assert client.get("/inbox").status_code == 200
    proxy.fall_silent()
    answer = client.get("/inbox")
    assert answer.status_code == 503
    assert "The database does not answer." in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    proxy.talk()
    assert client.get("/inbox").status_code == 200


@pytest.mark.slow
def test_a_slow_statement_is_not_a_silent_server(
    behind: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "SUSPICIOUS", 0.1)
    with behind.app_context(), reading() as connection:
        assert connection.execute(sa.text("SELECT 1 FROM pg_sleep(1.5)")).scalar_one() == 1


def test_after_a_restart_nobody_is_refused(
    behind: Flask, proxy: SilentProxy, database_url: str
) -> None:
    add_user(behind, "priya")
    client = behind.test_client()
    sign_in(client, "priya")
    ready = threading.Barrier(8)

    def use() -> None:
        with behind.app_context(), reading() as connection:
            used.append(connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one())
            ready.wait(60)

    used: list[int] = []

    threads = [threading.Thread(target=use) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    other = sa.create_engine(database_url)
    with other.connect() as connection:
        for one_used in used:
            connection.execute(sa.select(sa.func.pg_terminate_backend(one_used)))
    other.dispose()
    while proxy.ended < 2 * len(set(used)):
        threading.Event().wait(0.005)
    answers: list[int] = []

    def look() -> None:
        browser = behind.test_client()
        browser.set_cookie("session", cookie)
        ready.wait(60)
        answers.append(browser.get("/inbox").status_code)

    cookie = client.get_cookie("session").value
    threads = [threading.Thread(target=look) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert answers == [200] * 8
