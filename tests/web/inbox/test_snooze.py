"""The buttons that snooze and unsnooze, and the tab of what is snoozed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.inbox import actions
from notifications_app.domain.inbox.queries import PAGE_SIZE
from tests.support import inbox
from tests.support.inbox_pages import link
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


def in_row(page: str, number: int) -> str:
    """The snooze menu of a row."""
    _before, after = page.split(f'id="n{number}"')
    return after.partition('class="others"')[0].partition('class="snooze"')[2]


@pytest.mark.usefixtures("page_time")
@pytest.mark.parametrize("address", ["/inbox", "/inbox?tab=unread&q=is:unread", "/inbox?tab=all"])
def test_a_time_of_ones_own_is_typed_in_the_row(
    browser: FlaskClient, done: Any, priya: int, address: str
) -> None:
    number, other = done(inbox.notify, priya, title="Here"), done(inbox.notify, priya)
    menu = in_row(browser.get(address).text, number)
    assert f'name="until-{number}"' in menu
    assert "In Asia/Kolkata (IST)" in menu
    assert f'name="choice" value="until" formaction="/inbox/{number}/snooze"' in menu
    form = {
        "choice": "until", f"until-{number}": "2026-11-24T07:15",
        f"until-{other}": "2026-11-25T07:15", "until": "2026-11-26T07:15", "next": address,
    }  # fmt: skip
    answer = browser.post(f"/inbox/{number}/snooze", data=form)
    assert (answer.status_code, answer.location) == (303, address)
    assert "Snoozed “Here” until Tue 24 Nov 2026, 07:15 IST." in browser.get("/inbox").text
    assert session_of(browser)["snooze"] == "2026-11-24T07:15"
    # The next snooze suggests the same time, and what is snoozed can be snoozed to another.
    menu = in_row(browser.get("/inbox?tab=snoozed").text, number)
    assert 'value="2026-11-24T07:15"' in menu


@pytest.mark.usefixtures("page_time")
def test_a_time_refused_in_the_row_leaves_the_menu_open_in_the_list(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number, other = done(inbox.notify, priya, title="Lunch"), done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    form = {
        "choice": "until", f"until-{number}": "2026-11-20T10:00", "ids": str(other),
        "next": "/inbox?tab=unread",
    }  # fmt: skip
    answer = browser.post(f"/inbox/{number}/snooze", data=form)
    assert answer.status_code == 400
    assert '<form class="list"' in answer.text
    menu = in_row(answer.text, number)
    assert menu.partition(">")[0].endswith("open")
    assert 'value="2026-11-20T10:00"' in menu
    assert 'aria-invalid="true"' in menu
    assert "That time is past. Choose a later one (Asia/Kolkata)." in menu
    assert f'aria-describedby="until-{number}-hint until-{number}-error"' in menu
    # Ticked boxes stay ticked, and the other menus stay closed.
    assert answer.text.count("data-menu open") == 1
    assert f'name="ids" value="{other}" checked' in answer.text
    assert 'name="next" value="/inbox?tab=unread"' in answer.text
    assert "<title>Error: Unread" in answer.text
    assert done(inbox.kept, priya) == before


@pytest.mark.usefixtures("page_time")
def test_a_time_refused_for_a_row_that_is_gone_is_said_above_the_list(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya)
    done(inbox.act, priya, "read", [number])
    form = {"choice": "until", f"until-{number}": "", "next": "/inbox?tab=unread"}
    answer = browser.post(f"/inbox/{number}/snooze", data=form)
    assert answer.status_code == 400
    assert "Enter a date (1970 to 2999) and a time: 2026-11-20 09:00. Nothing was snoozed." in (
        answer.text
    )


@pytest.mark.usefixtures("page_time")
def test_the_snoozed_tab_lists_the_soonest_first(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    numbers = done(inbox.fill, priya, PAGE_SIZE + 2)
    for days, number in enumerate(numbers, 1):
        done(actions.act, priya, "snooze", [number], NOW, until=NOW + timedelta(days=days))
    first = browser.get("/inbox?tab=snoozed")
    assert [int(one) for one in re.findall(r'id="n(\d+)"', first.text)] == numbers[:PAGE_SIZE]
    assert f"1–{PAGE_SIZE} of {PAGE_SIZE + 2}" in first.text
    assert link(first, "Older") is None
    second = browser.get(link(first, "Later"))
    assert [int(one) for one in re.findall(r'id="n(\d+)"', second.text)] == numbers[PAGE_SIZE:]
    assert f"{PAGE_SIZE + 1}–{PAGE_SIZE + 2} of {PAGE_SIZE + 2}" in second.text
    assert link(second, "Back to the soonest") == "/inbox?tab=snoozed"
    back = browser.get(link(second, "Sooner"))
    assert [int(one) for one in re.findall(r'id="n(\d+)"', back.text)] == numbers[:PAGE_SIZE]
