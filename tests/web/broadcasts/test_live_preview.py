"""The preview of a message while it is typed."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.broadcast_pages import all_sent
from tests.support.moments import LATER, at
from tests.support.people import sign_in
from tests.support.shell import stored

URL = "/admin/broadcasts/preview"


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def test_a_message_is_rendered_as_its_readers_see_it_and_nothing_is_written(
    app: Flask, admin: FlaskClient, bystander: int
) -> None:
    before = stored(app)
    page = admin.post(URL, data={"title": "Hi", "body": "**bold**\n- [x] <b>done", "topic": "a"})
    assert page.status_code == 200
    assert "<strong>bold</strong>" in page.text
    assert "☑ &lt;b&gt;done" in page.text
    assert "<html" not in page.text
    assert "As a banner" not in page.text
    banner = admin.post(URL, data={"title": "Hi", "topic": "a", "is_banner": "y"})
    assert "As a banner" in banner.text
    assert (stored(app), all_sent(app)) == (before, [])


def test_a_message_without_a_title_is_previewed_and_a_wrong_one_says_why(
    admin: FlaskClient,
) -> None:
    assert "only a body" in admin.post(URL, data={"body": "only a body", "topic": "a"}).text
    wrong = admin.post(URL, data={"title": "Hi", "body": "{{nobody}}", "topic": "a"})
    assert wrong.status_code == 200
    assert "No preview: There is no placeholder “{{nobody}}”." in wrong.text


def test_a_preview_is_for_administrators(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert client.post(URL, data={"body": "x"}).status_code == 404
