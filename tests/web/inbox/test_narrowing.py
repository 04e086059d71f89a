"""The filters of the list: chips, tabs that keep them, and the reason for an empty result."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.inbox import mutes
from notifications_app.domain.inbox.queries import PAGE_SIZE
from tests.support import inbox
from tests.support.inbox_pages import field, link, titles
from tests.support.moments import LATER, at


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def words_of(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def chips(page: Any) -> dict[str, str]:
    """The words of each filter, and where its cross leads."""
    found = re.findall(r'<a class="chip" href="([^"]*)">(.*?)</a>', page.text, re.DOTALL)
    return {words_of(words).removeprefix("Remove filter "): unescape(url) for url, words in found}


def tabs(page: Any) -> dict[str, str]:
    (bar,) = re.findall(r'<nav class="tabs".*?</nav>', page.text, re.DOTALL)
    found = re.findall(r'href="([^"]*)"[^>]*>\s*<span>(\w+)', bar)
    return {words: unescape(url) for url, words in found}


def empty(page: Any) -> str:
    (found,) = re.findall(r'<div class="empty">(.*?)</div>', page.text, re.DOTALL)
    return words_of(found)


def test_a_tab_keeps_the_search_and_the_filters(browser: FlaskClient, done: Any) -> None:
    page = browser.get("/inbox?q=a+b&category=error&topic=billing")
    narrowed = "category=error&topic=billing&q=a+b"
    assert tabs(page) == {
        "Inbox": f"/inbox?{narrowed}",
        **{
            name: f"/inbox?tab={name.lower()}&{narrowed}"
            for name in ("Unread", "Snoozed", "Dismissed", "Muted")
        },
    }
    refused = browser.get("/inbox?tab=unread&category=gossip")
    assert refused.status_code == 400
    assert tabs(refused)["Snoozed"] == "/inbox?tab=snoozed"


def test_each_filter_is_a_chip_that_removes_it(browser: FlaskClient, done: Any) -> None:
    page = browser.get('/inbox?tab=unread&q=-"a b"+is:unread&category=error&topic=billing')
    assert chips(page) == {
        "not “a b”": "/inbox?tab=unread&category=error&topic=billing&q=is:unread",
        "is:unread": "/inbox?tab=unread&category=error&topic=billing&q=-%22a+b%22",
        "topic billing": "/inbox?tab=unread&category=error&q=-%22a+b%22+is:unread",
        "Error": "/inbox?tab=unread&topic=billing&q=-%22a+b%22+is:unread",
    }
    assert link(page, "Clear filters") == "/inbox?tab=unread"
    for url in chips(page).values():
        assert len(chips(browser.get(url))) == 3
    assert chips(browser.get("/inbox?tab=unread")) == {}
    assert "search-foot" not in browser.get("/inbox").text


def test_an_empty_result_says_which_part_excludes_everything(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    for _ in range(12):
        done(inbox.notify, priya, title="Invoice", topic="billing")
    done(inbox.notify, priya, title="Lunch", category="error")
    page = browser.get("/inbox?q=invoice&category=error")
    assert empty(page) == "No notifications match “ invoice ” in Error. Without Error: 12 results."
    assert link(page, "Without Error: 12 results.") == "/inbox?q=invoice"
    page = browser.get("/inbox?q=lunch&topic=billing&category=error")
    assert empty(page) == (
        "No notifications match “ lunch ” in Error on topic billing."
        " Without topic billing: 1 result."
    )
    # Leaving out one of them is no help: all that exclude everything are left out.
    page = browser.get("/inbox?q=zebra+invoice+giraffe&topic=billing&category=warning")
    words = "Without “zebra”, “giraffe” and Warning: 12 results."
    assert empty(page).endswith(f"in Warning on topic billing. {words}")
    assert link(page, words) == "/inbox?topic=billing&q=invoice"
    page = browser.get("/inbox?q=zebra+giraffe")
    assert empty(page) == "No notifications match “ zebra giraffe ”. Clear filters"
    page = browser.get("/inbox?q=zebra")
    assert empty(page) == "No notifications match “ zebra ”. Clear filters"
    page = browser.get("/inbox?tab=dismissed&category=error")
    assert empty(page) == (
        "No notifications in Dismissed match these filters. In all tabs: 1 result."
    )
    assert link(page, "In all tabs: 1 result.") == "/inbox?tab=all&category=error"


def test_nothing_is_counted_for_a_result_that_is_not_empty(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    done(inbox.notify, priya, title="Lunch at noon")
    with inbox.statements(done(lambda: db.engine)) as found:
        browser.get("/inbox?q=lunch+noon")
    with inbox.statements(done(lambda: db.engine)) as nothing:
        browser.get("/inbox?q=lunch+zebra")
    assert len(nothing) == len(found) + 3  # without either part, and in all tabs


def test_an_unknown_operator_says_so_and_is_searched_as_text(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    done(inbox.notify, priya, title="Re:Lunch")
    page = browser.get("/inbox?q=re:lunch")
    assert titles(page) == ["Re:Lunch"]
    assert (
        "“re:” isn’t a search operator and was searched as text. Use topic:, category:, is:,"
        " before:, after:, from: or has:." in page.text
    )
    assert "isn’t a search operator" not in browser.get('/inbox?q="re:lunch"').text


@pytest.mark.parametrize(
    ("q", "sentence"),
    [("before:soon", "“soon” isn’t a day from 1970 to 2999. Write before:2026-11-20."),
     ("is:odd", "“is:odd” finds nothing. Use is:read or is:unread."),
     ("from:", "Write a value after “from:”, for example from:ada.")],
)  # fmt: skip
def test_a_bad_value_is_said_beside_the_field_and_kept(
    browser: FlaskClient, q: str, sentence: str
) -> None:
    page = browser.get(f"/inbox?q={q}&tab=unread")
    assert page.status_code == 400
    assert sentence in page.text
    assert re.search(rf'id="q"\s+name="q"\s+value="{q}"', page.text)
    assert 'aria-describedby="search-error"' in page.text
    assert link(page, "Clear filters") == "/inbox?tab=unread"
    assert browser.get(f"/inbox.json?q={q}").status_code == 400


def test_days_of_a_search_are_the_readers(browser: FlaskClient, done: Any, priya: int) -> None:
    # 20:00 UTC is the next day in Kolkata.
    done(inbox.notify, priya, now=LATER.replace(day=19, hour=20), title="After midnight")
    done(inbox.notify, priya, now=LATER.replace(day=19, hour=18), title="Before midnight")
    assert titles(browser.get("/inbox?q=before:2026-11-20")) == ["Before midnight"]
    page = browser.get("/inbox?q=after:2026-11-19")
    assert titles(page) == ["After midnight"]
    form = {"action": "dismiss", "scope": "all", "tab": "inbox", "q": "after:2026-11-19"}
    shown = {name: field(page, name)
             for name in ("moment", "top", "seen")}  # fmt: skip
    browser.post("/inbox/bulk", data=form | shown)
    assert titles(browser.get("/inbox?tab=dismissed")) == ["After midnight"]
    found = browser.get("/inbox.json?q=before:2026-11-20").json
    assert [one["title"] for one in found["notifications"]] == ["Before midnight"]


def row(page: Any, title: str) -> str:
    (found,) = [one for one in page.text.split("<li class=")[1:] if f">{title}<" in one]
    return found


def test_a_search_in_all_tabs_says_where_each_is_and_acts_on_it(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    numbers = {
        name: done(inbox.notify, priya, title=f"Lunch {name}", topic=topic)
        for name, topic in [
            ("here", "general"), ("muted", "canteen"), ("gone", "general"), ("later", "general"),
        ]
    }  # fmt: skip
    done(mutes.mute, priya, "canteen")
    done(inbox.act, priya, "dismiss", [numbers["gone"]])
    done(inbox.act, priya, "snooze", [numbers["later"]])
    page = browser.get("/inbox?q=lunch")
    assert titles(page) == ["Lunch here"]
    page = browser.get(link(page, "Search all tabs"))
    assert sorted(titles(page)) == ["Lunch gone", "Lunch here", "Lunch later", "Lunch muted"]
    assert "4 results for “ lunch ” in all tabs." in words_of(page.text)
    assert chips(page) == {"“lunch”": "/inbox?tab=all", "All tabs": "/inbox?q=lunch"}
    wanted = {
        "here": ("Inbox", {"read", "snooze", "dismiss"}),
        "muted": ("Muted", {"read", "snooze", "dismiss"}),
        "gone": ("Dismissed", {"restore"}),
        "later": ("Snoozed", {"unsnooze", "snooze", "dismiss"}),
    }
    for name, (tab, verbs) in wanted.items():
        found = row(page, f"Lunch {name}")
        assert re.findall(r'class="home">(\w+)<', found) == [tab]
        assert set(re.findall(r'formaction="/inbox/\d+/(\w+)"', found)) == verbs
    unmute = re.findall(r'form="(\w+)" name="topic"', row(page, "Lunch muted"))
    assert set(unmute) == {"unmute"}
    assert set(re.findall(r'form="(\w+)" name="topic"', row(page, "Lunch here"))) == {"mute"}
    for form in ("mute", "unmute"):
        assert f'<form id="{form}"' in page.text
    # It is a place to come back to, page by page, and to be selected from.
    assert "Search" in browser.get(f"/inbox/{numbers['gone']}?tab=all&q=lunch").text
    done(inbox.fill, priya, PAGE_SIZE)
    first = browser.get("/inbox?tab=all")
    older = browser.get(link(first, "Older"))
    assert len(titles(first)) + len(titles(older)) == PAGE_SIZE + 4
    assert link(older, "Newer")


def test_all_of_all_tabs_is_what_the_page_showed(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    read, dismissed = done(inbox.notify, priya), done(inbox.notify, priya)
    done(inbox.act, priya, "dismiss", [dismissed])
    coming = done(inbox.notify, priya, arrives_at=LATER.replace(minute=30))
    page = browser.get("/inbox?tab=all&q=yours")
    form = {"action": "restore", "scope": "all", "tab": "all", "q": "yours"}
    shown = {name: field(page, name)
             for name in ("moment", "top", "seen")}  # fmt: skip
    with at(LATER.replace(minute=40)):
        browser.post("/inbox/bulk", data={**form, **shown, "action": "read"})
        assert "Marked 2 notifications as read." in browser.get("/compare").text
        browser.post("/inbox/bulk", data={**form, **shown})
        states = [done(inbox.one, priya, one, LATER) for one in (read, dismissed)]
        assert all(one.dismissed_at is None for one in states[:1])
        assert coming in done(inbox.ids, priya, LATER.replace(minute=40), "unread")
