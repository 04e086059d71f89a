"""Access to each page: every route, every role, other people's rows."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.sending import notify
from notifications_app.domain.content import check
from notifications_app.domain.inbox import change_role
from notifications_app.domain.inbox.models import Delivery
from tests.support.database import everything
from tests.support.moments import NOON
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in
from tests.support.routes import SAFE, routes

#: Routes that ask for no token: none.
EXEMPT: set[str] = set()

PUBLIC = {
    "accounts.login", "accounts.login_code", "accounts.logout", "accounts.register",
    "accounts.reset", "static", "web.healthz", "web.readyz", "web.start",
}  # fmt: skip

#: Routes for administrators alone.
ADMIN = {
    "accounts.people", "accounts.person", "accounts.reset_link", "accounts.import_from_file",
    "accounts.staged_import", "accounts.new_person", "accounts.change_person",
    "accounts.person_groups", "accounts.groups", "accounts.group",
    "accounts.end_sign_in_of", "accounts.end_all_of",
    "audit.index", "audit.as_csv",
    "broadcasts.index", "broadcasts.one", "broadcasts.new", "broadcasts.edit", "broadcasts.recall",
    "broadcasts.restore", "broadcasts.again", "broadcasts.live_preview",
}  # fmt: skip


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


def test_refused_access_is_logged(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(HTTPS=True, TRUSTED_HOSTS=["localhost"], TESTING=False)
    add_user(app, "priya")
    client = app.test_client()
    data = {"username": "priya", "password": PASSWORD}
    client.post("/login", data=data, base_url="https://localhost")
    caplog.clear()
    assert client.get("/admin/audit", base_url="https://localhost").status_code == 404
    assert client.post("/settings", base_url="http://localhost").status_code == 403
    found = [getattr(record, "fields", {}) for record in caplog.records]
    assert [record.message for record in caplog.records] == ["access refused"] * 2
    assert found[0] == {"path": "/admin/audit", "username": "priya", "address": "127.0.0.1"}
    assert found[1]["path"] == "/settings"


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
                    app.view_functions[endpoint], "rerenders_after_csrf_error", None
                ) else {303}  # fmt: skip
                assert answer.status_code in fitting, (endpoint, answer.status_code)
                assert not is_signed_in(browser) or browser is client
            unsafe.add(endpoint)
    assert everything(app) == before
    assert is_signed_in(client)
    assert unsafe - EXEMPT == unsafe
    assert len(unsafe) >= 10
    from notifications_app.web.extensions import csrf

    assert csrf._exempt_views == csrf._exempt_blueprints == EXEMPT


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


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_verb_is_posted(client: FlaskClient, priya: int, method: str) -> None:
    sign_in(client, "priya")
    answer = client.open("/inbox/1/read", method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
