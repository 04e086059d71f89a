"""The buttons that mute and unmute a topic."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.inbox import mutes as muting
from notifications_app.domain.inbox import queries
from tests.support import inbox
from tests.support.moments import LATER, at


def mutes(user: int) -> list[str]:
    return queries.mutes(db.session.connection(), user)


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def test_the_form_mutes_and_unmutes_and_says_so(
    browser: FlaskClient, done: Any, priya: int, bystander: int
) -> None:
    number = done(inbox.notify, priya, bystander, topic="billing")
    done(muting.mute, bystander, "general")
    others = done(inbox.kept, bystander)
    form = {"topic": "billing", "action": "mute", "next": f"/inbox/{number}"}
    answer = browser.post("/settings/mutes", data=form)
    assert (answer.status_code, answer.location) == (303, f"/inbox/{number}")
    said = browser.get("/compare").text
    assert "Muted billing. Errors and banners are still shown." in said
    assert browser.get("/inbox/badge").json["unread"] == 0
    assert done(inbox.ids, priya, LATER, "muted") == [number]
    answer = browser.post("/settings/mutes", data={"topic": "billing", "action": "unmute"})
    assert (answer.status_code, answer.location) == (303, "/settings")
    assert "Unmuted billing." in browser.get("/compare").text
    assert browser.get("/inbox/badge").json["unread"] == 1
    assert done(inbox.kept, bystander) == others


def test_the_flash_offers_the_opposite_once(browser: FlaskClient, done: Any, priya: int) -> None:
    for wanted in (True, False):
        browser.post("/settings/mutes", data={"topic": "billing", "action": "mute"})
        page = browser.get("/compare").text
        assert ('name="action" value="unmute"' in page) is wanted
    assert done(mutes, priya) == ["billing"]


def test_what_changes_nothing_is_no_success(browser: FlaskClient, done: Any, priya: int) -> None:
    browser.get("/compare")
    for action, words in (("unmute", "not muted"), ("mute", ""), ("mute", "muted already")):
        browser.post("/settings/mutes", data={"topic": "billing", "action": action})
        page = browser.get("/compare").text
        assert (f"billing is {words}. Nothing was changed." in page) is bool(words)
        assert ('data-flash="success"' in page) is not bool(words)
        assert ('data-flash="info"' in page) is bool(words)


def test_a_row_of_a_muted_topic_offers_to_unmute_it(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    done(inbox.notify, priya, topic="billing", category="error")
    dismissed = done(inbox.notify, priya, topic="billing")
    done(inbox.act, priya, "dismiss", [dismissed])
    done(muting.mute, priya, "billing")
    for tab in ("inbox", "unread", "dismissed"):
        page = browser.get(f"/inbox?tab={tab}").text
        assert 'form="unmute" name="topic" value="billing"' in page, tab
        assert 'form="mute" name="topic"' not in page
        assert '<form id="unmute"' in page


def test_a_topic_that_is_none_is_said_and_changes_nothing(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    before = done(inbox.kept, priya)
    answer = browser.post("/settings/mutes", data={"topic": "Two words", "action": "mute"})
    assert (answer.status_code, answer.location) == (303, "/settings")
    assert "A topic can contain only a to z, 0 to 9" in browser.get("/compare").text
    assert done(inbox.kept, priya) == before


@pytest.mark.parametrize("action", ["silence", "", "\0"])
def test_there_is_no_other_action(browser: FlaskClient, done: Any, priya: int, action: str) -> None:
    answer = browser.post("/settings/mutes", data={"topic": "billing", "action": action})
    assert answer.status_code == 400
    assert done(mutes, priya) == []


def test_muting_needs_a_sign_in_and_a_post(
    app: Flask, browser: FlaskClient, done: Any, priya: int
) -> None:
    answer = app.test_client().post("/settings/mutes", data={"topic": "billing"})
    assert (answer.status_code, answer.location[:6]) == (303, "/login")
    assert browser.get("/settings/mutes").status_code == 405
    assert done(mutes, priya) == []
