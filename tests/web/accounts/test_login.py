"""Signing in and out, as a browser does it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.security import check_password_hash, generate_password_hash

from notifications_app.core.database import db, reading
from notifications_app.domain.accounts import actions, passwords, queries
from notifications_app.domain.accounts.models import User
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, replay, sign_in, token_in


def test_a_reader_signs_in_and_out(client: FlaskClient, priya: int) -> None:
    answer = sign_in(client, "priya")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/inbox"
    assert b"all caught up." in client.get("/inbox").data
    client.post("/logout")
    assert client.get("/inbox").headers["Location"] == "/login?next=/inbox"


def test_the_name_may_be_typed_in_capitals_with_spaces_around(
    client: FlaskClient, priya: int
) -> None:
    assert sign_in(client, " PRIYA ").status_code == 303
    assert is_signed_in(client)


def test_the_password_is_taken_exactly_as_given(app: Flask) -> None:
    add_user(app, "exact", password_hash=passwords.hash_password(" a pass with spaces  "))
    assert sign_in(app.test_client(), "exact", "a pass with spaces").status_code == 400
    assert sign_in(app.test_client(), "exact", " a pass with spaces  ").status_code == 303


# ---- the cookie ----


def session_cookie(answer: Any) -> tuple[str, set[str]]:
    """The name of the session's cookie, and its attributes."""
    cookies = answer.headers.getlist("Set-Cookie")
    (cookie,) = (one for one in cookies if "session=" in one.partition(";")[0])
    name_and_value, *attributes = cookie.split("; ")
    return name_and_value.partition("=")[0], set(attributes)


def test_the_session_cookie_is_for_this_site_only_and_no_script(
    client: FlaskClient, priya: int
) -> None:
    answer = sign_in(client, "priya")
    assert session_cookie(answer) == ("session", {"HttpOnly", "Path=/", "SameSite=Lax"})


def test_with_https_it_is_secure_and_bound_to_the_host(make_app: Callable[..., Flask]) -> None:
    app = make_app(HTTPS=True, TRUSTED_HOSTS=["localhost"])
    add_user(app, "priya")
    answer = app.test_client().post(
        "/login",
        data={"username": "priya", "password": PASSWORD},
        base_url="https://localhost",
    )
    assert answer.status_code == 303
    assert session_cookie(answer) == (
        "__Host-session",
        {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"},
    )


def test_only_a_kept_sign_in_outlives_the_browser(app: Flask, priya: int) -> None:
    def ends(keep: str = "") -> list[str]:
        attributes = session_cookie(sign_in(app.test_client(), "priya", keep=keep))[1]
        return [one for one in attributes if one.startswith(("Expires", "Max-Age"))]

    with at(NOON):
        assert ends() == []
        assert ends(keep="y") == ["Expires=Sun, 20 Dec 2026 12:00:00 GMT"]


def test_what_was_planted_in_the_session_is_gone_after_signing_in(
    client: FlaskClient, priya: int
) -> None:
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
        before["_user_id"] = "guessed"
    with client:
        sign_in(client, "priya")
        assert "planted" not in session
        assert session["_user_id"] != "guessed"


def test_the_session_holds_a_token_and_the_table_only_its_hash(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    with client:
        sign_in(client, "priya")
        token = session["_user_id"]
    with app.app_context(), reading() as connection:
        (row,) = queries.sign_ins(connection, priya, NOON)
    assert row.token_hash == queries.token_hash(token) != token


# ---- refused ----


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hash of every verification."""
    seen: list[str] = []
    verify = check_password_hash
    passwords._dummy_hash()  # made once in a process

    def spy(password_hash: str, password: str) -> bool:
        seen.append(password_hash)
        return verify(password_hash, password)

    monkeypatch.setattr(passwords, "check_password_hash", spy)
    return seen


def test_unknown_inactive_wrong_and_passwordless_look_the_same(
    app: Flask, hashings: list[str]
) -> None:
    add_user(app, "wrong")
    gone = add_user(app, "inactive")
    add_user(app, "imported", password_hash=None)
    with app.app_context():
        actions.set_active(gone, active=False)
        db.session.commit()
    looks = set()
    for name, password in (
        ("wrong", "not the password"),
        ("wrong", "x" * 129),
        ("inactive", PASSWORD),
        ("imported", PASSWORD),
        ("unknown", PASSWORD),
        ("no username at all!", PASSWORD),
    ):
        hashings.clear()
        answer = sign_in(app.test_client(), name, password)
        assert len(hashings) == 1, name
        said = answer.text.replace(f' value="{name}"', "").replace(token_in(answer), "")
        looks.add((answer.status_code, said))
    assert len(looks) == 1, looks
    assert "Wrong username or password." in looks.pop()[1]


def test_a_wrong_password_with_accents_takes_as_long_for_nobody(
    app: Flask, hashings: list[str]
) -> None:
    add_user(app, "wrong")
    tries = set()
    for name in ("wrong", "unknown"):
        hashings.clear()
        assert sign_in(app.test_client(), name, "cafe\u0301 au lait").status_code == 400
        tries.add(len(hashings))
    assert len(tries) == 1


@pytest.mark.parametrize("missing", ["username", "password"])
def test_without_a_name_or_a_password_nothing_is_hashed(
    client: FlaskClient, priya: int, hashings: list[str], missing: str
) -> None:
    data = {"username": "priya", "password": PASSWORD, missing: ""}
    answer = client.post("/login", data=data)
    assert answer.status_code == 400
    assert f"Enter your {missing}." in answer.text
    assert hashings == []


@pytest.mark.parametrize("name", ["\0", "priya\0", "9" * 20, "\u202eayirp", "a" * 5000, "é", "\n"])
def test_no_username_breaks_the_sign_in(client: FlaskClient, priya: int, name: str) -> None:
    assert sign_in(client, name).status_code == 400


@pytest.mark.parametrize("password", ["\0", "\ud800" * 9, PASSWORD + "\0", "x" * 5000])
def test_no_password_breaks_the_sign_in(client: FlaskClient, priya: int, password: str) -> None:
    typed = password.encode("utf-8", "surrogatepass")
    answer = client.post("/login", data={"username": "priya", "password": typed})
    assert answer.status_code == 400


def test_an_account_locked_during_the_check_is_not_let_in(
    app: Flask, client: FlaskClient, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = passwords.matches

    def lock_meanwhile(*given: Any) -> bool:
        found = verify(*given)
        actions.set_active(priya, active=False)
        db.session.commit()
        return found

    monkeypatch.setattr(passwords, "matches", lock_meanwhile)
    assert sign_in(client, "priya").status_code == 400
    assert not is_signed_in(client)


def test_a_password_changed_during_the_check_is_not_let_in(in_app: Flask, priya: int) -> None:
    with reading() as connection:
        checked = queries.credentials(connection, "priya")
    assert checked is not None
    actions.set_password(priya, passwords.hash_password("another password"))
    token = actions.sign_in(checked, address="", user_agent="", keep=False, now=NOON)
    assert token is None


# ---- around it ----


def test_an_old_hash_is_made_anew_at_sign_in(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = passwords.hash_password(PASSWORD)
    number = add_user(app, "old", password_hash=old)
    bystander = add_user(app, "noor", password_hash=old)
    monkeypatch.setattr(passwords, "METHOD", "pbkdf2:sha256:2")
    assert sign_in(client, "old", "wrong password").status_code == 400
    assert stored_hash(app, number) == old
    assert sign_in(client, "old").status_code == 303
    assert stored_hash(app, number).startswith("pbkdf2:sha256:2$")
    assert stored_hash(app, bystander) == old
    assert sign_in(app.test_client(), "old").status_code == 303


def test_a_hash_of_another_form_is_made_anew_at_sign_in(app: Flask, client: FlaskClient) -> None:
    typed, composed = "cafe\u0301 au lait", "caf\u00e9 au lait"
    old = generate_password_hash(typed, method=passwords.METHOD)
    number = add_user(app, "old", password_hash=old)
    assert sign_in(client, "old", typed).status_code == 303
    renewed = stored_hash(app, number)
    assert renewed != old
    assert check_password_hash(renewed, composed)
    for password in (typed, composed):
        assert sign_in(app.test_client(), "old", password).status_code == 303
    assert stored_hash(app, number) == renewed


def stored_hash(app: Flask, number: int) -> str:
    with app.app_context():
        user = db.session.get(User, number)
        assert user is not None
        assert user.password_hash is not None
        return user.password_hash


def test_it_goes_on_to_where_the_reader_wanted(client: FlaskClient, priya: int) -> None:
    wanted = client.get("/inbox?tab=unread").headers["Location"]
    page = client.get(wanted)
    assert 'name="next" value="/inbox?tab=unread"' in page.text
    answer = sign_in(client, "priya", next="/inbox?tab=unread")
    assert answer.headers["Location"] == "/inbox?tab=unread"


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_never_goes_on_to_another_site(app: Flask, priya: int, bad: str) -> None:
    client = app.test_client()
    assert sign_in(client, "priya", next=bad).headers["Location"] == "/inbox"
    answer = client.get("/login", query_string={"next": bad})
    assert answer.headers["Location"] == "/inbox"


def test_somebody_signed_in_needs_no_sign_in_page(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert client.get("/login").headers["Location"] == "/inbox"
    assert client.get("/").headers["Location"] == "/inbox"


def test_the_last_visit_is_said_in_the_readers_zone(app: Flask, priya: int) -> None:
    with at(NOON):
        sign_in(app.test_client(), "priya")
    with at(NOON + timedelta(hours=2)):
        client = app.test_client()
        sign_in(client, "priya")
        assert "Your last visit was on Fri 20 Nov 2026, 17:30 IST." in client.get("/inbox").text


def test_an_empty_installation_names_the_command_of_the_first_account(client: FlaskClient) -> None:
    assert "flask users create NAME --admin" in client.get("/login").text


@pytest.mark.parametrize(
    ("contact", "words"),
    [("", "Ask an administrator for a reset link."),
     ("the help desk <b>, 42", "Ask the help desk &lt;b&gt;, 42 for a reset link.")],
)  # fmt: skip
def test_strangers_learn_whom_to_ask_and_no_name(
    make_app: Callable[..., Flask], contact: str, words: str
) -> None:
    app = make_app(CONTACT=contact)
    add_user(app, "ada", is_admin=True, display_name="Ada Moreau")
    page = app.test_client().get("/login").text
    asked = " ".join(re.sub(r"<[^>]+>", "", page[page.index("Forgot your") :]).split())
    assert asked == f"Forgot your password? {words}"
    assert "ada" not in page.lower().replace("readability", "")


def test_signing_out_clears_what_the_browser_kept_except_the_theme(
    client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    client.set_cookie("theme", "dark")
    answer = client.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie("theme") is not None
    assert "Clear-Site-Data" not in client.get("/login").headers


def test_a_copied_cookie_is_worth_nothing_after_sign_out(
    app: Flask, client: FlaskClient, priya: int, bystander: int
) -> None:
    sign_in(client, "priya")
    noors = app.test_client()
    sign_in(noors, "noor")
    copy = replay(app, client)
    assert is_signed_in(copy)
    answer = client.post("/logout")
    assert answer.headers["Location"] == "/login"
    assert "Your notifications are kept." in client.get("/login").text
    assert not is_signed_in(copy)
    assert copy.get("/inbox").status_code == 303
    assert is_signed_in(noors)


def test_sign_out_leaves_nothing_but_the_flash_in_the_session(
    client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    with client:
        client.post("/logout")
        assert set(session) == {"_flashes", "signed_out"}


def test_signing_out_twice_is_no_error(client: FlaskClient) -> None:
    assert client.post("/logout").headers["Location"] == "/login"
