"""How long a sign-in lasts, and what ends it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from notifications_app.core.database import db, reading
from notifications_app.domain.accounts import actions, passwords, queries
from notifications_app.domain.accounts.models import SignIn
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.channels import ADMINS
from notifications_app.domain.content import check
from notifications_app.domain.inbox import change_role
from tests.support.account_pages import save
from tests.support.app import on_sqlite
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, replay, sign_in

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def seen(app: Flask, user_id: int) -> datetime:
    with app.app_context():
        statement = sa.select(SignIn.last_seen_at).where(SignIn.user_id == user_id)
        return db.session.execute(statement).scalar_one()


@pytest.mark.parametrize(("keep", "idle"), [("", 8 * HOUR), ("y", 14 * DAY)])
def test_a_sign_in_ends_when_it_is_not_used(
    app: Flask, client: FlaskClient, priya: int, keep: str, idle: timedelta
) -> None:
    with at(NOON):
        sign_in(client, "priya", keep=keep)
    with at(NOON + idle - SECOND):
        assert is_signed_in(client)
    with at(NOON + idle):
        assert not is_signed_in(client)
        assert client.get("/inbox").status_code == 303


@pytest.mark.parametrize(
    ("keep", "step", "last"), [("", 7 * HOUR, 24 * HOUR), ("y", 13 * DAY, 30 * DAY)]
)
def test_a_sign_in_ends_even_if_it_is_used(
    app: Flask, client: FlaskClient, priya: int, keep: str, step: timedelta, last: timedelta
) -> None:
    with at(NOON):
        sign_in(client, "priya", keep=keep)
    moment = NOON + step
    while moment < NOON + last:
        with at(moment):
            assert client.get("/inbox").status_code == 200
        moment += step
    with at(NOON + last - SECOND):
        assert is_signed_in(client)
    with at(NOON + last):
        assert not is_signed_in(client)


def test_no_request_of_its_own_keeps_a_page_signed_in(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    with at(NOON):
        sign_in(client, "priya")
    with at(NOON + 7 * HOUR):
        for path in ("/inbox/badge", "/healthz", "/readyz", "/static/css/base.css", "/nowhere"):
            client.get(path).close()
        assert seen(app, priya) == NOON
    with at(NOON + 8 * HOUR):
        assert not is_signed_in(client)


def test_a_page_that_is_asked_for_keeps_it_but_is_noted_once_a_minute(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    with at(NOON):
        sign_in(client, "priya")
    for after, noted in ((59, 0), (60, 60), (119, 60), (120, 120)):
        with at(NOON + after * SECOND):
            client.get("/settings")
            assert seen(app, priya) == NOON + noted * SECOND


@pytest.mark.parametrize(
    "error", [OperationalError("", {}, Exception("database is locked")), PoolTimeout()]
)
def test_a_presence_that_cannot_be_noted_fails_no_page(
    app: Flask,
    client: FlaskClient,
    priya: int,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fails(*_given: object) -> None:
        raise error

    with at(NOON):
        sign_in(client, "priya")
    monkeypatch.setattr(actions, "touch", fails)
    with at(NOON + HOUR):
        assert client.get("/inbox").status_code == 200
        assert seen(app, priya) == NOON


@on_sqlite
def test_another_process_that_writes_fails_no_page(
    app: Flask, client: FlaskClient, priya: int, database_url: str
) -> None:
    with at(NOON):
        sign_in(client, "priya")
    engine = sa.create_engine(database_url)
    with engine.connect() as other, at(NOON + HOUR):
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert client.get("/inbox").status_code == 200
        other.rollback()
    engine.dispose()
    assert seen(app, priya) == NOON
    with at(NOON + HOUR):
        client.get("/inbox")
    assert seen(app, priya) == NOON + HOUR


def change_password(user_id: int) -> None:
    actions.set_password(user_id, passwords.hash_password("another password"))


def deactivate(user_id: int) -> None:
    actions.set_active(user_id, active=False)


def end_one(user_id: int) -> None:
    with reading() as connection:
        for row in queries.sign_ins(connection, user_id, NOON):
            assert actions.end(user_id, row.token_hash)


def end_every_one(user_id: int) -> None:
    assert actions.end_all(user_id) == 1


@pytest.mark.parametrize("ends", [change_password, deactivate, end_one, end_every_one])
def test_a_captured_cookie_is_worth_nothing_after_the_end(
    app: Flask, client: FlaskClient, priya: int, bystander: int, ends: Callable[[int], None]
) -> None:
    noors = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
        sign_in(noors, "noor")
        captured = replay(app, client)
        assert is_signed_in(captured)
        with app.app_context():
            ends(priya)
            db.session.commit()
        assert not is_signed_in(captured)
        assert captured.get("/settings").status_code == 303
        assert is_signed_in(noors)


def test_an_account_made_active_again_has_no_old_sign_ins(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    with app.app_context():
        actions.set_active(priya, active=False)
        actions.set_active(priya, active=True)
        db.session.commit()
    assert not is_signed_in(client)
    assert sign_in(client, "priya").status_code == 303


def test_an_inactive_account_is_out_though_its_row_were_there(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    with app.app_context():
        db.session.execute(sa.text("UPDATE users SET is_active = false"))
        db.session.commit()
    assert not is_signed_in(client)


def test_one_sign_in_cannot_be_ended_for_somebody_else(
    in_app: Flask, priya: int, bystander: int
) -> None:
    client = in_app.test_client()
    sign_in(client, "noor")
    row = db.session.execute(sa.select(SignIn)).scalar_one()
    assert not actions.end(priya, row.token_hash)
    assert actions.end(bystander, row.token_hash)


def test_ended_sign_ins_are_swept_at_the_next(app: Flask, priya: int, bystander: int) -> None:
    with at(NOON):
        for name in ("priya", "priya", "noor"):
            sign_in(app.test_client(), name)
    with at(NOON + 2 * DAY):
        sign_in(app.test_client(), "priya")
    with app.app_context():
        owners = db.session.execute(sa.select(SignIn.user_id)).scalars()
        assert sorted(owners) == [priya, bystander]


def test_a_role_taken_away_is_gone_at_the_next_request(app: Flask, ada: int) -> None:
    add_user(app, "jonas", is_admin=True)
    clients = {name: app.test_client() for name in ("ada", "jonas")}
    with at(NOON):
        for name, client in clients.items():
            sign_in(client, name)
    with app.app_context():
        change_role.revoke_admin(ada, NOON + HOUR)
        broadcasts.broadcast(ADMINS, check("For administrators"), NOON + 2 * HOUR)
        db.session.commit()
    with at(NOON + 3 * HOUR):
        assert "For administrators" not in clients["ada"].get("/inbox").text
        assert "For administrators" in clients["jonas"].get("/inbox").text


def test_the_session_survives_a_new_key_with_the_old_one_as_fallback(
    make_app: Callable[..., Flask],
) -> None:
    old, new = "the old key, forty characters long, really", "the new key, forty characters long"
    before = make_app(SECRET_KEY=old)
    add_user(before, "priya")
    client = before.test_client()
    sign_in(client, "priya")
    for fallbacks, known in (([], False), ([old], True)):
        after = make_app(SECRET_KEY=new, SECRET_KEY_FALLBACKS=fallbacks)
        copy = after.test_client()
        cookie = client.get_cookie("session")
        assert cookie is not None
        copy.set_cookie("session", cookie.value)
        assert is_signed_in(copy) is known


def test_a_forwarded_address_does_not_touch_the_session(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    client.get("/inbox")
    answer = client.get("/inbox/badge", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_remember_cookie_signs_nobody_in(app: Flask, client: FlaskClient, priya: int) -> None:
    answer = sign_in(client, "priya", keep="y", password=PASSWORD)
    names = [one.partition("=")[0] for one in answer.headers.getlist("Set-Cookie")]
    assert names == ["known", "session"]


@pytest.mark.parametrize("back", [timedelta(seconds=2), timedelta(hours=1), timedelta(days=3)])
@pytest.mark.parametrize("keep", ["", "y"])
def test_a_clock_that_is_set_back_signs_nobody_out(
    app: Flask, client: FlaskClient, priya: int, back: timedelta, keep: str
) -> None:
    with at(NOON):
        sign_in(client, "priya", keep=keep)
    with at(NOON - back):
        assert is_signed_in(client)
        assert client.get("/settings").status_code == 200
        assert save(client, "name", display_name="Earlier").status_code == 303
    with at(NOON + timedelta(minutes=1)):
        assert is_signed_in(client)
