"""The buttons that snooze and wake."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import inbox
from tests.support.moments import LATER, NOON, NOW, UNTIL, at


@pytest.fixture
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def session_of(browser: FlaskClient) -> dict[str, Any]:
    with browser.session_transaction() as found:
        return dict(found)


@pytest.mark.usefixtures("page_time")
@pytest.mark.parametrize(
    ("form", "until"),
    [
        ({"choice": "hour"}, "Fri 20 Nov 2026, 19:40 IST"),
        ({"choice": "later"}, "Fri 20 Nov 2026, 22:40 IST"),
        ({"choice": "tomorrow"}, "Sat 21 Nov 2026, 08:00 IST"),
        ({"choice": "monday"}, "Mon 23 Nov 2026, 08:00 IST"),
        ({"choice": "until", "until": "2026-11-24T07:15"}, "Tue 24 Nov 2026, 07:15 IST"),
    ],
)
def test_the_button_snoozes_says_until_when_and_is_undone(
    browser: FlaskClient, done: Any, priya: int, form: dict[str, str], until: str
) -> None:
    number = done(inbox.notify, priya, title="Here")
    answer = browser.post(f"/inbox/{number}/snooze", data={**form, "next": "/inbox?topic=general"})
    assert (answer.status_code, answer.location) == (303, "/inbox?topic=general")
    assert done(inbox.places, priya, LATER)["snoozed"] == [number]
    assert f"Snoozed “Here” until {until}." in browser.get("/inbox").text
    kept = session_of(browser)
    assert kept.get("snooze") == form.get("until")
    answer = browser.post("/inbox/undo", data={"stamp": str(kept["undo"][-1])})
    assert answer.status_code == 303
    assert done(inbox.places, priya, LATER)["unread"] == [number]


@pytest.mark.usefixtures("page_time")
def test_waking_by_the_button(browser: FlaskClient, done: Any, priya: int) -> None:
    number = done(inbox.notify, priya, title="Here")
    browser.post(f"/inbox/{number}/snooze", data={"choice": "tomorrow"})
    assert browser.post(f"/inbox/{number}/unsnooze").status_code == 303
    assert "Unsnoozed “Here”." in browser.get("/inbox").text
    assert done(inbox.ids, priya, LATER) == [number]
    browser.post(f"/inbox/{number}/unsnooze")
    assert "Already done" in browser.get("/inbox").text


@pytest.mark.usefixtures("page_time")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-11-20T10:00", "That time is past. Choose a later one (Asia/Kolkata)."),
        ("2040-01-01T00:00", "That is more than five years away."),
        ("next year", "Enter a date (1970 to 2999) and a time"),
    ],
)
def test_a_time_that_will_not_do_is_said_and_kept(
    browser: FlaskClient, done: Any, priya: int, typed: str, sentence: str
) -> None:
    number = done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    form = {"choice": "until", "until": typed}
    answer = browser.post(f"/inbox/{number}/snooze", data=form)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert done(inbox.kept, priya) == before
    assert not session_of(browser).keys() & {"undo", "snooze"}


@pytest.mark.usefixtures("page_time")
@pytest.mark.parametrize("choice", ["", "never", "\0"])
def test_no_choice_is_refused(browser: FlaskClient, done: Any, priya: int, choice: str) -> None:
    number = done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    assert browser.post(f"/inbox/{number}/snooze", data={"choice": choice}).status_code == 400
    assert done(inbox.kept, priya) == before


@pytest.mark.usefixtures("page_time")
@pytest.mark.parametrize("verb", ["snooze", "unsnooze"])
def test_snoozing_needs_a_sign_in_ones_own_and_a_post(
    app: Flask, browser: FlaskClient, done: Any, priya: int, bystander: int, verb: str
) -> None:
    mine, theirs = done(inbox.notify, priya), done(inbox.notify, bystander)
    if verb == "unsnooze":
        done(inbox.act, bystander, "snooze", [theirs])
    others = done(inbox.kept, bystander)
    form = {"choice": "hour"}
    answer = app.test_client().post(f"/inbox/{mine}/{verb}", data=form)
    assert (answer.status_code, answer.location[:6]) == (303, "/login")
    assert browser.post(f"/inbox/{theirs}/{verb}", data=form).status_code == 404
    assert browser.get(f"/inbox/{mine}/{verb}").status_code == 405
    assert done(inbox.kept, bystander) == others
    assert done(inbox.ids, priya, LATER) == [mine]


def test_it_is_there_at_its_time_without_any_worker(
    app: Flask, browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya)
    done(inbox.act, priya, "snooze", [number], NOW)
    with at(UNTIL - timedelta(seconds=1)):
        assert done(inbox.count, priya, UNTIL - timedelta(seconds=1)) == 0
    assert done(inbox.count, priya, UNTIL) == 1
    assert NOON < NOW < UNTIL
