"""The health pages, and the badge as scripts see it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.people import sign_in


def test_healthz_says_that_the_process_is_up_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "up"})
    assert "Set-Cookie" not in answer.headers


def test_readyz_says_whether_the_database_is_migrated(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "database": "ready"})


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite3", "postgresql://name:hunter2@127.0.0.1:1/nothing"]
)
def test_health_pages_reveal_nothing_of_a_database_that_is_away(
    make_app: Callable[..., Flask], url: str
) -> None:
    client = make_app(DATABASE_URL=url, TESTING=False).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    for secret in ("nowhere", "hunter2", "127.0.0.1", "Traceback", "psycopg", "sqlite"):
        assert secret not in answer.text


ANY_HOST = ("10.0.0.7:8000", "[fe80::1]:8000", "[::1]", "evil.example", "NOTES.example", "a b",
            "a_b", "<x>", "", "x" * 300, "host:99999", "\u00e9")  # fmt: skip


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_pages_answer_whatever_the_host_and_on_plain_http(
    make_app: Callable[..., Flask], path: str
) -> None:
    apps = [
        make_app(TESTING=False, HTTPS=True, TRUSTED_HOSTS=["notes.example"], PROXY_HOPS=1),
        make_app(TESTING=False, TRUSTED_HOSTS=["[::1]"]),
        make_app(TESTING=False),
    ]
    for app in apps:
        client = app.test_client()
        client.set_cookie("session", "nonsense")
        for host in ANY_HOST:
            for headers in ({"Host": host}, {"X-Forwarded-Host": host}):
                answer = client.get(path, headers=headers)
                assert answer.status_code == 200, host
                assert "Set-Cookie" not in answer.headers
        no_host = client.get(
            path, environ_overrides={"HTTP_HOST": None, "SERVER_PROTOCOL": "HTTP/1.0"}
        )
        assert no_host.status_code == 200


def test_the_badge_is_json_with_exactly_these_keys(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert client.get("/inbox/badge").json == {"unread": 0, "label": "0"}
    assert client.application.test_client().get("/inbox/badge").json == {"error": "Sign in first."}
