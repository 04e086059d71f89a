"""Access to the pages of broadcasts."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.broadcasts import sending
from notifications_app.domain.content import check
from notifications_app.domain.inbox import change_role
from tests.support.audit import entries
from tests.support.broadcast_pages import NEW, all_sent, broadcast
from tests.support.moments import LATER, NOW, at
from tests.support.people import sign_in, token_in

LIST = "/admin/broadcasts"


@pytest.fixture
def paths(app: Flask) -> list[str]:
    number = broadcast(app, "Hello")
    one = f"{LIST}/{number}"
    return [LIST, NEW, one, f"{one}/edit", f"{one}/recall"]


def test_only_an_administrator_finds_the_pages(
    app: Flask, admin: FlaskClient, paths: list[str]
) -> None:
    reader = app.test_client()
    with at(LATER):
        sign_in(reader, "priya")
        for path in paths:
            assert admin.get(path).status_code == 200, path
            assert reader.get(path).status_code == 404, path
            signed_out = app.test_client().get(path)
            assert signed_out.status_code == 303, path
            assert signed_out.headers["Location"].startswith("/login?next=/admin"), path
        assert "Broadcasts" in admin.get("/inbox").text
        assert "Broadcasts" not in reader.get("/inbox").text


def test_who_loses_the_role_loses_the_pages_at_once(
    app: Flask, admin: FlaskClient, ada: int, paths: list[str]
) -> None:
    before = all_sent(app)
    with app.app_context():
        change_role.revoke_admin(ada, NOW)
        db.session.commit()
    with at(LATER):
        for path in paths:
            assert admin.get(path).status_code == 404, path
            data = {"title": "Changed", "do": "send", "key": "x"}
            assert admin.post(path, data=data).status_code in {404, 405}, path
    assert all_sent(app) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_list_and_one_broadcast_are_only_looked_at(
    app: Flask, admin: FlaskClient, paths: list[str], method: str
) -> None:
    with at(LATER):
        for path in (LIST, paths[2]):
            assert admin.open(path, method=method).status_code == 405, path
    assert entries(app) == []


def test_without_its_token_nothing_is_sent_edited_or_recalled(
    make_app: Callable[..., Flask], app: Flask, admin: FlaskClient, paths: list[str]
) -> None:
    strict = make_app(WTF_CSRF_ENABLED=True)
    client = strict.test_client()
    before = all_sent(app)
    with at(LATER):
        token = token_in(client.get("/login"))
        sign_in(client, "ada", csrf_token=token)
        data = {"title": "Changed", "to": "everyone", "when": "now", "do": "send"}
        for path in paths[1:2] + paths[3:]:
            answer = client.post(path, data=data)
            if path == paths[4]:
                assert (answer.status_code, answer.headers["Location"]) == (303, path)
                answer = client.get(path)
            else:
                assert answer.status_code == 400, path
                assert 'value="Changed"' in answer.text, path
            assert "This page was out of date, so nothing was changed." in answer.text, path
        assert all_sent(app) == before
        fitting = {**data, "csrf_token": token_in(client.get(NEW))}
        assert client.post(paths[4], data=fitting).status_code == 303
    assert all_sent(app) != before


@pytest.mark.parametrize("number", ["0", "-1", "99", "2147483648", "9" * 20, "x"])
def test_a_broadcast_that_is_none_is_not_there(
    app: Flask, admin: FlaskClient, priya: int, number: str
) -> None:
    with app.app_context():
        sending.notify([priya], check("For Priya alone"), NOW)
        db.session.commit()
    with at(LATER):
        for path in ("", "/edit", "/recall", "/restore"):
            for it in (number, "1"):  # the first went to a person, and is nobody else's
                assert admin.get(f"{LIST}/{it}{path}").status_code in {404, 405}
                assert admin.post(f"{LIST}/{it}{path}").status_code in {404, 405}
    assert all_sent(app)[0].recalled_at is None
