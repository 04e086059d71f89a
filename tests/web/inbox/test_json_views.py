"""The inbox as data: the same views, keys exactly as documented."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.inbox import mutes
from notifications_app.domain.inbox.queries import PAGE_SIZE
from tests.support import inbox
from tests.support.moments import LATER, NOW, at

KEYS = {
    "id", "title", "body", "category", "topic", "action_url", "action_label", "is_banner", "unread",
    "snoozed", "arrives_at", "first_arrived_at", "read_at", "dismissed_at",
}  # fmt: skip


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200
    return [one["id"] for one in answer.json["notifications"]]


def test_the_keys_are_these_and_no_others(browser: FlaskClient, done: Any, priya: int) -> None:
    number = done(inbox.notify, priya, title="Title", body="*Body*", category="error")
    answer = browser.get("/inbox.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json) == {"tab", "counts", "notifications", "older", "newer"}
    assert answer.json["tab"] == "inbox"
    assert answer.json["counts"] == {
        "inbox": "1", "unread": "1", "snoozed": "0", "dismissed": "0", "muted": "0"
    }  # fmt: skip
    assert (answer.json["older"], answer.json["newer"]) == (None, None)
    (one,) = answer.json["notifications"]
    assert set(one) == KEYS
    assert one == {
        "id": number, "title": "Title", "body": "*Body*", "category": "error", "topic": "general",
        "action_url": None, "action_label": None, "is_banner": False, "unread": True,
        "snoozed": False, "arrives_at": "2026-11-20T13:00:00Z",
        "first_arrived_at": "2026-11-20T13:00:00Z", "read_at": None, "dismissed_at": None,
    }  # fmt: skip


def test_moments_and_states_are_told(browser: FlaskClient, done: Any, priya: int) -> None:
    number = done(inbox.notify, priya)
    done(inbox.act, priya, "read", [number])
    done(inbox.act, priya, "snooze", [number])
    (one,) = browser.get("/inbox.json?tab=snoozed").json["notifications"]
    assert (one["snoozed"], one["unread"], one["read_at"]) == (True, False, None)
    assert one["arrives_at"] == "2026-11-21T13:00:00Z"
    assert one["first_arrived_at"] == "2026-11-20T13:00:00Z"
    done(inbox.act, priya, "dismiss", [number])
    (one,) = browser.get("/inbox.json?tab=dismissed").json["notifications"]
    assert one["dismissed_at"] == "2026-11-20T13:00:00Z"


def test_it_takes_the_same_views_as_the_page(
    browser: FlaskClient, done: Any, priya: int, bystander: int
) -> None:
    done(inbox.notify, bystander, title="Needle")
    for topic in ("billing", "noise", "other"):
        for category in ("info", "error"):
            for title in ("Needle", "Hay"):
                done(inbox.notify, priya, title=title, topic=topic, category=category)
    everything = done(inbox.ids, priya)
    for verb, number in zip(("read", "dismiss", "snooze"), everything, strict=False):
        done(inbox.act, priya, verb, [number])
    done(mutes.mute, priya, "noise")
    views = [
        {}, {"category": "error"}, {"topic": "billing"}, {"q": "needle -is:read"},
        {"category": "info", "topic": "noise", "q": "ne"},
    ]  # fmt: skip
    for tab in inbox.TABS:
        for one in views:
            found = numbers(browser.get("/inbox.json", query_string={"tab": tab, **one}))
            assert found == done(inbox.ids, priya, LATER, tab, **one), (tab, one)


def test_older_and_newer_are_addresses_of_the_same_view(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    wanted = done(inbox.fill, priya, 2 * PAGE_SIZE + 1)[::-1]
    done(inbox.notify, priya, now=LATER, topic="other")
    pages = [browser.get("/inbox.json?tab=unread&topic=general&q=many")]
    while pages[-1].json["older"]:
        assert pages[-1].json["older"].startswith("/inbox.json?")
        pages.append(browser.get(pages[-1].json["older"]))
    assert [number for page in pages for number in numbers(page)] == wanted
    assert [len(numbers(page)) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert numbers(browser.get(pages[2].json["newer"])) == numbers(pages[1])
    assert pages[0].json["newer"] is None
    assert all(page.json["tab"] == "unread" for page in pages)


def test_a_count_past_a_hundred_says_so(browser: FlaskClient, done: Any, priya: int) -> None:
    done(inbox.fill, priya, 120)
    assert browser.get("/inbox.json").json["counts"]["unread"] == "99+"


@pytest.mark.parametrize(
    "query",
    [{"tab": "archive"}, {"tab": ""}, {"category": "gossip"}, {"topic": "\0"}, {"q": "x" * 201},
     {"q": "\0"}, {"before": "x"}, {"after": "1-1-00"}],
)  # fmt: skip
def test_a_view_that_is_none_is_refused_as_data(
    browser: FlaskClient, query: dict[str, str]
) -> None:
    answer = browser.get("/inbox.json", query_string=query)
    assert answer.status_code == 400
    assert answer.mimetype == "application/json"
    assert answer.json["error"].endswith(".")


def test_it_needs_a_sign_in_and_changes_nothing(
    app: Flask, browser: FlaskClient, done: Any, priya: int
) -> None:
    done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    answer = app.test_client().get("/inbox.json")
    assert (answer.status_code, answer.json["error"]) == (401, "Sign in first.")
    assert browser.get("/inbox.json").status_code == 200
    assert browser.post("/inbox.json").status_code == 405
    assert done(inbox.kept, priya) == before
    assert NOW < LATER
