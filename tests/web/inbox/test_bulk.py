"""Several at once: what was ticked, or all that a view showed; counted truthfully, undone whole."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.inbox import actions, mutes
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.inbox_pages import bulk
from tests.support.moments import LATER, NOW, at

FIRST = {"unread": "read", "restore": "dismiss", "unsnooze": "snooze"}
HOME = {"restore": "dismissed", "unsnooze": "snoozed"}
SAID = {
    "read": "Marked 2 notifications as read.",
    "unread": "Marked 2 notifications as unread.",
    "dismiss": "Dismissed 2 notifications.",
    "restore": "Restored 2 notifications.",
    "snooze": "Snoozed 2 notifications until Sat 21 Nov 2026, 08:00 IST.",
    "unsnooze": "Unsnoozed 2 notifications.",
}

UNDONE = {
    "read": "Marked 2 notifications as unread again.",
    "unread": "Marked 2 notifications as read again.",
    "dismiss": "Restored 2 notifications.",
    "restore": "Dismissed 2 notifications again.",
    "snooze": "Unsnoozed 2 notifications.",
    "unsnooze": "Snoozed 2 notifications again.",
}


@pytest.fixture(autouse=True)
def page_time(app: Flask) -> Iterator[None]:
    with at(LATER):
        yield


def named(verb: str) -> str:
    return "snooze:tomorrow" if verb == "snooze" else verb


def shown_on(done: Any, user: int) -> dict[str, str]:
    """The snapshot fields of a page made now."""
    found = done(inbox.shown, user, LATER)
    fields = {name: getattr(found, name) for name in ("top", "seen", "muted")}
    return {"moment": found.moment.isoformat(), **{name: str(fields[name]) for name in fields}}


def undo_of(browser: FlaskClient) -> Any:
    with browser.session_transaction() as found:
        return found.get("undo", [None])[-1]


@pytest.mark.parametrize("verb", actions.VERBS)
def test_what_is_ticked_is_done_said_and_undone(
    browser: FlaskClient, done: Any, priya: int, bystander: int, verb: str
) -> None:
    mine = [done(inbox.notify, priya, bystander), done(inbox.broadcast)]
    unticked = done(inbox.notify, priya)
    theirs = done(inbox.notify, bystander)
    if verb in FIRST:
        done(inbox.act, priya, FIRST[verb], [*mine, unticked])
    before, others = done(inbox.places, priya, LATER), done(inbox.kept, bystander)
    # Somebody else's, and none at all, are passed over: the count is of what changed.
    form = {"action": named(verb), "ids": [*mine, theirs, 2**31 - 1], "next": "/inbox?q=x"}
    answer = browser.post("/inbox/bulk", data=form)
    assert (answer.status_code, answer.location) == (303, "/inbox?q=x")
    assert SAID[verb] in browser.get("/compare").text
    after = done(inbox.places, priya, LATER)
    assert after != before
    for tab, numbers in before.items():
        assert (unticked in numbers) is (unticked in after[tab])
    assert done(inbox.kept, bystander) == others
    browser.get("/inbox")  # the flash is gone by now, the stamp is not
    answer = browser.post("/inbox/undo", data={"stamp": str(undo_of(browser))})
    assert answer.status_code == 303
    assert UNDONE[verb] in browser.get("/compare").text
    assert done(inbox.places, priya, LATER) == before
    assert done(inbox.kept, bystander) == others


def test_the_stamp_is_of_what_was_done_last_and_nothing_done_leaves_it(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya)
    stamps = []
    for action in ("read", "dismiss", "dismiss"):
        browser.post("/inbox/bulk", data={"action": action, "ids": [number]})
        stamps.append(undo_of(browser))
    assert stamps[0] < stamps[1] == stamps[2]
    assert "Already done" in browser.get("/compare").text


@pytest.mark.parametrize("verb", actions.VERBS)
def test_a_thousand_are_as_many_statements_as_one(
    app: Flask, browser: FlaskClient, done: Any, priya: int, verb: str
) -> None:
    with app.app_context():
        engine = db.engine
    seen: dict[int, list[str]] = {}
    for size in (1, 999):
        numbers = done(inbox.fill, priya, size)
        if verb in FIRST:
            done(inbox.act, priya, FIRST[verb], numbers)
        form = {"action": named(verb), "scope": "all", "tab": HOME.get(verb, "inbox")}
        form |= shown_on(done, priya)
        with inbox.statements(engine) as run:
            assert browser.post("/inbox/bulk", data=form).status_code == 303
        seen[size] = list(run)
        if verb not in {"dismiss", "snooze"}:
            done(inbox.act, priya, "dismiss", numbers, LATER)
    assert seen[1] == seen[999]
    assert len(seen[1]) < 10
    words = browser.get("/compare").text
    assert "999 notifications" in words or "1,000 notifications" in words


def test_what_is_deselected_from_all_is_left_alone(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    numbers = [*done(inbox.fill, priya, 3), done(inbox.broadcast)]
    kept = [numbers[1], numbers[3]]
    form = {"action": "dismiss", "scope": "all", **shown_on(done, priya), "except": kept}
    assert browser.post("/inbox/bulk", data=form).status_code == 303
    assert "Dismissed 2 notifications." in browser.get("/inbox").text
    assert sorted(done(inbox.ids, priya, LATER)) == kept
    assert browser.post("/inbox/bulk", data=form | {"except": "x"}).status_code == 400


@pytest.mark.parametrize("tab", inbox.TABS)
@pytest.mark.parametrize("verb", ["read", "dismiss", "snooze", "unsnooze", "restore"])
def test_all_is_all_of_the_view_and_nothing_else(
    browser: FlaskClient, done: Any, priya: int, bystander: int, tab: str, verb: str
) -> None:
    for topic in ("billing", "other"):
        for title in ("Needle", "Hay"):
            for category in ("warning", "info"):
                said = {"topic": topic, "title": title, "category": category}
                done(inbox.notify, priya, bystander, **said)
                done(inbox.broadcast, **said)
    numbers = done(inbox.ids, priya)
    if tab == "muted":
        for topic in ("billing", "other"):
            done(mutes.mute, priya, topic)
    elif tab in {"snoozed", "dismissed"}:
        done(inbox.act, priya, "snooze" if tab == "snoozed" else "dismiss", numbers)
    others = done(inbox.kept, bystander)
    narrow = {"category": "warning", "topic": "billing", "q": "needle -is:read"}
    wanted = done(inbox.ids, priya, LATER, tab, **narrow)
    assert len(wanted) == 2
    before = {n: tuple(done(inbox.one, priya, n, LATER)) for n in numbers}
    form = {"action": named(verb), "scope": "all", "tab": tab, **narrow}
    answer = browser.post("/inbox/bulk", data=form | shown_on(done, priya))
    assert answer.status_code == 303
    with browser:
        browser.get(answer.location)
        from flask import request

        where = {"tab": tab, **narrow}
        if tab == "inbox":
            del where["tab"]
        assert (request.path, request.args.to_dict()) == ("/inbox", where)
    after = {n: tuple(done(inbox.one, priya, n, LATER)) for n in numbers}
    changed = [n for n in numbers if after[n] != before[n]]
    assert set(changed) in (set(), set(wanted))
    possible = {
        "read": tab != "snoozed", "dismiss": tab != "dismissed", "unsnooze": tab == "snoozed",
        "restore": tab == "dismissed", "snooze": tab != "dismissed",
    }  # fmt: skip
    assert bool(changed) is possible[verb]
    assert done(inbox.kept, bystander) == others


def test_all_by_a_search_leaves_what_came_since(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya, title="Needle")
    hay = done(inbox.notify, priya, title="Hay")
    page = browser.get("/inbox?q=needle")
    with at(LATER + timedelta(seconds=1)):
        since = done(inbox.notify, priya, now=LATER + timedelta(seconds=1), title="Needle two")
        answer = bulk(browser, page, q="needle")
        assert answer.location == "/inbox?q=needle"
        assert "Dismissed 1 notification." in browser.get("/compare").text
    moment = LATER + timedelta(seconds=2)
    assert done(inbox.ids, priya, moment) == [since, hay]
    assert done(inbox.ids, priya, moment, "dismissed") == [number]


def test_all_by_a_search_makes_rows_for_what_it_finds_only(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    for title in ("Needle", "Hay", "Straw"):
        done(inbox.broadcast, title=title)
    form = {"action": "read", "scope": "all", "q": "needle", **shown_on(done, priya)}
    browser.post("/inbox/bulk", data=form)
    assert done(inbox.how_many, Delivery) == 1


def test_all_of_snoozed_leaves_what_woke_since(browser: FlaskClient, done: Any, priya: int) -> None:
    woken, asleep = done(inbox.notify, priya), done(inbox.notify, priya)
    soon = LATER + timedelta(minutes=1)
    done(actions.act, priya, "snooze", [woken], NOW, until=soon)
    done(inbox.act, priya, "snooze", [asleep])
    form = {"action": "dismiss", "scope": "all", "tab": "snoozed", **shown_on(done, priya)}
    with at(soon):
        browser.post("/inbox/bulk", data=form)
    assert done(inbox.ids, priya, soon) == [woken]
    assert done(inbox.ids, priya, soon, "dismissed") == [asleep]


@pytest.mark.parametrize("size", [500, 501])
def test_five_hundred_can_be_ticked(browser: FlaskClient, done: Any, priya: int, size: int) -> None:
    numbers = done(inbox.fill, priya, size)
    answer = browser.post("/inbox/bulk", data={"action": "dismiss", "ids": numbers})
    assert answer.status_code == (303 if size == 500 else 400)
    assert done(inbox.count, priya, LATER, "dismissed") == (100 if size == 500 else 0)


@pytest.mark.parametrize(
    "number", ["", "x", "-1", "1.0", "1 ", "٣", "²", "\0", "9" * 11, "9" * 30, "1,2", "0x1"]
)
def test_what_is_no_id_is_refused_with_everything_beside_it(
    browser: FlaskClient, done: Any, priya: int, number: str
) -> None:
    good = done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    answer = browser.post("/inbox/bulk", data={"action": "dismiss", "ids": [good, number]})
    assert answer.status_code == 400
    assert done(inbox.kept, priya) == before


@pytest.mark.parametrize("number", ["0", "2147483648", "9999999999"])
def test_an_id_that_nobody_has_is_passed_over(
    browser: FlaskClient, done: Any, priya: int, number: str
) -> None:
    good = done(inbox.notify, priya)
    form = {"action": "dismiss", "ids": [number]}
    assert browser.post("/inbox/bulk", data={"action": "dismiss", "ids": [good, number]}).location
    assert done(inbox.ids, priya, LATER, "dismissed") == [good]
    assert browser.post("/inbox/bulk", data=form).status_code in {303, 404}


def test_nothing_selected_says_so(browser: FlaskClient, done: Any, priya: int) -> None:
    done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    for form in ({"action": "dismiss"}, {"action": "read", "next": "/inbox?tab=unread"}):
        answer = browser.post("/inbox/bulk", data=form)
        assert (answer.status_code, answer.location) == (303, form.get("next", "/inbox"))
        assert "Select at least one" in browser.get("/compare").text
    assert done(inbox.kept, priya) == before
    assert undo_of(browser) is None


def test_all_leaves_what_was_unmuted_since_the_page_was_made(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    shown, unseen = done(inbox.notify, priya), done(inbox.broadcast, topic="billing")
    done(mutes.mute, priya, "billing")
    page = browser.get("/inbox").text
    fields = dict(re.findall(r'name="(moment|top|seen|muted)" value="([^"]*)"', page))
    assert fields["muted"] == "billing"
    done(mutes.unmute, priya, "billing")
    assert 'name="muted"' not in browser.get("/inbox").text
    browser.post("/inbox/bulk", data={"action": "dismiss", "scope": "all", **fields})
    assert done(inbox.ids, priya, LATER) == [unseen]
    assert done(inbox.ids, priya, LATER, "dismissed") == [shown]


@pytest.mark.parametrize("muted", ["\0", "%", ",,", "x" * 100_000, "'"])
def test_muted_topics_that_are_none_mute_nothing(
    browser: FlaskClient, done: Any, priya: int, muted: str
) -> None:
    number = done(inbox.notify, priya)
    form = {"action": "dismiss", "scope": "all", **shown_on(done, priya), "muted": muted}
    assert browser.post("/inbox/bulk", data=form).status_code == 303
    assert done(inbox.ids, priya, LATER, "dismissed") == [number]


@pytest.mark.parametrize(
    "change",
    [{"category": "gossip"}, {"topic": "x" * 201}, {"q": "x" * 201}, {"q": "\0"}, {"tab": "All"}],
)
def test_all_of_a_view_that_is_none_is_refused(
    browser: FlaskClient, done: Any, priya: int, change: dict[str, str]
) -> None:
    done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    form = {"action": "dismiss", "scope": "all", **shown_on(done, priya), **change}
    assert browser.post("/inbox/bulk", data=form).status_code == 400
    assert done(inbox.kept, priya) == before


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("snooze:never", "There is no choice “never”."),
        ("snooze", "There is no choice"),
    ],
)
def test_a_choice_there_is_not_snoozes_nothing_and_says_so(
    browser: FlaskClient, done: Any, priya: int, action: str, words: str
) -> None:
    number = done(inbox.notify, priya)
    before = done(inbox.kept, priya)
    form = {"action": action, "ids": [number], "next": "/inbox?topic=general"}
    answer = browser.post("/inbox/bulk", data=form)
    assert (answer.status_code, answer.location) == (303, "/inbox?topic=general")
    said = browser.get("/compare").text
    assert words in said
    assert "Nothing was snoozed." in said
    assert done(inbox.kept, priya) == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [("2026-11-20T10:00", "That time is past."), ("", "Enter a date")],
)
def test_a_time_that_will_not_do_comes_back_with_what_was_ticked(
    browser: FlaskClient, done: Any, priya: int, typed: str, words: str
) -> None:
    other, ticked = done(inbox.notify, priya), done(inbox.notify, priya)
    done(inbox.notify, priya, topic="billing")
    before = done(inbox.kept, priya)
    address = "/inbox?tab=unread&topic=general"
    form = {"action": "snooze:until", "until": typed, "ids": [ticked], "next": address}
    answer = browser.post("/inbox/bulk", data=form)
    assert answer.status_code == 400
    assert "<title>Error: Unread · Inbox" in answer.text
    assert re.search(rf'id="bulk-until-error">.*{words}', answer.text)
    assert re.search(rf'id="bulk-until"\s+name="until"\s+value="{typed}"', answer.text)
    picks = re.findall(r'name="ids" value="(\d+)"( checked)?', answer.text)
    assert picks == [(str(ticked), " checked"), (str(other), "")]
    assert 'name="scope" value="all" checked' not in answer.text
    assert f'name="next" value="{address.replace("&", "&amp;")}"' in answer.text
    assert 'name="next" value="/inbox/bulk' not in answer.text
    assert done(inbox.kept, priya) == before
    whole = browser.post("/inbox/bulk", data={**form, "scope": "all"})
    assert 'name="scope" value="all" checked' in whole.text


@pytest.mark.parametrize(
    "address", ["", "//evil.example", "/inbox?tab=nowhere", "/settings", "/inbox?_scheme=x&q=\0"]
)
def test_a_refused_snooze_knows_only_lists_and_says_so_where_nothing_is_ticked(
    browser: FlaskClient, done: Any, priya: int, address: str
) -> None:
    number = done(inbox.notify, priya)
    form = {"action": "snooze:until", "until": "2020-01-01T10:00", "next": address}
    answer = browser.post("/inbox/bulk", data={**form, "ids": [number + 1]})
    assert answer.status_code == 400
    assert "Nothing was snoozed." in answer.text
    assert "<title>Error: Inbox" in answer.text
    assert "evil" not in answer.text
    assert (
        "Nothing was snoozed."
        not in browser.post("/inbox/bulk", data={**form, "ids": [number]}).text
    )


def test_several_are_snoozed_until_a_time_that_was_typed(
    browser: FlaskClient, done: Any, priya: int
) -> None:
    numbers = [done(inbox.notify, priya), done(inbox.broadcast)]
    form = {"action": "snooze:until", "until": "2026-12-01T07:15", "ids": numbers}
    browser.post("/inbox/bulk", data=form)
    assert "until Tue 1 Dec 2026, 07:15 IST." in browser.get("/compare").text
    assert sorted(done(inbox.ids, priya, LATER, "snoozed")) == numbers
    with browser.session_transaction() as kept:
        assert kept["snooze"] == "2026-12-01T07:15"


def test_bulk_needs_a_sign_in_and_a_post(
    app: Flask, browser: FlaskClient, done: Any, priya: int
) -> None:
    number = done(inbox.notify, priya)
    answer = app.test_client().post("/inbox/bulk", data={"action": "dismiss", "ids": [number]})
    assert (answer.status_code, answer.location[:6]) == (303, "/login")
    assert browser.get("/inbox/bulk").status_code == 405
    assert browser.post("/inbox/bulk", data={"ids": [number]}).status_code == 400
    assert done(inbox.ids, priya, LATER) == [number]
