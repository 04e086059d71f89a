"""The list of the inbox, as a browser asks for it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.inbox import actions
from notifications_app.domain.inbox.queries import PAGE_SIZE
from notifications_app.web.inbox.numbers import exact
from tests.support import inbox
from tests.support.inbox_pages import link, titles
from tests.support.moments import LATER, NOW, at


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def test_each_tab_shows_its_own(browser: FlaskClient, done: Any, priya: int) -> None:
    for title in ("New", "Read", "Gone"):
        number = done(inbox.notify, priya, title=title)
        if title != "New":
            done(actions.act, priya, "read" if title == "Read" else "dismiss", [number], NOW)
    assert titles(browser.get("/inbox")) == ["Read", "New"]
    assert titles(browser.get("/inbox?tab=unread")) == ["New"]
    assert titles(browser.get("/inbox?tab=dismissed")) == ["Gone"]
    page = browser.get("/inbox").text
    assert "1 unread of 2" in page
    assert re.findall(r'class="tab-count">(\d+)<', page) == ["2", "1", "0", "1", "0"]


def words_of(page: Any) -> str:
    """The words of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def test_numbers_are_exact_where_somebody_decides(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    done(inbox.fill, priya, 130)
    done(actions.act, priya, "read", done(inbox.ids, priya)[:7], NOW)
    page = browser.get("/inbox")
    words = words_of(page)
    assert "123 unread of 130" in words
    assert "Dismiss all 130" in words
    assert "Select all 130 in this view" in words
    assert 'data-unread="99+"' in page.text
    assert f"1–{PAGE_SIZE} of 130" in words
    second = browser.get(link(page, "Older"))
    assert f"{PAGE_SIZE + 1}–{2 * PAGE_SIZE} of 130" in words_of(second)


def test_what_is_found_is_counted_and_named_on_its_buttons(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    for _ in range(PAGE_SIZE + 2):
        done(inbox.notify, priya, title="Invoice", topic="billing", category="error")
    done(inbox.notify, priya, title="Lunch")
    words = words_of(browser.get("/inbox?q=invoice&category=error"))
    assert "27 results for “ invoice ” in Error." in words
    assert "Dismiss 27 results" in words
    words = words_of(browser.get("/inbox?topic=billing"))
    assert "27 results on topic billing." in words
    assert "Dismiss 27 in billing" in words
    assert "1 result for “ lunch ”." in words_of(browser.get("/inbox?q=lunch"))


def test_a_number_is_exact_up_to_9999() -> None:
    assert [exact(number) for number in (0, 9_999, 10_000)] == ["0", "9,999", "9,999+"]


@pytest.mark.parametrize("tab", ["archive", "Inbox", "%00"])
def test_there_is_no_other_tab(browser: FlaskClient, tab: str) -> None:
    assert browser.get(f"/inbox?tab={tab}").status_code == 404


def test_older_newer_and_the_way_back(browser: FlaskClient, done: Any, priya: int) -> None:
    done(inbox.fill, priya, 2 * PAGE_SIZE + 1)
    first = browser.get("/inbox")
    assert link(first, "Back to the newest") is None
    second = browser.get(link(first, "Older"))
    third = browser.get(link(second, "Older"))
    assert [len(titles(page)) for page in (first, second, third)] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert link(third, "Older") is None
    assert link(second, "Back to the newest") == "/inbox"
    row_ids = [re.findall(r'id="n(\d+)"', page.text) for page in (first, second, third)]
    assert len({number for page in row_ids for number in page}) == 2 * PAGE_SIZE + 1
    again = browser.get(link(third, "Newer"))
    assert re.findall(r'id="n(\d+)"', again.text) == row_ids[1]


def test_a_cursor_of_one_tab_is_none_of_another(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    done(inbox.fill, priya, PAGE_SIZE + 1)
    older = link(browser.get("/inbox"), "Older")
    assert browser.get(older).status_code == 200
    assert browser.get(f"{older}&tab=unread").status_code == 400


def test_looking_changes_nothing(
    app: Flask, browser: FlaskClient, done: Any, priya: int, ada: int
) -> None:
    number = done(inbox.notify, priya, title="Look")
    banner = done(inbox.broadcast, is_banner=True)
    browser.get("/inbox")
    before = done(inbox.kept, priya)
    for address in ("", "?tab=unread", "?tab=dismissed", f"/{number}", f"/{banner}", "/badge"):
        assert browser.get(f"/inbox{address}").status_code == 200
        assert browser.head(f"/inbox{address}").status_code == 200
    assert done(inbox.kept, priya) == before
    for verb in actions.VERBS:
        assert browser.get(f"/inbox/{number}/{verb}").status_code == 405
    assert browser.get("/inbox/bulk").status_code == 405
    assert browser.get("/inbox/undo").status_code == 405
    assert done(inbox.kept, priya) == before


def test_the_badge_is_data_with_an_etag(browser: FlaskClient, done: Any, priya: int) -> None:
    answer = browser.get("/inbox/badge")
    assert answer.json == {"unread": 0, "label": "0"}
    assert "no-cache" in answer.headers["Cache-Control"]
    same = {"If-None-Match": answer.headers["ETag"]}
    assert browser.get("/inbox/badge", headers=same).status_code == 304
    done(inbox.fill, priya, 99)
    changed = browser.get("/inbox/badge", headers=same)
    assert (changed.status_code, changed.json) == (200, {"unread": 99, "label": "99"})
    done(inbox.broadcast)
    assert browser.get("/inbox/badge").json == {"unread": 100, "label": "99+"}


def test_the_badge_needs_a_sign_in(client: FlaskClient) -> None:
    answer = client.get("/inbox/badge")
    assert (answer.status_code, answer.json) == (401, {"error": "Sign in first."})


@pytest.mark.parametrize("query", ["", "?tab=unread", "?category=info&q=lunch+is:unread"])
def test_a_row_carries_its_view(browser: FlaskClient, done: Any, priya: int, query: str) -> None:
    number = done(inbox.notify, priya, title="Lunch")
    page = browser.get(f"/inbox{query}").text.replace("&amp;", "&")
    assert set(re.findall(rf'href="/inbox/{number}([^"]*)"', page)) == {query}
    assert f'formaction="/inbox/{number}/dismiss"' in page


def test_in_a_row_the_headings_of_a_text_begin_below_its_title(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya, body="# Menu\n\n## Soup\n\nHot.")
    row = browser.get("/inbox").text
    assert '<h4 dir="auto">Menu</h4>' in row
    assert '<h5 dir="auto">Soup</h5>' in row
    page = browser.get(f"/inbox/{number}").text
    assert '<h2 dir="auto">Menu</h2>' in page
    assert '<h3 dir="auto">Soup</h3>' in page


def test_a_banner_stands_on_every_page_until_dismissed(browser: FlaskClient, done: Any) -> None:
    number = done(inbox.broadcast, is_banner=True, title="Banner words")
    for address in ("/settings", "/compare", "/inbox"):
        page = browser.get(address).text
        assert 'aria-label="Announcements"' in page
        assert f'action="/inbox/{number}/dismiss"' in page
    browser.post(f"/inbox/{number}/dismiss")
    assert 'aria-label="Announcements"' not in browser.get("/settings").text
