"""An administrator sees and ends the sign-ins of others, and what people read about theirs."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import SignIn
from notifications_app.domain.administration import sign_ins
from notifications_app.domain.inbox.models import Notification
from tests.support.account_pages import main_words, save
from tests.support.audit import entries
from tests.support.moments import HOUR, NOON, at
from tests.support.people import PASSWORD, is_signed_in, sign_in

FIREFOX = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Firefox/133.0"}


@pytest.fixture
def browsers(app: Flask, priya: int) -> list[FlaskClient]:
    """Two browsers of Priya's."""
    found = [app.test_client(), app.test_client()]
    with at(NOON):
        for browser in found:
            sign_in(browser, "priya", environ_overrides=FIREFOX)
    return found


def ids(answer: Any) -> list[str]:
    return re.findall(r'name="sign_in" value="([^"]*)"', answer.text)


def hashes(app: Flask) -> list[str]:
    with app.app_context():
        return [row.token_hash for row in db.session.query(SignIn)]


def titles(app: Flask) -> list[str]:
    with app.app_context():
        return [row.title for row in db.session.query(Notification).order_by(Notification.id)]


def test_the_page_lists_them_without_tokens(
    app: Flask, admin: FlaskClient, priya: int, browsers: list[FlaskClient]
) -> None:
    with at(NOON):
        page = admin.get(f"/admin/users/{priya}")
    assert main_words(page).count("Firefox on Linux 127.0.0.1") == 2
    assert len(set(ids(page))) == 2
    assert not [one for one in hashes(app) if one in page.text]
    with at(NOON + 9 * HOUR):  # idle
        sign_in(admin, "ada")
        page = admin.get(f"/admin/users/{priya}")
    assert "priya is not signed in anywhere." in main_words(page)
    assert ids(page) == []


def test_one_is_ended_and_then_all(
    app: Flask, admin: FlaskClient, priya: int, browsers: list[FlaskClient]
) -> None:
    with at(NOON):
        one = ids(admin.get(f"/admin/users/{priya}"))[0]
        for said in ("Signed out 1 browser of “priya”.", "That browser was already signed out."):
            answer = admin.post(f"/admin/users/{priya}/sign-ins/end", data={"sign_in": one})
            assert answer.headers["Location"] == f"/admin/users/{priya}#signed-in-title"
            assert said in main_words(admin.get(f"/admin/users/{priya}"))
        assert sum(map(is_signed_in, browsers)) == 1
        admin.post(f"/admin/users/{priya}/sign-ins/end-all")
        assert not any(map(is_signed_in, browsers))
        assert is_signed_in(admin)
    assert [one[0] for one in entries(app)] == ["user.sign-ins-ended"] * 2
    assert titles(app) == ["An administrator signed you out"]  # the same words in the same minute


def test_the_password_is_asked_again_before_all_are_ended(
    app: Flask, admin: FlaskClient, priya: int, browsers: list[FlaskClient]
) -> None:
    path = f"/admin/users/{priya}/sign-ins/end-all"
    with at(NOON + HOUR):
        assert 'name="password"' in admin.get(f"/admin/users/{priya}").text
        wrong = admin.post(path, data={"password": "not it"})
        assert wrong.status_code == 400
        assert "This is not your current password." in wrong.text
        assert all(map(is_signed_in, browsers))
        assert admin.post(path, data={"password": PASSWORD}).status_code == 303
        assert not any(map(is_signed_in, browsers))


def test_ones_own_browser_stays(app: Flask, admin: FlaskClient, ada: int) -> None:
    other = app.test_client()
    with at(NOON):
        sign_in(other, "ada")
        admin.post(f"/admin/users/{ada}/sign-ins/end-all")
        assert is_signed_in(admin)
        assert not is_signed_in(other)
        assert "Signed out 1 browser of “ada”." in main_words(admin.get(f"/admin/users/{ada}"))
        own = hashes(app)[0][:12]
        admin.post(f"/admin/users/{ada}/sign-ins/end", data={"sign_in": own})
        assert is_signed_in(admin)


@pytest.mark.parametrize("form", ["end", "end-all"])
def test_the_forms_are_for_administrators(
    app: Flask, admin: FlaskClient, ada: int, browsers: list[FlaskClient], form: str
) -> None:
    with at(NOON):
        path = f"/admin/users/{ada}/sign-ins/{form}"
        assert browsers[0].post(path).status_code == 404
        assert app.test_client().post(path).headers["Location"].startswith("/login")
        assert admin.get(path).status_code == 405
        assert admin.post(f"/admin/users/999/sign-ins/{form}").status_code == 404
        assert is_signed_in(admin)


def test_sign_ins_failures_and_sign_outs_are_in_the_log(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    with at(NOON):
        for name in ("priya", "priya", "my secret password"):
            sign_in(client, name, "wrong words")
        sign_in(client, "priya", environ_overrides=FIREFOX)
        client.post("/logout")
    where = {"address": "127.0.0.1"}
    assert entries(app, "sign-ins") == [
        ("user.sign-in-failed", "user priya", {**where, "attempts": 2}),
        ("user.sign-in-failed", "address 127.0.0.1", {**where, "attempts": 1}),
        ("user.signed-in", "user priya",
         {"browser": "Firefox on Linux", **where, "new_browser": True}),
        ("user.signed-out", "user priya", {"browsers": 1}),
    ]  # fmt: skip


def test_a_new_browser_is_told_and_a_known_one_is_not(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    away = {**FIREFOX, "REMOTE_ADDR": "203.0.113.7"}
    with at(NOON):
        sign_in(client, "priya")
        client.post("/logout")
        sign_in(client, "priya", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
        assert titles(app) == []  # it is known by its cookie
        sign_in(app.test_client(), "priya", environ_overrides=away)
        assert titles(app) == ["New sign-in: Firefox on Linux"]
        page = client.get("/inbox").text
    assert "203.0.113.7" in page
    assert "17:30 IST" in page


def test_a_busy_database_does_not_fail_a_refusal(
    app: Flask, client: FlaskClient, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(sign_ins, "record_failure", busy)
    answer = sign_in(client, "priya", "wrong words")
    assert "Wrong username or password." in answer.text


def test_a_changed_password_is_told(app: Flask, client: FlaskClient, priya: int) -> None:
    with at(NOON):
        sign_in(client, "priya")
        save(client, "password", current=PASSWORD, new="seven odd umbrellas")
    assert titles(app) == ["Your password was changed"]
