"""A new password by a one-time link."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions, passwords
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

NEW = "a new good password"
GONE = "This link has expired or was already used"


def link(app: Flask, username: str = "priya") -> str:
    """The path of a link, as the administrator is given it."""
    result = app.test_cli_runner().invoke(args=["users", "reset-link", username])
    assert result.exit_code == 0, result.output
    return "/reset/" + result.output.splitlines()[0].partition("/reset/")[2]


def works(app: Flask, path: str) -> bool:
    answer = app.test_client().get(path)
    assert (answer.status_code == 410) is (GONE in answer.text)
    assert answer.status_code in {200, 410}
    return answer.status_code == 200


def test_the_link_sets_a_password_and_ends_every_sign_in(
    app: Flask, client: FlaskClient, priya: int, bystander: int
) -> None:
    noors = app.test_client()
    sign_in(client, "priya")
    sign_in(noors, "noor")
    path = link(app)
    somewhere = app.test_client()
    assert "priya" in somewhere.get(path).text
    answer = somewhere.post(path, data={"password": NEW})
    assert answer.headers["Location"] == "/login"
    assert "Password changed. Sign in with your new password." in somewhere.get("/login").text
    assert not is_signed_in(client)
    assert is_signed_in(noors)
    assert sign_in(app.test_client(), "priya").status_code == 400
    assert sign_in(app.test_client(), "priya", NEW).status_code == 303
    assert sign_in(app.test_client(), "noor").status_code == 303


def test_it_works_once(app: Flask, client: FlaskClient, priya: int) -> None:
    path = link(app)
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert client.post(path, data={"password": "another good one"}).status_code == 410
    assert not works(app, path)
    assert sign_in(client, "priya", NEW).status_code == 303


def test_of_two_at_the_same_moment_one_works(
    app: Flask, client: FlaskClient, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, hashed = link(app), passwords.hash_password

    def somebody_is_faster(password: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", hashed)
        assert app.test_client().post(path, data={"password": NEW}).status_code == 303
        return hashed(password)

    monkeypatch.setattr(passwords, "hash_password", somebody_is_faster)
    answer = client.post(path, data={"password": "another good one"})
    assert answer.status_code == 400
    assert "This link was already used." in answer.text
    assert sign_in(client, "priya", NEW).status_code == 303


def test_it_works_for_a_day(app: Flask, priya: int) -> None:
    with at(NOON):
        path = link(app)
    with at(NOON + timedelta(hours=24)):
        assert works(app, path)
    with at(NOON + timedelta(hours=24, seconds=1)):
        assert not works(app, path)


def test_it_is_void_once_the_password_changes(app: Flask, priya: int) -> None:
    path = link(app)
    with app.app_context():
        actions.set_password(priya, passwords.hash_password(PASSWORD))
        db.session.commit()
    assert not works(app, path)


def test_it_is_void_while_the_account_is_locked(app: Flask, priya: int) -> None:
    path = link(app)
    with app.app_context():
        actions.set_active(priya, active=False)
        db.session.commit()
    assert not works(app, path)


def test_an_account_without_a_password_gets_its_first(app: Flask, client: FlaskClient) -> None:
    add_user(app, "imported", password_hash=None)
    path = link(app, "imported")
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert not works(app, path)
    assert sign_in(client, "imported", NEW).status_code == 303


def test_a_link_is_for_its_own_account_only(app: Flask) -> None:
    same = passwords.hash_password(PASSWORD)
    add_user(app, "one", password_hash=same)
    add_user(app, "two", password_hash=same)
    path = link(app, "one")
    assert works(app, path)
    assert not works(app, path.replace("/reset/1.", "/reset/2."))


@pytest.mark.parametrize(
    "token",
    ["x", "1", "1.", "1.x.y.z", ".", "0.x", "-1.x", "99.x", f"{2**31}.x", f"{2**63}.x", "9" * 20,
     "999999999999999.x", "1\0.x", "%00", "\u0661.x", "1.\ud7ff", "a" * 5000],
)  # fmt: skip
def test_no_made_up_token_works_or_breaks_anything(app: Flask, priya: int, token: str) -> None:
    assert not works(app, f"/reset/{token}")


def test_a_changed_letter_voids_it(app: Flask, priya: int) -> None:
    path = link(app)
    for place in range(len("/reset/1."), len(path) - 1):
        letter = "A" if path[place] != "A" else "B"
        assert not works(app, path[:place] + letter + path[place + 1 :])


@pytest.mark.parametrize("bad", ["", "short", "priya", "password", "Priya Raman", "x" * 129])
def test_a_bad_password_is_refused_and_the_link_stays_good(
    app: Flask, client: FlaskClient, priya: int, bad: str
) -> None:
    path = link(app)
    answer = client.post(path, data={"password": bad})
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert works(app, path)
    assert sign_in(client, "priya").status_code == 303


def test_an_expired_form_changes_nothing(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "priya")
    client, path = app.test_client(), link(app)
    answer = client.post(path, data={"password": NEW})
    assert answer.status_code == 400
    assert "This site needs cookies, and your browser sent none." in answer.text
    data = {"password": NEW, "csrf_token": token_in(answer)}
    assert client.post(path, data=data).status_code == 303


def test_a_link_made_before_the_key_changed_still_works(make_app: Callable[..., Flask]) -> None:
    old, new = "the old key, forty characters long, really", "the new key, forty characters long"
    before = make_app(SECRET_KEY=old)
    add_user(before, "priya")
    path = link(before)
    assert works(make_app(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old]), path)
    assert not works(make_app(SECRET_KEY=new), path)


def test_the_link_names_this_site(make_app: Callable[..., Flask]) -> None:
    app = make_app(HTTPS=True, TRUSTED_HOSTS=["notes.example", "www.notes.example"])
    add_user(app, "priya")
    result = app.test_cli_runner().invoke(args=["users", "reset-link", "priya"])
    assert result.output.startswith("priya: https://notes.example/reset/1.")


def test_a_link_works_on_a_host_whose_clock_is_a_little_behind(app: Flask, priya: int) -> None:
    with at(NOON):
        path = link(app)
    for seconds, good in ((2, True), (60, True), (61, False)):
        with at(NOON - timedelta(seconds=seconds)):
            assert works(app, path) is good


def test_a_deactivation_voids_the_links(app: Flask, priya: int, bystander: int) -> None:
    before, noors = link(app), link(app, "noor")
    for command in ("deactivate", "activate"):
        assert app.test_cli_runner().invoke(args=["users", command, "priya"]).exit_code == 0
        assert not works(app, before)
    assert works(app, noors)
    after = link(app)
    assert works(app, after)
    assert app.test_client().post(after, data={"password": NEW}).status_code == 303
    assert sign_in(app.test_client(), "priya", NEW).status_code == 303


def test_an_account_that_was_deactivated_meanwhile_keeps_its_password(
    app: Flask, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, hash_password = link(app), passwords.hash_password

    def meanwhile(password: str) -> str:
        for active in (False, True):
            actions.set_active(priya, active=active)
        db.session.commit()
        return hash_password(password)

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    answer = app.test_client().post(path, data={"password": NEW})
    assert "This link was already used." in answer.text
    assert not is_signed_in(app.test_client())
    assert sign_in(app.test_client(), "priya").status_code == 303


@pytest.mark.parametrize("https", [False, True])
def test_its_page_sends_no_referrer_and_works_without_one(
    make_app: Callable[..., Flask], https: bool
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True, HTTPS=https, TRUSTED_HOSTS=["localhost"])
    add_user(app, "priya")
    path = link(app)
    client = app.test_client()
    base = "https://localhost" if https else "http://localhost"
    page = client.get(path, base_url=base)
    posted = {"password": NEW, "csrf_token": token_in(page)}
    bad = client.post(path, base_url=base, data={**posted, "password": "x"})
    foreign = {"Referer": "https://evil.example/"}
    refused = client.post(path, base_url=base, data=posted, headers=foreign if https else {})
    gone = client.get("/reset/1.x", base_url=base)
    done = client.post(path, base_url=base, data=posted)
    for answer in (page, bad, gone):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (page.status_code, bad.status_code) == (200, 400)
    assert (refused.status_code, done.status_code) == ((400, 303) if https else (303, 410))
    assert client.get("/login", base_url=base).headers["Referrer-Policy"] == "same-origin"


LINK = re.compile(r"(https?://[^/\s\"<>]+(?:/\w+)?)/reset/1\.")
FORWARDED = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.1"}


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "http://localhost"),
        ({"TRUSTED_HOSTS": ["notes.example", "localhost", "evil.example"]}, "http://notes.example"),
        ({"SITE_URL": "http://notes.example/desk"}, "http://notes.example/desk"),
    ],
)
def test_a_link_made_on_a_page_never_names_a_forwarded_host(
    make_app: Callable[..., Flask], values: dict[str, Any], address: str
) -> None:
    app = make_app(PROXY_HOPS=1, **values)
    add_user(app, "ada", is_admin=True)
    client = app.test_client()
    sign_in(client, "ada")
    page = client.post("/admin/users/1/reset-link", headers=FORWARDED)
    assert LINK.findall(page.text) == [address] * len(LINK.findall(page.text))
    assert address in LINK.findall(page.text)
    assert "evil.example" not in page.text


def test_a_command_says_which_address_it_assumes(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    for site, address in (
        ("", "http://127.0.0.1:8000"),
        ("https://n.example/d", "https://n.example/d"),
    ):
        app = make_app(SITE_URL=site)
        if not site:
            add_user(app, "priya")
        result = app.test_cli_runner().invoke(args=["users", "reset-link", "priya"])
        assert result.stdout.startswith(f"priya: {address}/reset/1.")
        assert ("Set SITE_URL" in result.stderr) is (not site)
