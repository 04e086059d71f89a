"""What every answer shares: headers, tokens, redirects, hosts, cursors, access."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest
from werkzeug.routing import Map

from notifications_app.core.database import db
from notifications_app.core.paging import Position
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.sending import notify
from notifications_app.domain.content import check
from notifications_app.domain.inbox import change_role
from notifications_app.domain.inbox.models import Delivery
from notifications_app.web.converters import NumberConverter
from notifications_app.web.cursors import cursor, read_cursor
from notifications_app.web.extensions import limiter
from notifications_app.web.redirects import safe_next
from notifications_app.web.security import HEADERS
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)


# ---- headers ----


@pytest.fixture
def broken(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application as it runs, with a limit that is reached and a page that breaks."""
    app = make_app(TESTING=False, WTF_CSRF_ENABLED=True, RATELIMIT_ENABLED=True)
    for status in (403, 500, 503):
        app.add_url_rule(f"/{status}", str(status), lambda status=status: abort(status))
    app.add_url_rule("/breaks", "breaks", lambda: 1 / 0)
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
        "400": client.post("/logout"),
        "401": client.get("/inbox/badge"),
        "403": client.get("/403"),
        "404": client.get("/nowhere"),
        "405": client.delete("/login"),
        "410": client.get("/reset/x"),
        "413": client.post("/login", data=b"x" * (256 * 1024 + 1)),
        "500": client.get("/breaks"),
        "503": client.get("/503"),
        "static": client.get("/static/app.css"),
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
        for header, value in HEADERS.items():
            assert answer.headers.getlist(header) == [value], name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
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


# ---- HTTPS, hosts, proxies ----


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


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/healthz", "/inbox"])
def test_a_host_that_is_not_ours_is_refused_without_an_address(secure: Flask, path: str) -> None:
    for base in ("https://evil.example", "http://evil.example"):
        answer = secure.test_client().get(path, base_url=base)
        assert answer.status_code == 400
        assert "evil" not in answer.text
        assert answer.headers["Content-Security-Policy"] == CSP
    assert secure.test_client().get("/login", base_url="https://notes.example").status_code == 200


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


# ---- who may, and the token of forms ----

#: Where no token is asked for: nowhere.
EXEMPT: set[str] = set()
PUBLIC = {
    "accounts.login", "accounts.logout", "accounts.register", "accounts.reset", "static",
    "web.healthz", "web.readyz", "web.start",
}  # fmt: skip
#: What is there for administrators alone.
ADMIN = {
    "accounts.people", "accounts.person", "accounts.reset_link", "accounts.import_from_file",
    "audit.index",
    "broadcasts.index", "broadcasts.one", "broadcasts.new", "broadcasts.edit", "broadcasts.recall",
}  # fmt: skip
SAFE = {"GET", "HEAD", "OPTIONS"}


def routes(app: Flask) -> Iterator[tuple[str, str, set[str]]]:
    """Every endpoint, a path that leads to it, and its methods."""
    for rule in app.url_map.iter_rules():
        values = {"number": 1, "verb": "read", "token": "x", "filename": "app.css"}
        path = app.url_map.bind("localhost").build(
            rule.endpoint, {name: values[name] for name in rule.arguments}
        )
        yield rule.endpoint, path, set(rule.methods or ())


def test_every_route_declares_its_access(app: Flask) -> None:
    declared = {
        endpoint: getattr(view, "access", None)
        for endpoint, view in app.view_functions.items()
        if endpoint != "static"
    }
    assert {name for name, access in declared.items() if access == "admin"} == ADMIN
    known = {"signed in", "admin"}
    assert {name for name, access in declared.items() if access not in known} | {"static"} == PUBLIC
    assert {declared[name] for name in PUBLIC - {"static"}} == {"public"}


def test_nobody_signed_out_gets_past_the_sign_in_page(app: Flask) -> None:
    client, seen = app.test_client(), 0
    for endpoint, path, methods in routes(app):
        if endpoint in PUBLIC:
            continue
        for method in methods - {"OPTIONS"}:
            answer = client.open(path, method=method)
            seen += 1
            if endpoint in {"inbox.badge", "inbox.data"}:
                assert answer.status_code == 401
            else:
                assert answer.status_code == 303, path
                assert answer.headers["Location"].startswith("/login"), path
    assert seen >= 10


def test_an_administrators_page_is_not_there_for_others(app: Flask) -> None:
    people = {name: add_user(app, name, is_admin=name == "ada") for name in ("ada", "priya")}
    clients = {name: app.test_client() for name in people}
    for name, client in clients.items():
        sign_in(client, name)
    for endpoint, path, methods in routes(app):
        if endpoint in ADMIN:
            for method in methods - {"OPTIONS"}:
                assert clients["priya"].open(path, method=method).status_code == 404, path
    with app.app_context():
        change_role.revoke_admin(people["ada"], NOON)
        change_role.grant_admin(people["priya"], NOON)
        db.session.commit()
    for name, status in (("ada", 404), ("priya", 200)):
        assert clients[name].get("/admin/audit").status_code == status, name


def test_every_unsafe_route_asks_for_its_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True, REGISTRATION_OPEN=True)
    for name in ("priya", "noor"):
        add_user(app, name)
    client, unsafe = app.test_client(), set()
    sign_in(client, "priya", csrf_token=token_in(client.get("/login")))
    stranger = app.test_client()
    theirs = token_in(stranger.get("/login"))
    before = everything(app)
    for endpoint, path, methods in routes(app):
        for method in methods - SAFE:
            for browser, token in ((client, ""), (client, theirs), (app.test_client(), theirs)):
                data = {"csrf_token": token, "part": "name", "display_name": "Changed",
                        "username": "noor", "password": PASSWORD, "make": "notification:info",
                        "action": "read", "tab": "inbox", "stamp": "1"}  # fmt: skip
                answer = browser.open(path, method=method, data=data)
                fitting = {400, 303, 404, 410} if getattr(
                    app.view_functions[endpoint], "rerenders_after_csrf_error", False
                ) else {400}  # fmt: skip
                assert answer.status_code in fitting, (endpoint, answer.status_code)
                assert not is_signed_in(browser) or browser is client
            unsafe.add(endpoint)
    assert everything(app) == before
    assert is_signed_in(client)
    assert unsafe - EXEMPT == unsafe
    assert len(unsafe) >= 10
    from notifications_app.web.extensions import csrf

    assert csrf._exempt_views == csrf._exempt_blueprints == EXEMPT


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
    assert "This form did not come from your session." in answer.text
    assert 'value="priya"' in answer.text
    assert 'name="next" value="/compare"' in answer.text
    assert PASSWORD not in answer.text
    assert not is_signed_in(client)
    assert sign_in(client, "priya", csrf_token=token_in(answer)).status_code == 303


def test_an_expired_form_of_a_closed_page_is_not_there(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True, TESTING=False)
    assert app.test_client().post("/register", data={"username": "x"}).status_code == 404


# ---- somebody else's ----

VERBS = ("read", "unread", "dismiss", "restore", "snooze", "unsnooze")


@pytest.mark.parametrize("verb", VERBS)
def test_somebody_elses_notification_is_not_there_for_anybody(app: Flask, verb: str) -> None:
    people = {name: add_user(app, name, is_admin=name == "ada") for name in
              ("owner", "other", "ada", "locked")}  # fmt: skip
    clients = {name: app.test_client() for name in ("nobody", *people)}
    with app.app_context():
        number = notify([people["owner"]], check("For the owner"), NOON).notification.id
        admins = broadcasts.broadcast("role:admin", check("For admins"), NOON).notification.id
        db.session.commit()
    for name in people:
        sign_in(clients[name], name)
    with app.app_context():
        accounts.set_active(people["locked"], active=False)
        db.session.commit()
    untouched = deliveries(app)
    expected = {"nobody": 303, "other": 404, "ada": 404, "locked": 303}
    for name, status in expected.items():
        assert clients[name].post(f"/inbox/{number}/{verb}").status_code == status, name
        assert clients[name].get(f"/inbox/{number}").status_code == status, name
        assert deliveries(app) == untouched, name
    assert clients["other"].post(f"/inbox/{admins}/{verb}").status_code == 404
    mine = clients["owner"].post(f"/inbox/{number}/{verb}", data={"choice": "hour"})
    assert mine.status_code == 303
    assert clients["owner"].get(f"/inbox/{number}").status_code == 200


def deliveries(app: Flask) -> list[Any]:
    with app.app_context():
        return sorted(map(repr, db.session.execute(sa.select(Delivery.__table__)).all()))


@pytest.mark.parametrize(
    "number", ["0", "-1", "01", "1.0", "x", "2147483648", str(2**63), "9" * 20, "%00", "\u0661",
               "1%00", "1e3", "+1", "%201"],
)  # fmt: skip
def test_an_id_that_no_row_can_have_is_not_there(
    client: FlaskClient, priya: int, number: str
) -> None:
    sign_in(client, "priya")
    assert client.get(f"/inbox/{number}").status_code == 404
    for verb in VERBS:
        assert client.post(f"/inbox/{number}/{verb}").status_code == 404


@pytest.mark.parametrize("number", ["2147483648", "9999999999", "1\u0661"])
def test_no_row_is_called_by_a_number_outside_its_column(number: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what makes it a 404
        NumberConverter(Map()).to_python(number)


def test_the_largest_id_is_only_not_there(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert client.get(f"/inbox/{2**31 - 1}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_verb_is_posted(client: FlaskClient, priya: int, method: str) -> None:
    sign_in(client, "priya")
    answer = client.open("/inbox/1/read", method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


BAD_NUMBERS = ["", "\0", "-1", "1.0", "9" * 19, "9" * 20, "9" * 999, "\u0661", "x", "0x1", " 1"]


@pytest.mark.parametrize("stamp", [*BAD_NUMBERS, "1"])
def test_no_stamp_breaks_the_undo(client: FlaskClient, priya: int, stamp: str) -> None:
    sign_in(client, "priya")
    answer = client.post("/inbox/undo", data={"stamp": stamp})
    assert answer.status_code == (404 if stamp == "1" else 400)


GOOD_SHOWN = {"action": "read", "scope": "all", "tab": "inbox", "top": "1", "seen": "0",
              "moment": "2026-11-20T12:00:00Z"}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *itertools.product(("top", "seen"), BAD_NUMBERS),
        *itertools.product(
            ["moment"],
            ["", "\0", "x", "2026-11-20", "2026-11-20T12:00:00", "0001-01-01T00:00:00+23:59",
             "9999-12-31T23:59:59-23:59", "2026-11-20T12:00:00+99:00", "9" * 20],
        ),
        *itertools.product(["tab"], ["\0", "x", "everything", "9" * 20]),
        *itertools.product(["action"], ["", "\0", "snoozed", "unre", "drop", "9" * 20]),
    ],
)  # fmt: skip
def test_a_bulk_form_that_was_tampered_with_is_refused(
    client: FlaskClient, priya: int, field: str, value: str
) -> None:
    sign_in(client, "priya")
    answer = client.post("/inbox/bulk", data=GOOD_SHOWN | {field: value})
    assert answer.status_code == 400
    assert client.post("/inbox/bulk", data=GOOD_SHOWN).status_code == 303


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_moment_far_away_breaks_nothing(client: FlaskClient, priya: int, moment: str) -> None:
    sign_in(client, "priya")
    far = {"moment": moment, "top": "9" * 18, "seen": "9" * 18}
    assert client.post("/inbox/bulk", data=GOOD_SHOWN | far).status_code == 303


@pytest.mark.parametrize("tab", ["\0", "x", "9" * 20, "INBOX"])
def test_a_tab_that_is_none_is_not_there(client: FlaskClient, priya: int, tab: str) -> None:
    sign_in(client, "priya")
    assert client.get("/inbox", query_string={"tab": tab}).status_code == 404


# ---- where to go next ----


@pytest.mark.parametrize(
    "good",
    [
        "/",
        "/inbox",
        "/inbox?tab=unread&before=1-2-3",
        "/inbox/5#top",
        "/a/b//c",
        "/caf\xe9",
        "/%5C",
    ],
)
def test_a_path_of_this_site_is_a_place_to_go_next(good: str) -> None:
    assert safe_next(good, "/default") == good


BAD_PLACES = [
    "", None, "inbox", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example",
    "\\\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example",
    "\t//evil.example", " //evil.example", "/ /evil.example", "https://evil.example",
    "http:///evil.example", "HTTPS:evil.example", "javascript:alert(1)", "data:text/html,x",
    "/inbox\\..\\evil", "/in\0box", "/in\x7fbox", "/\u202eevil", "/\x85/evil", "/\u2028/evil",
    "/\ufeff/evil", "/in box", "/\xa0", "/\ud800",
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_PLACES)
def test_anything_else_is_not(bad: str | None) -> None:
    assert safe_next(bad, "/default") == "/default"


@given(st.text(alphabet=st.sampled_from("/\\.:@%\t\r\n \0aevil?#-\u2215\uff0f")))
def test_no_place_to_go_next_leaves_this_site(target: str) -> None:
    found = safe_next(target, "/default")
    assert found.startswith("/")
    assert not found.startswith("//")
    assert "\\" not in found
    assert found.isprintable()


def test_a_path_with_letters_is_sent_as_browsers_send_it(client: FlaskClient, priya: int) -> None:
    answer = sign_in(client, "priya", next="/caf\xe9?q=\u20ac&x=%2F#here")
    assert answer.headers["Location"] == "/caf%C3%A9?q=%E2%82%AC&x=%2F#here"


# ---- cursors ----

POSITION = Position(datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC), 12345)


@pytest.fixture(scope="module")
def context() -> Iterator[None]:
    """A request, for the keys."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="the new key", SECRET_KEY_FALLBACKS=["the old key"])
    with app.test_request_context():
        yield


def test_a_cursor_comes_back_as_it_went(context: None) -> None:
    assert read_cursor("inbox", cursor("inbox", POSITION)) == POSITION
    assert read_cursor("inbox", "") is None
    assert read_cursor("inbox", None) is None


def test_a_cursor_is_for_its_own_list(context: None) -> None:
    with pytest.raises(BadRequest):
        read_cursor("unread", cursor("inbox", POSITION))


@given(st.text())
def test_no_made_up_cursor_is_taken(context: None, words: str) -> None:
    if words:
        with pytest.raises(BadRequest):
            read_cursor("inbox", words)


@given(st.data())
def test_no_changed_cursor_is_taken(context: None, data: st.DataObject) -> None:
    good = cursor("inbox", POSITION)
    place = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.sampled_from("0123456789abcdefABCDEF-_+ x\0\u0661\ud800"))
    changed = good[:place] + letter + good[place + data.draw(st.integers(0, 1)) :]
    if changed != good:
        with pytest.raises(BadRequest):
            read_cursor("inbox", changed)


@given(st.integers(-(2**80), 2**80), st.integers(-(2**80), 2**80))
def test_no_number_in_a_cursor_breaks_it(context: None, micros: int, number: int) -> None:
    with pytest.raises(BadRequest):
        read_cursor("inbox", f"{micros:x}-{number:x}-0123456789abcdef0123")


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("words", ["x", "\0", "9" * 20, "f" * 5000, "-", "1-1-x", "\u0661", "%ff"])
def test_a_tampered_cursor_in_an_address_is_refused(
    client: FlaskClient, priya: int, name: str, words: str
) -> None:
    sign_in(client, "priya")
    assert client.get("/inbox", query_string={name: words}).status_code == 400
    assert client.get(f"/inbox?{name}=%ff%fe").status_code == 400


# ---- size ----


def test_a_request_that_is_too_large_is_refused_whole(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    for data in ({"part": "name", "display_name": "x" * 256 * 1024}, b"x" * (256 * 1024 + 1)):
        assert client.post("/settings", data=data).status_code == 413
    many = {f"field{number}": "x" for number in range(2000)}
    answer = client.post("/settings", data=many, content_type="multipart/form-data")
    assert answer.status_code == 413


# ---- health ----


def test_healthz_says_that_the_process_is_up_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "up"})
    assert "Set-Cookie" not in answer.headers


def test_readyz_says_whether_the_database_is_migrated(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})
    with app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
        db.session.commit()
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "not migrated"})
    finally:
        with app.app_context():
            (head,) = app.extensions["notifications_app: migration heads"]
            db.session.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": head})
            db.session.commit()


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


def test_the_badge_is_json_with_exactly_these_keys(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert client.get("/inbox/badge").json == {"unread": 0, "label": "0"}
    assert client.application.test_client().get("/inbox/badge").json == {"error": "Sign in first."}
