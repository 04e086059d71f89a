"""Cursors are signed, for one list each, and nobody makes one up."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from notifications_app.core.paging import Position
from notifications_app.web.cursors import cursor, read_cursor
from tests.support.people import sign_in

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
