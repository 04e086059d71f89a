"""The token of forms: masked anew for each page."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.web.csrf import unmask
from tests.support.people import add_user, is_signed_in, sign_in, token_in


def test_each_page_has_a_token_of_its_own_and_all_of_them_work(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "priya")
    client = app.test_client()
    pages = [client.get("/login") for _ in range(5)]
    tokens = [token_in(page) for page in pages]
    assert len({token[:40] for token in tokens}) == len({token[-40:] for token in tokens}) == 5
    plain = {unmask(token) for token in tokens}
    assert not any(str(token)[:30] in page.text for token in plain for page in pages)
    for token in tokens:
        assert sign_in(client, "priya", csrf_token=token).status_code == 303
        client.post("/logout", data={"csrf_token": token_in(client.get("/settings"))})
        tokens[:] = [token_in(client.get("/login"))]


def test_one_page_has_one_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "priya")
    client = app.test_client()
    sign_in(client, "priya", csrf_token=token_in(client.get("/login")))
    page = client.get("/settings").text
    assert page.count("csrf_token") > 3
    assert page.count(f'value="{token_in(client.get("/settings"))}"') == 0
    one = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert page.count(one) == page.count('name="csrf_token"')


@pytest.fixture
def client(make_app: Callable[..., Flask]) -> FlaskClient:
    """A browser that has had the sign-in page."""
    app = make_app(WTF_CSRF_ENABLED=True, TESTING=False)
    add_user(app, "priya")
    return app.test_client()


@pytest.mark.parametrize("text", ["", "x", "é", "====", "a" * 7, "A" * 300, "-_" * 50, "\0"])
def test_a_token_that_is_none_is_refused(client: FlaskClient, text: str) -> None:
    client.get("/login")
    assert sign_in(client, "priya", csrf_token=text).status_code == 400
    assert not is_signed_in(client)


def test_the_plain_token_is_refused(client: FlaskClient) -> None:
    plain = unmask(token_in(client.get("/login")))
    assert sign_in(client, "priya", csrf_token=plain).status_code == 400
    assert not is_signed_in(client)
