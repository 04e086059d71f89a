"""Bodies that are no form: refused by every view, whoever sends them."""

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.web.extensions import limiter
from tests.support.database import everything
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in
from tests.support.routes import SAFE, routes

KINDS = ("application/json", "text/plain", "application/xml", "text/html", "nonsense", "")
FIELDS = {"username": "priya", "password": PASSWORD, "part": "name", "display_name": "Changed"}


@pytest.fixture
def people(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application as it runs; ada is an administrator."""
    app = make_app(TESTING=False, REGISTRATION_OPEN=True, RATELIMIT_ENABLED=True)
    for name in ("ada", "priya"):
        add_user(app, name, is_admin=name == "ada")
    with app.app_context():
        limiter.reset()
    yield app
    make_app()


def test_no_form_takes_json_or_a_file(people: Flask) -> None:
    ada, nobody = people.test_client(), people.test_client()
    sign_in(ada, "ada")
    before, seen = everything(people), 0
    for endpoint, path, methods in routes(people):
        for method in methods - SAFE:
            for client in (ada, nobody):
                for values in (FIELDS, ["list"], "text", 1):
                    answer = client.open(path, method=method, json=values)
                    assert answer.status_code == 415, (endpoint, values)
                for kind in (
                    "application/json",
                    "text/plain",
                    "application/xml",
                    "text/html",
                    "nonsense",
                    "",
                ):
                    answer = client.open(path, method=method, data=b"a=b", content_type=kind)
                    assert answer.status_code == 415, (endpoint, kind)
                if endpoint != "accounts.import_from_file":
                    for name in (*FIELDS, "csrf_token", "next", "ids", "file"):
                        data = {**FIELDS, name: (io.BytesIO(b"x"), "file.txt")}
                        answer = client.open(path, method=method, data=data)
                        assert answer.status_code == 415, (endpoint, name)
                seen += 1
    assert seen >= 20
    assert everything(people) == before
    assert not is_signed_in(nobody)


def test_json_does_not_sign_in_around_the_limit_of_an_account(people: Flask) -> None:
    for _ in range(10):
        sign_in(people.test_client(), "priya", "wrong")
    client = people.test_client()
    assert client.post("/login", json=FIELDS).status_code == 415
    assert not is_signed_in(client)


def test_a_form_may_be_sent_in_parts_and_a_post_may_be_empty(
    client: FlaskClient, priya: int
) -> None:
    assert client.post("/logout").status_code == 303
    answer = client.post("/login", data=FIELDS, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert is_signed_in(client)
