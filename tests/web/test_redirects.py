"""Redirects after signing in."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.web.redirects import safe_next
from tests.support.people import sign_in


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
