"""Headers, tokens, hosts and forwarded addresses, on every answer."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from notifications_app.web import hosts
from notifications_app.web.extensions import limiter
from notifications_app.web.security import HEADERS
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def broken(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application as it runs, with a limit that is reached and a page that breaks."""
    app = make_app(TESTING=False, WTF_CSRF_ENABLED=True, RATELIMIT_ENABLED=True)
    for status in (403, 500, 503):
        app.add_url_rule(f"/{status}", str(status), lambda status=status: abort(status))
    app.add_url_rule("/breaks", "breaks", lambda: str(1 / 0))
    add_user(app, "priya")
    with app.app_context():
        limiter.reset()
    yield app
    with app.app_context():
        limiter.reset()
    make_app()


def every_status(app: Flask) -> dict[str, Any]:
    """An answer of each kind."""
    client = app.test_client()
    page = client.get("/login")
    answers = {
        "200": page,
        "302": client.get("/"),
        "303": client.get("/inbox"),
        "400": client.post("/login"),
        "401": client.get("/inbox/badge"),
        "403": client.get("/403"),
        "404": client.get("/nowhere"),
        "405": client.delete("/login"),
        "410": client.get("/reset/x"),
        "413": client.post("/login", data=b"x" * (256 * 1024 + 1)),
        "500": client.get("/breaks"),
        "503": client.get("/503"),
        "static": client.get("/static/css/base.css"),
        "no static": client.get("/static/nothing.css"),
        "health": client.get("/healthz"),
    }
    token = token_in(page)
    for _ in range(11):
        answers["429"] = client.post("/login", data={"username": "x", "csrf_token": token})
    return answers


def test_the_same_headers_stand_on_every_status(broken: Flask) -> None:
    answers = every_status(broken)
    for name, answer in answers.items():
        if name.isdecimal():
            assert answer.status_code == int(name)
        assert answer.headers["Content-Security-Policy"] == CSP, name
        policy = "no-referrer" if name == "410" else "same-origin"  # the page of a one-time link
        for header, value in (HEADERS | {"Referrer-Policy": policy}).items():
            assert answer.headers.getlist(header) == [value], name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Permissions-Policy" in answer.headers
        assert "Strict-Transport-Security" not in answer.headers
        assert not any("Access-Control" in header for header, _value in answer.headers)
        assert "X-Powered-By" not in answer.headers
        kept = "max-age=31536000" if name == "static" else "no-store"
        assert answer.headers["Cache-Control"].removeprefix("public, ") == kept, name
        answer.close()


def test_a_signed_in_page_is_not_stored_and_the_badge_is_asked_for_anew(
    client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    for path in ("/inbox", "/settings", "/compare", "/nowhere"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    badge = client.get("/inbox/badge")
    assert badge.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/inbox/badge", headers={"If-None-Match": badge.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == CSP


def test_no_cross_site_header_answers_a_cross_site_question(
    client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (client.options("/inbox", headers=asked), client.get("/inbox", headers=asked)):
        assert not any("Access-Control" in header for header, _value in answer.headers)


@pytest.fixture
def secure(make_app: Callable[..., Flask]) -> Flask:
    return make_app(HTTPS=True, TRUSTED_HOSTS=["notes.example"], TESTING=False)


def test_with_https_browsers_are_told_to_stay_there(secure: Flask) -> None:
    client, base = secure.test_client(), "https://notes.example"
    for path in ("/login", "/nowhere", "/healthz"):
        answer = client.get(path, base_url=base)
        hsts = answer.headers["Strict-Transport-Security"]
        assert hsts == "max-age=31536000; includeSubDomains"


def test_with_https_a_plain_request_is_sent_there_or_refused(secure: Flask) -> None:
    client, base = secure.test_client(), "http://notes.example"
    answer = client.get("/login?next=/inbox", base_url=base)
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://notes.example/login?next=/inbox"
    assert "Set-Cookie" not in answer.headers
    assert client.post("/login", base_url=base).status_code in {400, 403}
    assert client.get("/healthz", base_url=base).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/healthz/", "/inbox"])
def test_a_host_that_is_not_ours_is_refused_without_an_address(secure: Flask, path: str) -> None:
    for base in ("https://evil.example", "http://evil.example"):
        answer = secure.test_client().get(path, base_url=base)
        assert answer.status_code == 400
        assert "evil" not in answer.text
        assert answer.headers["Content-Security-Policy"] == CSP
    assert secure.test_client().get("/login", base_url="https://notes.example").status_code == 200


def test_a_refused_host_is_logged_once_a_minute(
    secure: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 1000.0
    monkeypatch.setattr(hosts, "monotonic", lambda: seconds)
    client = secure.test_client()

    def logged() -> list[str]:
        for host in ("evil.example", "evil.example", "other.example", "a b"):
            client.get("/login", headers={"Host": host})
        found = [record.fields for record in caplog.records if "refused" in record.message]  # type: ignore[attr-defined]
        caplog.clear()
        assert all(fields["address"] == "127.0.0.1" for fields in found)
        return [fields["host"] for fields in found]

    assert logged() == ["evil.example", "other.example", "a b"]
    seconds += 59
    assert logged() == []
    seconds += 1
    assert logged() == ["evil.example", "other.example", "a b"]
    for number in range(1000):
        client.get("/login", headers={"Host": f"{number}.example"})
    assert len(caplog.records) < 110


@pytest.mark.parametrize("headers", [{"X-Forwarded-Proto": "https"}, {"X-Forwarded-Ssl": "on"},
                                     {"X-Forwarded-Protocol": "ssl"}])  # fmt: skip
def test_what_gunicorn_believes_on_loopback_is_undone(
    make_app: Callable[..., Flask], headers: dict[str, str]
) -> None:
    app = make_app(HTTPS=True, TRUSTED_HOSTS=["notes.example"], TESTING=False)
    environ = {"wsgi.url_scheme": "https", "gunicorn.socket": socket.socket(), "SCRIPT_NAME": ""}
    answer = app.test_client().get(
        "/login", base_url="http://notes.example", headers=headers, environ_overrides=environ
    )
    assert answer.status_code == 301
    environ["gunicorn.socket"].close()  # type: ignore[attr-defined]


def test_a_script_name_from_a_header_is_undone(make_app: Callable[..., Flask]) -> None:
    for hops, place in ((0, "/login?next=/n/inbox"), (1, "/n/login?next=/n/inbox")):
        environ = {"gunicorn.socket": None, "SCRIPT_NAME": "/n", "HTTP_SCRIPT_NAME": "/n"}
        client = make_app(PROXY_HOPS=hops).test_client()
        answer = client.get("/inbox", environ_overrides=environ)
        assert answer.headers.get("Location", place) == place
        assert answer.status_code == (303 if hops else 404)


@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "198.51.100.2"),
                                               (2, "198.51.100.1")])  # fmt: skip
def test_forwarded_headers_are_believed_for_as_many_proxies_as_are_configured(
    make_app: Callable[..., Flask], hops: int, address: str
) -> None:
    app = make_app(PROXY_HOPS=hops)
    add_user(app, "priya")
    client = app.test_client()
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1, 198.51.100.2"}
    data = {"username": "priya", "password": PASSWORD}
    client.post("/login", data=data, headers=headers)
    assert f"<span>{address}</span>" in client.get("/settings", headers=headers).text


def test_a_forwarded_host_is_not_believed_without_a_proxy(app: Flask) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = app.test_client().get("/inbox", headers=headers)
    assert answer.headers["Location"] == "/login?next=/inbox"
    assert "evil" not in app.test_client().get("/login", headers=headers).text


def test_the_token_travels_with_the_session_however_old_the_page_is(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "priya")
    client = app.test_client()
    with at(NOON):
        sign_in(client, "priya", csrf_token=token_in(client.get("/login")))
        token = token_in(client.get("/settings"))
    with at(NOON.replace(hour=19)):
        data = {"part": "name", "display_name": "Later", "csrf_token": token}
        assert client.post("/settings", data=data).status_code == 303


def test_an_expired_sign_in_form_says_so_and_keeps_the_name(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "priya")
    client = app.test_client()
    answer = sign_in(client, "priya", next="/compare")
    assert answer.status_code == 400
    assert "This site needs cookies, and your browser sent none." in answer.text
    assert 'value="priya"' in answer.text
    assert 'name="next" value="/compare"' in answer.text
    assert PASSWORD not in answer.text
    assert not is_signed_in(client)
    assert sign_in(client, "priya", csrf_token=token_in(answer)).status_code == 303


def test_an_expired_form_of_a_closed_page_is_not_there(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True, TESTING=False)
    assert app.test_client().post("/register", data={"username": "x"}).status_code == 404


def test_a_request_that_is_too_large_is_refused_whole(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    for data in ({"part": "name", "display_name": "x" * 256 * 1024}, b"x" * (256 * 1024 + 1)):
        assert client.post("/settings", data=data).status_code == 413
    many = {f"field{number}": "x" for number in range(2000)}
    answer = client.post("/settings", data=many, content_type="multipart/form-data")
    assert answer.status_code == 413
