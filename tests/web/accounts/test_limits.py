"""How often a password may be tried."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.accounts import passwords
from notifications_app.web.extensions import limiter
from tests.support.app import REDIS, with_redis
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in


@pytest.fixture
def limited(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application with its limits, which live as long as the process."""
    app = make_app(RATELIMIT_ENABLED=True)
    with app.app_context():
        limiter.reset()
    for name in ("priya", "noor"):
        add_user(app, name)
    yield app
    with app.app_context():
        limiter.reset()
    make_app()  # the limiter is one for all applications of a process


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed for a check."""
    seen: list[str] = []
    fits = passwords.matches

    def spy(password_hash: str | None, password: str) -> bool:
        seen.append(password)
        return fits(password_hash, password)

    monkeypatch.setattr(passwords, "matches", spy)
    return seen


def test_the_eleventh_try_at_an_account_is_refused_before_any_hashing(
    limited: Flask, hashings: list[str]
) -> None:
    with at(NOON):
        for number in range(10):
            assert sign_in(limited.test_client(), "priya", f"wrong {number}").status_code == 400
        hashings.clear()
        answer = sign_in(limited.test_client(), " PRIYA ")
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "900"
        assert hashings == []
        assert sign_in(limited.test_client(), "noor").status_code == 303
    with at(NOON + timedelta(minutes=15)):
        assert sign_in(limited.test_client(), "priya").status_code == 303


def test_whoever_tries_too_often_sees_the_sign_in_page_with_the_name_and_the_wait(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(RATELIMIT_ENABLED=True, WTF_CSRF_ENABLED=True)
    with app.app_context():
        limiter.reset()
    client = app.test_client()
    with at(NOON):
        token = token_in(client.get("/login"))
        typed = {"username": "Priya<b>", "password": "a secret try", "csrf_token": token}
        for _ in range(10):
            client.post("/login?next=/compare", data=typed)
    with at(NOON + timedelta(seconds=30)):
        answer = client.post("/login", data={**typed, "next": "/compare", "keep": "y"})
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "870"
        assert not [name for name, _ in answer.headers if "rate" in name.lower()]
        page = answer.text
        assert "Too many attempts. Try again in 15 minutes." in page
        assert re.search(r'<input[^>]* name="username"[^>]* value="Priya&lt;b&gt;"', page)
        assert re.search(r'<input[^>]* name="next" value="/compare"', page)
        assert "a secret try" not in page
        script = client.post("/login", data=typed, headers={"Accept": "application/json"})
        assert script.status_code == 429
        assert script.json is not None
        assert script.json["error"] == "Nothing was changed. Try again in 15 minutes."
    for seconds, words in ((809, "2 minutes"), (810, "90 seconds"), (899, "1 second")):
        with at(NOON + timedelta(seconds=seconds)):
            assert f"Try again in {words}." in client.post("/login", data=typed).text
    make_app()


def test_signing_in_rightly_is_no_try(limited: Flask) -> None:
    with at(NOON):
        for _ in range(120):
            assert sign_in(limited.test_client(), "priya").status_code == 303
        for number in range(10):
            assert sign_in(limited.test_client(), "priya", "wrong").status_code == 400, number
        assert sign_in(limited.test_client(), "priya").status_code == 429


def from_address(address: str) -> dict[str, Any]:
    """The arguments of a request from this address."""
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def tries(app: Flask, address: str, username: str = "priya", password: str = "wrong") -> int:
    """Try to sign in from an address, in a browser that is new."""
    data = {"username": username, "password": password}
    return app.test_client().post("/login", data=data, **from_address(address)).status_code


def test_a_stranger_locks_nobody_out(limited: Flask, hashings: list[str]) -> None:
    with at(NOON):
        for _ in range(40):
            tries(limited, "203.0.113.1")
        assert len(hashings) == 10
        assert tries(limited, "203.0.113.1", password=PASSWORD) == 429
        assert tries(limited, "203.0.113.2", password=PASSWORD) == 303


def test_a_name_is_locked_slowly_from_many_addresses_except_where_it_signed_in(
    limited: Flask, hashings: list[str]
) -> None:
    known = limited.test_client()
    with at(NOON):
        for name in ("noor", "priya"):
            sign_in(known, name)
            known.post("/logout")
        hashings.clear()
        for number in range(30):
            for _ in range(9):
                tries(limited, f"203.0.113.{number}")
        assert len(hashings) == 100
        assert tries(limited, "198.51.100.1", password=PASSWORD) == 429
        assert tries(limited, "198.51.100.1", "noor", PASSWORD) == 303
        assert sign_in(known, "priya", **from_address("203.0.113.1")).status_code == 303
        known.post("/logout")
        for _ in range(10):
            assert sign_in(known, "priya", "wrong").status_code == 400
        assert sign_in(known, "priya").status_code == 429
        assert sign_in(known, "noor").status_code == 303
    with at(NOON + timedelta(hours=1)):
        assert tries(limited, "198.51.100.1", password=PASSWORD) == 303


def test_the_cookie_of_a_browser_is_worth_nothing_for_other_names(
    limited: Flask, hashings: list[str]
) -> None:
    with at(NOON):
        client = limited.test_client()
        sign_in(client, "noor")
        cookie = client.get_cookie("known")
        assert cookie is not None
        assert cookie.http_only
        assert "noor" not in cookie.value
        hashings.clear()
        for number in range(15):
            other = limited.test_client()
            other.set_cookie("known", cookie.value if number % 2 else f"{cookie.value}x")
            sign_in(other, "priya", "wrong")
        assert len(hashings) == 10


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("203.0.113.1", "203.0.113.2", False),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(
    limited: Flask, one: str, other: str, are_one: bool
) -> None:
    with at(NOON):
        for _ in range(10):
            tries(limited, one)
        assert tries(limited, other, password=PASSWORD) == (429 if are_one else 303)


@pytest.mark.slow
def test_tries_side_by_side_are_counted_one_by_one(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(10)
    fits = passwords.matches

    def matches(password_hash: str | None, password: str) -> bool:
        together.wait(10)
        return fits(password_hash, password)

    monkeypatch.setattr(passwords, "matches", matches)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(tries(limited, "203.0.113.1")))
        for _ in range(15)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [400] * 10 + [429] * 5


def test_all_questions_for_the_password_have_one_count(limited: Flask) -> None:
    add_user(limited, "ada", is_admin=True)
    client, elsewhere = limited.test_client(), limited.test_client()
    doors = (
        ("/settings", {"part": "password", "current": "no", "new": "a new good password"}),
        ("/settings/sign-ins/end-all", {"password": "no"}),
        ("/admin/users/1/reset-link", {"password": "no"}),
    )
    with at(NOON):
        sign_in(client, "ada")
        sign_in(elsewhere, "ada")
    with at(NOON + timedelta(minutes=20)):
        for number in range(10):
            path, data = doors[number % 3]
            assert client.post(path, data=data).status_code == 400
        for path, data in doors:
            assert client.post(path, data=data).status_code == 429
            assert elsewhere.post(path, data=data).status_code == 400


def test_looking_at_the_page_is_no_try(limited: Flask) -> None:
    for _ in range(12):
        assert limited.test_client().get("/login").status_code == 200
    assert sign_in(limited.test_client(), "priya").status_code == 303


def test_the_hundred_and_first_try_of_an_address_is_refused(limited: Flask) -> None:
    client = limited.test_client()
    with at(NOON):
        for number in range(100):
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}  # nobody asked for it
            client.post("/login", data={"username": f"u{number}"}, headers=headers)
        assert sign_in(client, "noor").status_code == 429
        elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
        answer = client.post("/login", data={"username": "noor"}, environ_overrides=elsewhere)
        assert answer.status_code == 400


def test_a_form_without_its_token_counts_as_a_try(make_app: Callable[..., Flask]) -> None:
    app = make_app(RATELIMIT_ENABLED=True, WTF_CSRF_ENABLED=True)
    with app.app_context():
        limiter.reset()
    with at(NOON):
        statuses = [
            app.test_client().post("/login", data={"username": "x"}).status_code for _ in range(11)
        ]
    assert statuses == [400] * 10 + [429]
    make_app()


def test_the_current_password_is_not_to_be_guessed_either(limited: Flask) -> None:
    client, noors = limited.test_client(), limited.test_client()
    wrong = {"part": "password", "current": "not this one", "new": "a new good password"}
    with at(NOON):
        sign_in(client, "priya")
        sign_in(noors, "noor")
        for _ in range(10):
            assert client.post("/settings", data=wrong).status_code == 400
        answer = client.post("/settings", data=wrong)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "900"
        assert "Nothing was changed. Try again in 15 minutes." in answer.text
        assert client.post("/settings", data=wrong | {"part": "all"}).status_code == 429
        for part in ("name", "all"):
            name = {
                "part": part,
                "display_name": f"Priya {part}",
                "current": "typed by the browser",
            }
            assert client.post("/settings", data=name).status_code == 303
        assert noors.post("/settings", data=wrong).status_code == 400


def test_reset_links_are_not_to_be_guessed(limited: Flask) -> None:
    client = limited.test_client()
    with at(NOON):
        for _ in range(100):
            assert client.post("/reset/1.guess").status_code == 410
        assert client.post("/reset/1.guess").status_code == 429


@with_redis
def test_with_redis_the_tries_count_in_every_process(make_app: Callable[..., Flask]) -> None:
    one = make_app(RATELIMIT_ENABLED=True, REDIS_URL=REDIS)
    for name in ("priya", "noor"):
        add_user(one, name)
    with one.app_context():
        limiter.reset()
    for _ in range(10):
        assert sign_in(one.test_client(), "priya", "wrong").status_code == 400
    storage: Any = limiter.storage
    storage.storage.connection_pool.disconnect()
    two = make_app(RATELIMIT_ENABLED=True, REDIS_URL=REDIS)
    answer = sign_in(two.test_client(), "priya")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    client = two.test_client()
    assert sign_in(client, "noor").status_code == 303
    assert is_signed_in(client)
    with two.app_context():
        limiter.reset()
    make_app()


def test_with_redis_away_the_limits_are_kept_in_memory(make_app: Callable[..., Flask]) -> None:
    app = make_app(RATELIMIT_ENABLED=True, REDIS_URL="redis://127.0.0.1:1/0")
    add_user(app, "priya")
    client: FlaskClient = app.test_client()
    assert sign_in(client, "priya").status_code == 303
    assert client.get("/inbox").status_code == 200
    make_app()
