"""The page for everything that goes wrong."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort

from notifications_app.core import patience
from notifications_app.core.database import db, reading
from notifications_app.core.errors import NotFound, Refused
from notifications_app.domain.accounts.models import User
from notifications_app.web import template_context
from tests.support.app import POSTGRESQL, on_sqlite
from tests.support.people import add_user, replay, sign_in

NUMBER = re.compile(r"[Rr]eference:[^<]*<code>([0-9a-f]{12})</code>")


@pytest.fixture
def live(make_app: Callable[..., Flask]) -> Flask:
    """An application as it runs: what breaks is answered, not raised."""
    return make_app(TESTING=False)


def route(app: Flask, answer: Callable[[], Any]) -> Any:
    """The answer of a page that does this."""
    app.add_url_rule("/does", "does", answer)
    return app.test_client().get("/does")


def test_an_error_is_a_page_with_a_number_and_no_trace(live: Flask) -> None:
    answer = route(live, lambda: 1 / 0)
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert NUMBER.search(answer.text)
    for leak in ("Traceback", "ZeroDivision", "division", ".py", "werkzeug"):
        assert leak not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/inbox/0", "/static/nothing.css", "/logout"])
def test_every_refusal_has_its_own_number(live: Flask, path: str) -> None:
    client = live.test_client()
    add_user(live, "priya")
    sign_in(client, "priya")
    numbers = {NUMBER.search(client.get(path).text)[1] for _ in range(3)}
    assert len(numbers) == 3


def test_a_script_without_its_token_is_told_so_with_a_number(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(WTF_CSRF_ENABLED=True).test_client()
    answer = client.post("/logout", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"].startswith("You’ve been signed out, or this page is too old.")
    assert re.fullmatch("[0-9a-f]{12}", answer.json["request_id"])


def test_the_number_stands_in_the_record_of_the_error(
    live: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    found = NUMBER.search(route(live, lambda: 1 / 0).text)
    assert found
    assert found[1] in {getattr(one, "fields", {}).get("request") for one in caplog.records}


def test_a_script_gets_json_with_exactly_these_keys(live: Flask) -> None:
    for path, headers in (("/nowhere", {"Accept": "application/json"}), ("/nowhere.json", {})):
        answer = live.test_client().get(path, headers=headers)
        assert answer.status_code == 404
        assert answer.json is not None
        assert answer.json.keys() == {"error", "status", "request_id"}
        assert answer.json["status"] == 404
        assert re.fullmatch("[0-9a-f]{12}", answer.json["request_id"])
    for accepted in ("text/html", "*/*", "text/html,application/json;q=0.9", ""):
        answer = live.test_client().get("/nowhere", headers={"Accept": accepted})
        assert answer.mimetype == "text/html"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 418, 429, 500, 503])
def test_every_status_has_words_of_its_own_or_its_family(live: Flask, status: int) -> None:
    answer = route(live, lambda: abort(status))
    assert answer.status_code == status
    words = pages_words(status)
    assert f'<h1 id="error-title">{words}</h1>' in answer.text
    assert NUMBER.search(answer.text)


def pages_words(status: int) -> str:
    from notifications_app.web.error_pages import MESSAGES

    return MESSAGES.get(status, MESSAGES[400])[0]


def test_a_refusal_of_the_domain_is_shown_in_its_own_words(live: Flask) -> None:
    def refuse() -> None:
        raise Refused("The <state> of things refuses it.")

    answer = route(live, refuse)
    assert answer.status_code == 400
    assert "The &lt;state&gt; of things refuses it." in answer.text


def test_what_is_not_there_is_a_404(live: Flask) -> None:
    def miss() -> None:
        raise NotFound("No such thing.")

    answer = route(live, miss)
    assert (answer.status_code, "No such thing." in answer.text) == (404, True)


def test_an_error_page_asks_the_database_for_nothing(
    live: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_reading() -> None:
        raise AssertionError("asked the database")

    live.add_url_rule("/does", "does", lambda: abort(404))
    add_user(live, "priya")
    client = live.test_client()
    sign_in(client, "priya")
    monkeypatch.setattr(template_context, "reading", no_reading)
    assert client.get("/does").status_code == 404


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////nowhere/at/all.sqlite3", "There is no database, or its file cannot be opened"),
        ("postgresql://name:hunter2@127.0.0.1:1/nothing", "The database does not answer."),
    ],
)
def test_with_the_database_away_every_page_says_so_signed_in_or_not(
    live: Flask, make_app: Callable[..., Flask], url: str, sentence: str
) -> None:
    add_user(live, "priya")
    client = live.test_client()
    sign_in(client, "priya")
    away = make_app(DATABASE_URL=url, TESTING=False)
    for browser in (away.test_client(), replay(away, client)):
        for answer in (
            browser.get("/login"),
            sign_in(browser, "priya"),
        ):
            unavailable(answer, sentence)
        assert browser.get("/nowhere").status_code in {404, 503}
        assert browser.get("/static/css/base.css", buffered=True).status_code == 200
    signed_in = replay(away, client)
    for path in ("/", "/inbox", "/settings", "/compare", "/inbox/1", "/inbox/badge"):
        unavailable(signed_in.get(path), sentence)
    unavailable(signed_in.post("/settings", data={"part": "name"}), sentence)
    assert client.get("/inbox").status_code == 200


def unavailable(answer: Any, sentence: str) -> None:
    """A 503 that a person can use and that tells nothing else."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert sentence in answer.text
    assert "Try again" in answer.text
    assert NUMBER.search(answer.text)
    for leak in ("hunter2", "nowhere/at", "psycopg", "sqlalche", "SELECT", "Traceback"):
        assert leak not in answer.text


def test_an_unmigrated_database_is_said_with_the_command(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    (tmp_path / "new.sqlite3").touch()
    app = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'new.sqlite3'}", TESTING=False)
    unavailable(app.test_client().get("/login"), "The database is not migrated.")


@pytest.fixture
def locked(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Somebody else's transaction that does not end."""
    monkeypatch.setattr(patience, "PAGE", 0.05)
    engine = sa.create_engine(database_url)
    connection = engine.connect()

    def lock() -> None:
        if POSTGRESQL:
            connection.execute(sa.text("SELECT * FROM users FOR UPDATE"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    yield lock
    connection.rollback()
    connection.close()
    engine.dispose()


def test_a_locked_database_is_said_and_nothing_is_changed(
    locked: Callable[[], None], make_app: Callable[..., Flask]
) -> None:
    app = make_app(TESTING=False)
    add_user(app, "priya", display_name="Before")
    client = app.test_client()
    sign_in(client, "priya")
    locked()
    answer = client.post("/settings", data={"part": "name", "display_name": "After"})
    unavailable(answer, "The database is busy with another write. Nothing was changed")
    assert client.get("/inbox").status_code == 200  # reading waits for nobody
    with app.app_context(), reading() as connection:
        assert connection.execute(sa.select(User.display_name)).scalar_one() == "Before"


@on_sqlite
def test_a_full_disk_is_said_and_heals_when_there_is_room_again(live: Flask) -> None:
    add_user(live, "priya")
    client = live.test_client()
    sign_in(client, "priya")
    client.get("/inbox")
    with live.app_context():
        event = (db.engine, "checkout", _no_room)
    sa.event.listen(*event)
    answers = [client.post("/compare", data={"make": "notification:info"}) for _ in range(60)]
    sa.event.remove(*event)
    full = answers[-1]
    assert full.status_code == 507
    assert "The database’s disk is full. Nothing was changed." in full.text
    with live.app_context():
        sa.event.listen(db.engine, "checkout", _room)
    made = sum(answer.status_code == 303 for answer in answers)
    assert client.post("/compare", data={"make": "notification:info"}).status_code == 303
    assert f"Now: {made + 1}<" in client.get("/compare").text


def _no_room(connection: Any, *_rest: Any) -> None:
    (pages_now,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages_now}")


def _room(connection: Any, *_rest: Any) -> None:
    connection.execute("PRAGMA max_page_count=1000000")


def test_an_error_of_ours_in_a_statement_is_a_500(live: Flask) -> None:
    def wrong() -> None:
        db.session.execute(sa.text("SELEKT"))

    answer = route(live, wrong)
    assert answer.status_code == 500
    assert "SELEKT" not in answer.text


def test_the_connection_is_given_back_after_an_error(live: Flask) -> None:
    def breaks() -> None:
        db.session.execute(sa.select(User))
        raise ZeroDivisionError

    live.add_url_rule("/does", "does", breaks)
    for _ in range(30):  # more than the pool holds
        assert live.test_client().get("/does").status_code == 500
    assert live.test_client().get("/login").status_code == 200
