"""The buttons of the inbox: what they do, what they say, whose they are."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import actions
from notifications_app.domain.inbox.models import Change, Delivery
from tests.support import inbox
from tests.support.inbox_pages import bulk, field, titles
from tests.support.moments import LATER, NOW, at
from tests.support.people import add_user, sign_in


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


@pytest.mark.parametrize(
    ("verb", "words", "undone"),
    [
        ("read", "Marked “Here” as read.", "Marked “Here” as unread again."),
        ("unread", "Marked “Here” as unread.", "Marked “Here” as read again."),
        ("dismiss", "Dismissed “Here”.", "Restored “Here”."),
        ("restore", "Restored “Here”.", "Dismissed “Here” again."),
    ],
)
def test_a_button_acts_says_so_and_can_be_undone(
    browser: FlaskClient, done: Any, priya: int, verb: str, words: str, undone: str
) -> None:
    number = done(inbox.notify, priya, title="Here")
    opposite = {"unread": "read", "restore": "dismiss"}.get(verb)
    if opposite:
        done(actions.act, priya, opposite, [number], NOW)
    before = {tab: done(inbox.ids, priya, LATER, tab) for tab in inbox.TABS}
    answer = browser.post(f"/inbox/{number}/{verb}", data={"next": "/inbox?tab=unread"})
    assert (answer.status_code, answer.location) == (303, "/inbox?tab=unread")
    assert {tab: done(inbox.ids, priya, LATER, tab) for tab in inbox.TABS} != before
    page = browser.get("/inbox")
    assert words in page.text
    answer = browser.post("/inbox/undo", data={"stamp": field(page, "stamp")})
    assert (answer.status_code, answer.location) == (303, "/inbox")
    assert undone in browser.get("/inbox").text
    assert {tab: done(inbox.ids, priya, LATER, tab) for tab in inbox.TABS} == before


def test_doing_it_again_says_nothing(browser: FlaskClient, done: Any, priya: int) -> None:
    number = done(inbox.notify, priya)
    for wanted in (True, False):
        assert browser.post(f"/inbox/{number}/read").status_code == 303
        assert ("as read." in browser.get("/inbox").text) is wanted


def test_a_script_is_answered_without_a_page(browser: FlaskClient, done: Any, priya: int) -> None:
    number = done(inbox.notify, priya)
    answer = browser.post(f"/inbox/{number}/read", data={"quiet": "1"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert done(inbox.count, priya, LATER) == 0
    assert "Marked" not in browser.get("/inbox").text


def matrix(done: Any, priya: int) -> list[tuple[str, int]]:
    number = done(inbox.notify, priya)
    return [(verb, number) for verb in actions.VERBS]


def test_somebody_elses_is_not_found_by_any_verb(
    app: Flask, done: Any, priya: int, ada: int, bystander: int
) -> None:
    before = None
    add_user(app, "leo")
    browsers = {name: app.test_client() for name in ("nobody", "noor", "ada", "leo")}
    for name in ("noor", "ada", "leo"):
        sign_in(browsers[name], name)
    with app.app_context():
        leo = db.session.execute(db.select(User).filter_by(username="leo")).scalar_one()
        leo.is_active = False
        db.session.commit()
    for verb, number in matrix(done, priya):
        before = before or done(inbox.kept, priya)
        for name, browser in browsers.items():
            answer = browser.post(f"/inbox/{number}/{verb}")
            if name in {"nobody", "leo"}:
                assert (answer.status_code, answer.location[:6]) == (303, "/login")
            else:
                assert answer.status_code == 404
                assert browser.get(f"/inbox/{number}").status_code == 404
    assert done(inbox.kept, priya) == before
    assert done(inbox.how_many, Change) == 0


def test_the_administrators_broadcasts_are_not_found_by_others(
    browser: FlaskClient, done: Any, ada: int
) -> None:
    number = done(inbox.broadcast, "role:admin")
    assert browser.get(f"/inbox/{number}").status_code == 404
    assert browser.post(f"/inbox/{number}/dismiss").status_code == 404
    assert done(inbox.how_many, Delivery) == 0


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", str(2**63), "9" * 20, "1.0", "٣", "x"])
def test_an_id_out_of_range_is_not_found(browser: FlaskClient, number: str) -> None:
    assert browser.get(f"/inbox/{number}").status_code == 404
    assert browser.post(f"/inbox/{number}/read").status_code == 404


def test_all_of_the_page_is_dismissed_and_put_back(
    browser: FlaskClient, done: Any, priya: int, bystander: int
) -> None:
    numbers = [*done(inbox.fill, priya, 3), done(inbox.broadcast)]
    soon = done(inbox.notify, priya, arrives_at=LATER + timedelta(milliseconds=1))
    page = browser.get("/inbox")
    with at(LATER + timedelta(seconds=1)):
        since = done(inbox.notify, priya, now=LATER + timedelta(seconds=1))
        answer = bulk(browser, page)
        assert (answer.status_code, answer.location) == (303, "/inbox")
        page = browser.get("/inbox")
        assert "Dismissed 4 notifications." in page.text
        assert titles(page) == ["Yours", "Yours"]
        browser.post("/inbox/undo", data={"stamp": field(page, "stamp")})
        assert "Restored 4 notifications." in browser.get("/inbox").text
        assert set(done(inbox.ids, priya, LATER + timedelta(seconds=1))) == {soon, since, *numbers}
    assert done(inbox.ids, bystander, LATER) == numbers[-1:]


def test_all_read_empties_the_unread_tab(browser: FlaskClient, done: Any, priya: int) -> None:
    done(inbox.fill, priya, 3)
    answer = bulk(browser, browser.get("/inbox?tab=unread"), "read", "unread")
    assert answer.location == "/inbox?tab=unread"
    page = browser.get(answer.location)
    assert "Marked 3 notifications as read." in page.text
    assert "No unread notifications." in page.text
    assert titles(browser.get("/inbox")) == ["One of many"] * 3


def test_all_of_a_page_that_changed_since_says_so(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya)
    page = browser.get("/inbox")
    done(actions.act, priya, "dismiss", [number], LATER)
    bulk(browser, page)
    assert "Already done" in browser.get("/inbox").text


@pytest.mark.parametrize(
    "change",
    [
        {"action": "delete"},
        {"action": ""},
        {"tab": "archive"},
        {"moment": ""},
        {"moment": "yesterday"},
        {"moment": "2026-11-20T12:00:00"},
        {"moment": "0001-01-01T00:00:00+14:00"},
        {"top": ""},
        {"top": "-1"},
        {"top": "9" * 30},
        {"top": "²"},
        {"seen": "x"},
    ],
)
def test_a_form_made_up_is_refused(
    browser: FlaskClient, done: Any, priya: int, change: dict[str, str]
) -> None:
    done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    good = {"action": "dismiss", "scope": "all", "tab": "inbox", "moment": "2026-11-20T13:00:00Z"}
    good |= {"top": "9", "seen": "0"}
    assert browser.post("/inbox/bulk", data=good | change).status_code == 400
    assert done(inbox.kept, priya) == before
    assert browser.post("/inbox/bulk", data=good).status_code == 303


def test_a_moment_ahead_of_the_clock_means_now(browser: FlaskClient, done: Any, priya: int) -> None:
    done(inbox.notify, priya, arrives_at=LATER + timedelta(hours=1))
    form = {"action": "dismiss", "scope": "all", "moment": "2999-01-01T00:00:00Z"}
    browser.post("/inbox/bulk", data={**form, "top": str(10**17), "seen": "9" * 18})
    assert len(done(inbox.ids, priya, LATER + timedelta(hours=1))) == 1


@pytest.mark.parametrize(
    ("stamp", "status"), [("", 400), ("x", 400), ("-1", 400), ("9" * 19, 400), ("1", 404)]
)
def test_there_is_nothing_to_undo(browser: FlaskClient, stamp: str, status: int) -> None:
    assert browser.post("/inbox/undo", data={"stamp": stamp}).status_code == status


def test_undo_says_what_changed_since(browser: FlaskClient, done: Any, priya: int) -> None:
    numbers = done(inbox.fill, priya, 3)
    first = done(actions.act, priya, "dismiss", numbers, NOW)
    done(actions.act, priya, "restore", numbers[:1], NOW)
    browser.post("/inbox/undo", data={"stamp": str(first.stamp)})
    text = browser.get("/inbox").text
    assert "Restored 2 notifications. One has changed since and was left alone." in text


def press(browser: FlaskClient, step: str) -> str:
    """The answer to z (undo) or Shift+Z (redo)."""
    browser.post("/inbox/undo", data={"step": step, "next": "/inbox"})
    pattern = r'data-flash="(\w+)".*?:</span>\s*(.*?)\s*</p>'
    (answer,) = re.findall(pattern, page_of(browser), re.DOTALL)
    return " ".join(answer)


def page_of(browser: FlaskClient) -> str:
    return browser.get("/inbox").text.partition("<template")[0]


def test_undo_goes_back_action_by_action_and_redo_forth(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number, other = (
        done(inbox.notify, priya, title="Here"),
        done(inbox.notify, priya, title="For {{display_name}}"),
    )
    for address in (f"{number}/read", f"{number}/dismiss", f"{other}/dismiss"):
        browser.post(f"/inbox/{address}")
    browser.post("/settings/mutes", data={"topic": "general"})
    page_of(browser)
    assert press(browser, "redo") == "info Nothing to redo."
    undone = ["Unmuted general.", "Restored “For Priya Raman”.", "Restored “Here”."]
    undone.append("Marked “Here” as unread again.")
    assert [press(browser, "undo") for _ in undone] == [f"success {words}" for words in undone]
    assert press(browser, "undo") == "info Nothing to undo."
    assert done(inbox.ids, priya, LATER, "unread") == [other, number]
    redone = [
        "Marked “Here” as read again.",
        "Dismissed “Here” again.",
        "Dismissed “For Priya Raman” again.",
    ]
    redone.append("Muted general. Errors and banners are still shown.")
    assert [press(browser, "redo") for _ in redone] == [f"success {words}" for words in redone]
    assert press(browser, "redo") == "info Nothing to redo."
    assert done(inbox.ids, priya, LATER, "dismissed") == [other, number]
    assert press(browser, "undo") == "success Unmuted general."


def test_a_new_action_ends_what_can_be_redone(browser: FlaskClient, done: Any, priya: int) -> None:
    first, second = done(inbox.fill, priya, 2)
    browser.post(f"/inbox/{first}/dismiss")
    browser.post("/inbox/undo", data={"step": "undo"})
    browser.post(f"/inbox/{second}/dismiss")
    page_of(browser)
    assert press(browser, "redo") == "info Nothing to redo."
    assert press(browser, "undo") == "success Restored “One of many”."
    assert press(browser, "undo") == "info Nothing to undo."


def test_what_changed_since_is_no_success_and_the_one_before_comes_next(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    first, second, third = done(inbox.fill, priya, 3)
    browser.post(f"/inbox/{first}/read")
    browser.post("/inbox/bulk", data={"action": "dismiss", "ids": [second, third]})
    browser.post(f"/inbox/{first}/dismiss")
    done(actions.act, priya, "restore", [first, second, third], LATER)
    page_of(browser)
    sorry = "info Couldn’t undo: {} changed since."
    assert press(browser, "undo") == sorry.format("this notification has")
    assert press(browser, "undo") == sorry.format("these notifications have")
    assert press(browser, "undo") == "success Marked “One of many” as unread again."


def test_the_session_remembers_twenty_and_stays_small(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya)
    for _ in range(12):
        browser.post(f"/inbox/{number}/dismiss")
        browser.post(f"/inbox/{number}/restore")
    with browser.session_transaction() as session:
        assert len(session["undo"]) == 20
    for index in range(12):
        browser.post("/settings/mutes", data={"topic": f"{index:02}{'x' * 38}"})
    with browser.session_transaction() as session:
        assert session["undo"][-1] == f"unmute:11{'x' * 38}"
        assert sum(len(str(entry)) for entry in session["undo"]) <= 360


def test_nobody_undoes_anothers(
    app: Flask, browser: FlaskClient, done: Any, bystander: int
) -> None:
    number = done(inbox.notify, bystander)
    stamp = done(actions.act, bystander, "dismiss", [number], NOW).stamp
    assert browser.post("/inbox/undo", data={"stamp": str(stamp)}).status_code == 404
    assert done(inbox.ids, bystander, LATER, "dismissed") == [number]
