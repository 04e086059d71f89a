"""The page of one notification."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.inbox import actions, undo
from tests.support import inbox
from tests.support.inbox_pages import link
from tests.support.moments import LATER, NOW, at


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def test_one_notification_shows_its_text_its_sender_and_its_history(
    browser: FlaskClient, done: Any, priya: int, ada: int
) -> None:
    number = done(inbox.notify, priya, title="A & <b>", sender_id=ada)
    done(actions.act, priya, "read", [number], NOW)
    stamp = done(actions.act, priya, "dismiss", [number], LATER).stamp
    done(undo.undo, priya, stamp, LATER + timedelta(minutes=5))
    page = browser.get(f"/inbox/{number}").text
    assert "<h1" in page
    assert "A &amp; &lt;b&gt;" in page
    assert "<b>" not in page
    assert "from <bdi>ada</bdi> (administrator)" in page
    history = page[page.index('class="history"') :]
    words = re.findall(r"<span>([^<]+)</span> <time", history)
    assert words == ["Received", "Read", "Dismissed", "Restored"]


def test_what_was_sent_by_nobody_is_from_the_system(browser: FlaskClient, done: Any) -> None:
    number = done(inbox.broadcast)
    assert "<span><bdi>System</bdi></span>" in browser.get(f"/inbox/{number}").text


def test_one_notification_leads_to_its_neighbours(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    first, second, third = done(inbox.fill, priya, 3)
    page = browser.get(f"/inbox/{second}").text
    assert f'href="/inbox/{first}"' in page
    assert f'href="/inbox/{third}"' in page


@pytest.mark.parametrize(
    ("query", "back", "words"),
    [
        ("", "/inbox", "Inbox"),
        ("?tab=unread", "/inbox?tab=unread", "Unread"),
        ("?tab=muted&q=a+b", "/inbox?tab=muted&q=a+b", "Search"),
        ("?topic=general&x=1", "/inbox?topic=general", "Search"),
        ("?tab=nowhere&q=a", "/inbox", "Inbox"),
        ("?category=loud", "/inbox", "Inbox"),
        (f"?q={'x' * 201}", "/inbox", "Inbox"),
        ("?q=%00", "/inbox", "Inbox"),
        ("?tab=//evil.example&next=//evil.example", "/inbox", "Inbox"),
        ("?tab=unread&_external=1&_scheme=evil&_anchor=evil", "/inbox?tab=unread", "Unread"),
    ],
)
def test_one_notification_leads_back_to_the_view_it_was_opened_from(
    browser: FlaskClient, done: Any, priya: int, query: str, back: str, words: str
) -> None:
    other, number = done(inbox.fill, priya, 2)
    page = browser.get(f"/inbox/{number}{query}")
    assert page.status_code == 200
    assert link(page, words) == back
    carried = back.removeprefix("/inbox")
    assert link(page, "Older") == f"/inbox/{other}{carried}"
    nexts = set(re.findall(r'name="next" value="([^"]*)"', page.text))
    assert {one.replace("&amp;", "&") for one in nexts} == {back, f"/inbox/{number}{carried}"}
    assert "evil" not in page.text


def test_what_is_recalled_is_not_found_any_more(browser: FlaskClient, done: Any) -> None:
    number = done(inbox.broadcast, is_banner=True, title="Banner words")
    assert browser.get("/compare").text.count("Banner words") > 0
    done(inbox.recall, number, LATER)
    assert browser.get(f"/inbox/{number}").status_code == 404
    assert "Banner words" not in browser.get("/inbox").text
    assert browser.get("/inbox/badge").json["unread"] == 0
