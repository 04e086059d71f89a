"""The second step of a sign-in: right, wrong, late and replayed codes, and what waits behind it."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.security import check_password_hash, generate_password_hash

from notifications_app.core.database import db
from notifications_app.core.signing import signing_keys
from notifications_app.domain.accounts import (
    actions,
    password_resets,
    passwords,
    queries,
    second_factor,
)
from notifications_app.domain.accounts.models import SignIn, User
from notifications_app.web import sessions
from notifications_app.web.extensions import limiter
from tests.support.account_pages import main_words, noted
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, replay, sign_in, token_in
from tests.support.routes import routes
from tests.support.second_factor import SECRET, code_at, stored, switch_on, wrong_code

STEP = timedelta(seconds=30)


@pytest.fixture
def codes(app: Flask, priya: int) -> list[str]:
    """Priya's recovery codes."""
    return switch_on(app, priya)


def first_step(
    client: FlaskClient, username: str = "priya", moment: Any = NOON, **more: str
) -> Any:
    with at(moment):
        return sign_in(client, username, **more)


def second_step(client: FlaskClient, code: str = "", moment: Any = NOON, **more: str) -> Any:
    with at(moment):
        return client.post("/login/code", data={"code": code, **more})


def sign_in_count(app: Flask) -> int:
    with app.app_context():
        return db.session.execute(sa.select(sa.func.count(SignIn.user_id))).scalar_one()


def test_the_password_alone_signs_nobody_in(
    app: Flask, client: FlaskClient, codes: list[str]
) -> None:
    answer = first_step(client)
    assert answer.status_code == 200
    assert "Enter your code" in main_words(answer)
    assert sign_in_count(app) == 0
    for _endpoint, path, methods in routes(app):
        if path.startswith(("/login", "/reset", "/static", "/healthz", "/readyz")) or path == "/":
            continue
        for method in methods & {"GET", "POST"} - ({"POST"} if path == "/logout" else set()):
            answer = client.open(path, method=method)
            assert answer.status_code in {303, 401, 404}, path
            assert answer.status_code != 303 or answer.headers["Location"].startswith("/login"), (
                path
            )
    assert not is_signed_in(client)


def test_the_right_code_signs_in(app: Flask, client: FlaskClient, codes: list[str]) -> None:
    first_step(client)
    answer = second_step(client, code_at())
    assert answer.headers["Location"] == "/inbox"
    with at(NOON):
        assert is_signed_in(client)
        assert "You’re signed in." in main_words(client.get("/inbox"))
    assert noted(app) == []


@pytest.mark.parametrize(
    "spaced",
    [
        "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}",
        " {0} ",
        "{0[0]} {0[1]}-{0[2]}\u00a0{0[3]}{0[4]}{0[5]}",
    ],
)
def test_spaces_and_dashes_may_be_typed(client: FlaskClient, codes: list[str], spaced: str) -> None:
    first_step(client)
    assert second_step(client, spaced.format(code_at())).status_code == 303


def test_digits_of_another_keyboard_are_digits(client: FlaskClient, codes: list[str]) -> None:
    first_step(client)
    arabic = code_at().translate({ord("0") + one: 0x660 + one for one in range(10)})
    assert second_step(client, arabic).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 400), (-1, 303), (0, 303), (1, 303), (2, 400)])
def test_a_clock_may_differ_by_one_step(
    client: FlaskClient, codes: list[str], steps: int, status: int
) -> None:
    first_step(client)
    assert second_step(client, code_at(NOON + steps * STEP)).status_code == status


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "12345",
        "1234567",
        "not a code",
        "\0",
        "\uff11" * 300,
        "🦉",
        "’; DROP",
        "\u0131" * 16,
    ],
)
def test_a_wrong_code_is_refused_beside_its_field(
    app: Flask, client: FlaskClient, codes: list[str], priya: int, typed: str
) -> None:
    first_step(client)
    answer = second_step(client, typed)
    assert answer.status_code == 400
    assert 'id="code-error"' in answer.text
    assert sign_in_count(app) == 0
    assert stored(app, priya)[1:] == (0, 10)


def test_a_code_works_once(app: Flask, client: FlaskClient, codes: list[str]) -> None:
    first_step(client)
    assert second_step(client, code_at()).status_code == 303
    thief = app.test_client()
    first_step(thief)
    for code in (code_at(), code_at(NOON - STEP)):  # an earlier one is past as well
        answer = second_step(thief, code)
        assert answer.status_code == 400
        assert second_factor.WRONG in main_words(answer)
    assert second_step(thief, code_at(NOON + STEP), NOON + STEP).status_code == 303


def test_a_recovery_code_works_once_however_it_is_typed(
    app: Flask, client: FlaskClient, codes: list[str], priya: int
) -> None:
    first_step(client)
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert second_step(client, recovery=typed).status_code == 303
    with at(NOON):
        assert "You used a recovery code" in main_words(client.get("/inbox"))
    assert stored(app, priya)[2] == 9
    assert noted(app) == [("user.recovery-code-used", "user priya", priya)]
    other = app.test_client()
    first_step(other)
    answer = second_step(other, recovery=codes[0])
    assert answer.status_code == 400
    assert 'id="recovery-error"' in answer.text
    assert '<details class="other-way" open' in answer.text
    assert second_step(other, codes[1]).status_code == 303  # in the first field, too


def test_nobody_elses_recovery_code_works(
    app: Flask, client: FlaskClient, codes: list[str], bystander: int
) -> None:
    theirs = switch_on(app, bystander)
    first_step(client)
    assert second_step(client, recovery=theirs[0]).status_code == 400
    assert stored(app, bystander)[2] == 10


# ---- the state between the steps ----


def test_after_ten_minutes_the_password_is_asked_for_again(
    client: FlaskClient, codes: list[str]
) -> None:
    late = NOON + timedelta(minutes=10, seconds=1)
    first_step(client, next="/compare")
    answer = second_step(client, code_at(late), late, next="/compare")
    assert answer.headers["Location"] == "/login?next=/compare"
    with at(late):
        assert "The code was entered too late" in main_words(client.get("/login"))
        assert not is_signed_in(client)


def change_password(user: Any) -> None:
    actions.set_password(user.id, passwords.hash_password("another good one"))


def deactivate(user: Any) -> None:
    actions.set_active(user.id, active=False)


def deactivate_and_back(user: Any) -> None:
    actions.set_active(user.id, active=False)
    actions.set_active(user.id, active=True)


def switch_off(user: Any) -> None:
    second_factor.switch_off(user.id)


@pytest.mark.parametrize("change", [change_password, deactivate, deactivate_and_back, switch_off])
def test_a_change_of_the_account_voids_it(
    app: Flask, client: FlaskClient, codes: list[str], priya: int, change: Callable[[Any], None]
) -> None:
    first_step(client)
    with app.app_context():
        change(db.session.get(User, priya))
        db.session.commit()
    assert second_step(client, code_at()).headers["Location"] == "/login"
    assert sign_in_count(app) == 0


def test_a_copied_session_is_used_up_by_the_sign_in(
    app: Flask, client: FlaskClient, codes: list[str]
) -> None:
    first_step(client)
    copy = replay(app, client)
    second_step(client, code_at())
    assert second_step(copy, code_at()).status_code == 400
    assert not is_signed_in(copy)


def test_it_begins_a_session_of_its_own(app: Flask, codes: list[str]) -> None:
    with app.test_client() as client:
        with client.session_transaction() as planted:
            planted["planted"] = "before"
        first_step(client)
        assert "planted" not in session
        assert SECRET not in str(dict(session))
        second_step(client, code_at())
        assert sessions.PENDING not in session


def test_without_a_password_there_is_no_second_step(client: FlaskClient, codes: list[str]) -> None:
    with at(NOON):
        assert client.get("/login/code").headers["Location"] == "/login"
    assert second_step(client, code_at()).headers["Location"] == "/login"


def test_its_page_can_be_loaded_again(client: FlaskClient, codes: list[str]) -> None:
    first_step(client)
    with at(NOON):
        page = client.get("/login/code?next=/compare")
    assert 'name="next" value="/compare"' in page.text
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text


def test_a_sign_in_that_was_checked_before_it_was_switched_on_is_none(
    app: Flask, priya: int
) -> None:
    with app.app_context():
        user = queries.credentials(db.session.connection(), "priya")
        db.session.rollback()
    assert user is not None
    switch_on(app, priya)
    with app.app_context():
        token = actions.sign_in(user, address="", user_agent="", keep=False, now=NOON)
        db.session.commit()
    assert token is None


def test_the_page_asked_for_and_keep_me_signed_in_survive(
    app: Flask, client: FlaskClient, codes: list[str]
) -> None:
    page = first_step(client, next="/compare", keep="y", zone="Europe/Paris").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert (hidden["next"], hidden["zone"]) == ("/compare", "Europe/Paris")
    answer = second_step(client, code_at(), **hidden)
    assert answer.headers["Location"] == "/compare"
    assert (
        "Expires="
        in answer.headers.getlist("Set-Cookie")[0] + answer.headers.getlist("Set-Cookie")[1]
    )
    with app.app_context():
        expires = db.session.execute(sa.select(SignIn.expires_at)).scalar_one()
    assert expires == NOON + queries.ABSOLUTE_KEPT


def test_an_address_of_another_site_is_not_followed(client: FlaskClient, codes: list[str]) -> None:
    first_step(client)
    answer = second_step(client, code_at(), next="//evil.example")
    assert answer.headers["Location"] == "/inbox"


def test_text_typed_before_the_session_ended_comes_through(
    make_app: Callable[..., Flask], ada: int
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada", csrf_token=token_in(client.get("/login")))
        form = client.get("/admin/broadcasts/new").text
        fields = dict(re.findall(r'name="(csrf_token|typed_by)" value="([^"]+)"', form))
    switch_on(app, ada)
    later = NOON + timedelta(hours=9)
    with at(later):
        page = client.post("/admin/broadcasts/new", data={**fields, "title": "A long text"})
        assert page.status_code == 401
        kept = re.search(r'name="kept" value="([^"]+)"', page.text)
        assert kept
        page = sign_in(client, "ada", kept=kept[1], csrf_token=token_in(page))
        assert page.status_code == 200
        for typed in (wrong_code(later), code_at(later)):
            found = re.search(r'name="kept" value="([^"]+)"', page.text)
            assert found
            data = {"code": typed, "kept": found[1], "csrf_token": token_in(page)}
            page = client.post("/login/code", data=data)
            assert (second_factor.WRONG in main_words(page)) == (typed != code_at(later))
        assert "Your text is kept" in main_words(page)
        assert 'name="title" value="A long text"' in page.text
        assert is_signed_in(client)
        client.post("/logout", data={"csrf_token": token_in(client.get("/settings"))})
        # Too late for the code: the first step keeps it as well.
        page = client.get("/login")
        page = sign_in(client, "ada", kept=kept[1], csrf_token=token_in(page))
    with at(later + timedelta(minutes=11)):
        data = {"code": "1", "kept": kept[1], "csrf_token": token_in(page)}
        page = client.post("/login/code", data=data)
        assert "The code was entered too late" in main_words(page)
        assert kept[1] in page.text


def test_a_hash_of_an_older_method_is_replaced(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = generate_password_hash(PASSWORD, method="pbkdf2:sha256:2")
    number = add_user(app, "old", password_hash=old)
    switch_on(app, number)
    first_step(client, "old")
    assert second_step(client, code_at()).status_code == 303
    with app.app_context():
        now = db.session.execute(sa.select(User.password_hash)).scalar_one()
    assert now != old
    assert check_password_hash(now, PASSWORD)


def test_a_link_for_a_new_password_does_not_pass_by_it(
    app: Flask, client: FlaskClient, codes: list[str], priya: int
) -> None:
    with app.test_request_context():
        user = queries.credentials(db.session.connection(), "priya")
        assert user is not None
        with at(NOON):
            token = password_resets.token(signing_keys(), user)
        db.session.rollback()
    with at(NOON):
        client.post(f"/reset/{token}", data={"password": "another good password"})
        assert not is_signed_in(client)
        answer = sign_in(client, "priya", "another good password")
    assert "Enter your code" in main_words(answer)
    assert stored(app, priya)[2] == 10


# ---- what a stranger learns ----


def test_unknown_wrong_and_inactive_look_the_same_as_without_it(
    app: Flask, codes: list[str], bystander: int
) -> None:
    switch_on(app, bystander)
    with app.app_context():
        actions.set_active(bystander, active=False)
        db.session.commit()
    pages = set()
    for name, password in (("nobody", PASSWORD), ("priya", "wrong"), ("noor", PASSWORD)):
        answer = sign_in(app.test_client(), name, password)
        assert answer.status_code == 400
        pages.add(main_words(answer))
    assert len(pages) == 1


# ---- the secret key ----


@pytest.mark.parametrize("rounds", [1, 2])
def test_the_secret_key_can_be_replaced(
    make_app: Callable[..., Flask], codes: list[str], priya: int, rounds: int
) -> None:
    old, new = (
        "a key of the tests, forty characters long",
        "another key of the tests, forty letters",
    )
    app = make_app(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old])
    before = stored(app, priya)[0]
    client = app.test_client()
    first_step(client)
    assert second_step(client, code_at()).status_code == 303
    assert stored(app, priya)[0] != before
    if rounds == 2:  # encrypted anew: the old key is needed no more
        client = make_app(SECRET_KEY=new).test_client()
        later = NOON + 2 * STEP
        first_step(client, moment=later)
        assert second_step(client, code_at(later), later).status_code == 303


def test_with_a_lost_key_recovery_codes_still_work(
    make_app: Callable[..., Flask], codes: list[str]
) -> None:
    app = make_app(SECRET_KEY="a key that nobody has had before, long")
    client = app.test_client()
    first_step(client)
    answer = second_step(client, code_at())
    assert answer.status_code == 400
    assert second_factor.LOST_KEY in main_words(answer)
    assert second_step(client, recovery=codes[3]).status_code == 303


# ---- limits ----


@pytest.fixture
def limited(make_app: Callable[..., Flask], priya: int) -> Any:
    app = make_app(RATELIMIT_ENABLED=True)
    with app.app_context():
        limiter.reset()
    switch_on(app, priya)
    with at(NOON):  # between two moments of today, the counts would have expired
        yield app
    with app.app_context():
        limiter.reset()
    make_app()


def test_the_eleventh_code_is_refused_before_it_is_checked(limited: Flask) -> None:
    client = limited.test_client()
    first_step(client)
    for _ in range(10):
        assert second_step(client, wrong_code()).status_code == 400
    answer = second_step(client, code_at())
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "Too many attempts. Try again in 15 minutes." in main_words(answer)
    assert "Enter your code" in main_words(answer)
    fresh = limited.test_client()  # and in a new session just so
    first_step(fresh)
    assert second_step(fresh, code_at()).status_code == 429
    later = NOON + timedelta(minutes=15)
    first_step(client, moment=later)
    assert second_step(client, code_at(later), later).status_code == 303


def test_guesses_from_many_addresses_are_limited_for_a_day(limited: Flask) -> None:
    statuses = []
    for one in range(23):
        moment = NOON + timedelta(hours=one // 2)
        client = limited.test_client()
        network = {"REMOTE_ADDR": f"192.0.{one}.7"}
        with at(moment):
            sign_in(client, "priya", environ_overrides=network)
            for _ in range(9):
                answer = client.post(
                    "/login/code", data={"code": wrong_code(moment)}, environ_overrides=network
                )
                statuses.append(answer.status_code)
    assert statuses == [400] * 200 + [429] * 7


def test_a_browser_that_signed_in_before_is_not_locked_out_by_others(limited: Flask) -> None:
    client = limited.test_client()
    first_step(client)
    second_step(client, code_at())
    with at(NOON):
        client.post("/logout")
    thief = limited.test_client()
    first_step(thief)
    for _ in range(11):
        second_step(thief, wrong_code())
    assert second_step(thief, code_at(NOON + STEP), NOON + STEP).status_code == 429
    first_step(client, moment=NOON + STEP)
    assert second_step(client, code_at(NOON + STEP), NOON + STEP).status_code == 303


def test_the_password_alone_makes_no_browser_known(app: Flask, codes: list[str]) -> None:
    client = app.test_client()
    first_step(client)
    assert client.get_cookie("known") is None


# ---- the log ----


def test_neither_codes_nor_secrets_are_logged(
    app: Flask, client: FlaskClient, codes: list[str], priya: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = wrong_code()
    first_step(client)
    second_step(client, wrong)
    second_step(client, recovery=f"{codes[5]}Z")
    second_step(client, recovery=codes[5])
    records = [record for record in caplog.records if record.name == "notifications_app"]
    assert [record.message for record in records] == [
        "code refused", "code refused", "signed in", "recovery code used",
    ]  # fmt: skip
    fields = records[0].fields  # type: ignore[attr-defined]
    assert fields == {"username": "priya", "address": "127.0.0.1"}
    text = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    hidden = [SECRET, str(stored(app, priya)[0]), *codes, wrong]
    assert not [one for one in hidden if one in text]


def test_when_codes_are_checked_is_for_the_caller_to_say() -> None:
    moment = datetime.fromtimestamp(59, tz=NOON.tzinfo)
    # Appendix B of RFC 6238, cut to six digits.
    assert second_factor.step_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", moment) == 1
    assert (
        second_factor.step_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", moment, after=1) is None
    )
