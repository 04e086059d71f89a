"""Snoozing: until when, by the reader's own clock; how it comes back; how it is undone."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.core.errors import BadInput, BadTime, NotFound
from notifications_app.domain.inbox import actions, snooze_times, undo
from notifications_app.domain.inbox.history import history
from notifications_app.domain.inbox.items import to_item
from tests.support import inbox
from tests.support.moments import HOUR, LATER, NOON, NOW, UNTIL, at

INDIA, PARIS, APIA = "Asia/Kolkata", "Europe/Paris", "Pacific/Apia"
BACK = UNTIL + timedelta(minutes=1)


def wall(zone: str, moment: datetime) -> str:
    return f"{clock.local(moment, zone):%a %Y-%m-%d %H:%M}"


def utc(zone: str, words: str) -> datetime:
    """The moment at which the zone's clock shows this."""
    return clock.first_moment(datetime.fromisoformat(words), zone)


# ---- the choices ----


@pytest.mark.parametrize(
    ("zone", "now", "words", "walls"),
    [
        # An ordinary Friday.
        (INDIA, "2026-11-20 17:30", "Later today",
         ["Fri 2026-11-20 18:30", "Fri 2026-11-20 21:30", "Sat 2026-11-21 08:00",
          "Mon 2026-11-23 08:00"]),
        # Before and after midnight; there it is another day than in UTC.
        (INDIA, "2026-11-20 23:50", "In 4 hours",
         ["Sat 2026-11-21 00:50", "Sat 2026-11-21 03:50", "Sat 2026-11-21 08:00",
          "Mon 2026-11-23 08:00"]),
        (INDIA, "2026-11-21 00:10", "Later today",
         ["Sat 2026-11-21 01:10", "Sat 2026-11-21 04:10", "Sun 2026-11-22 08:00",
          "Mon 2026-11-23 08:00"]),
        (INDIA, "2026-11-20 20:00", "In 4 hours",
         ["Fri 2026-11-20 21:00", "Sat 2026-11-21 00:00", "Sat 2026-11-21 08:00",
          "Mon 2026-11-23 08:00"]),
        # On a Sunday tomorrow is Monday, on a Monday the next one is a week away.
        (PARIS, "2026-11-22 12:00", "Later today",
         ["Sun 2026-11-22 13:00", "Sun 2026-11-22 16:00", "Mon 2026-11-23 08:00",
          "Mon 2026-11-23 08:00"]),
        (PARIS, "2026-11-23 07:00", "Later today",
         ["Mon 2026-11-23 08:00", "Mon 2026-11-23 11:00", "Tue 2026-11-24 08:00",
          "Mon 2026-11-30 08:00"]),
        # The clocks go forward in the night, and back.
        (PARIS, "2027-03-27 23:30", "In 4 hours",
         ["Sun 2027-03-28 00:30", "Sun 2027-03-28 04:30", "Sun 2027-03-28 08:00",
          "Mon 2027-03-29 08:00"]),
        (PARIS, "2026-10-24 23:30", "In 4 hours",
         ["Sun 2026-10-25 00:30", "Sun 2026-10-25 02:30", "Sun 2026-10-25 08:00",
          "Mon 2026-10-26 08:00"]),
        # Samoa had no 30 December 2011: the first moment after is the next midnight.
        (APIA, "2011-12-29 12:00", "Later today",
         ["Thu 2011-12-29 13:00", "Thu 2011-12-29 16:00", "Sat 2011-12-31 00:00",
          "Mon 2012-01-02 08:00"]),
    ],
)  # fmt: skip
def test_the_choices_are_of_the_readers_own_day(
    zone: str, now: str, words: str, walls: list[str]
) -> None:
    found = snooze_times.choices(zone, utc(zone, now))
    assert [choice.name for choice in found] == ["hour", "later", "tomorrow", "monday"]
    assert [choice.words for choice in found] == ["In 1 hour", words, "Tomorrow", "Next Monday"]
    assert [wall(zone, choice.until) for choice in found] == walls


MOMENTS = st.datetimes(datetime(1975, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))


@given(zone=st.sampled_from(clock.zone_names()), now=MOMENTS)
@example(zone=APIA, now=utc(APIA, "2011-12-29 12:00"))
@example(zone=PARIS, now=datetime(2027, 3, 27, 20, tzinfo=UTC))
@settings(max_examples=400, derandomize=True, database=None, deadline=None)
def test_every_choice_is_ahead_and_shows_what_it_promises(zone: str, now: datetime) -> None:
    found = {choice.name: choice.until for choice in snooze_times.choices(zone, now)}
    assert all(until > now and until.tzinfo is UTC for until in found.values())
    assert (found["hour"], found["later"]) == (now + HOUR, now + 4 * HOUR)
    today = clock.local(now, zone).date()
    monday = next(d for d in (today + timedelta(n) for n in range(1, 8)) if d.weekday() == 0)
    for name, day in (("tomorrow", today + timedelta(1)), ("monday", monday)):
        promised = datetime.combine(day, time(8))
        shown = clock.local(found[name], zone).replace(tzinfo=None)
        before = clock.local(found[name] - timedelta(seconds=1), zone).replace(tzinfo=None)
        assert shown == promised or before < promised < shown


@pytest.mark.parametrize("name", ["hour", "later", "tomorrow", "monday"])
def test_a_choice_is_named_and_what_is_typed_beside_it_is_not_read(name: str) -> None:
    wanted = {one.name: one.until for one in snooze_times.choices(PARIS, NOW)}
    assert snooze_times.until(name, "nonsense", PARIS, NOW) == wanted[name]


@pytest.mark.parametrize("name", ["", "never", "Hour", "\0"])
def test_there_is_no_other_choice(name: str) -> None:
    with pytest.raises(BadInput, match="There is no choice"):
        snooze_times.until(name, "2026-11-21 09:00", PARIS, NOW)


@pytest.mark.parametrize(
    ("typed", "zone", "moment"),
    [
        ("2026-11-21T09:00", INDIA, "2026-11-21T03:30:00Z"),
        ("2026-11-21 09:00", PARIS, "2026-11-21T08:00:00Z"),
        # Twice that night: the first.
        ("2027-10-31T02:30", PARIS, "2027-10-31T00:30:00Z"),
    ],
)
def test_a_typed_time_is_in_the_readers_zone(typed: str, zone: str, moment: str) -> None:
    assert clock.iso(snooze_times.until("until", typed, zone, NOW)) == moment


GAP = "02:30 does not exist on that day in Europe/Paris. The first moment after it is 03:00."
PAST = "That time is past. Choose a later one (Europe/Paris)."
FAR = "That is more than five years away. Choose an earlier time."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2027-03-28T02:30", GAP),
        ("2026-11-20T13:59", PAST),
        ("2026-11-20T14:00", PAST),
        ("1970-01-01T00:00", PAST),
        ("2031-11-24T14:01", FAR),
        ("2999-12-31T23:59", FAR),
        ("", "Write a day from 1970 to 2999 and a time: 2026-11-20 09:00."),
        ("tomorrow", "Write a day from 1970 to 2999 and a time: 2026-11-20 09:00."),
        ("2026-02-30T09:00", "Write a day from 1970 to 2999 and a time: 2026-11-20 09:00."),
    ],
)  # fmt: skip
def test_a_typed_time_that_will_not_do_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(BadTime) as refusal:
        snooze_times.until("until", typed, PARIS, NOW)
    assert (str(refusal.value), refusal.value.field) == (sentence, "until")


@pytest.mark.parametrize(
    ("remembered", "suggested"),
    [
        ("", "2026-11-21T09:00"),
        ("2026-12-01T07:15", "2026-12-01T07:15"),
        ("2026-11-20T13:00", "2026-11-21T09:00"),
        ("nonsense", "2026-11-21T09:00"),
    ],
)
def test_the_field_begins_with_the_last_time_typed_if_it_is_to_come(
    remembered: str, suggested: str
) -> None:
    assert snooze_times.suggestion(remembered, PARIS, NOW) == suggested


# ---- what snoozing does ----


def test_it_sleeps_and_comes_back_unread_on_top(in_app: Flask, priya: int, bystander: int) -> None:
    number = inbox.notify(priya, bystander)
    newer = inbox.broadcast(now=NOW + timedelta(minutes=1))
    others = inbox.kept(bystander)
    inbox.act(priya, "read", [number], LATER)
    assert inbox.act(priya, "snooze", [number], LATER).count == 1
    for moment in (LATER, UNTIL - timedelta(microseconds=1)):
        assert inbox.places(priya, moment) == {
            "inbox": [newer], "unread": [newer], "snoozed": [number], "dismissed": [], "muted": []
        }  # fmt: skip
        asleep = to_item(inbox.one(priya, number, moment), moment, "Priya")
        assert (asleep.is_snoozed, asleep.unread, asleep.home) == (True, False, "snoozed")
    assert inbox.count(priya, LATER) == inbox.count(priya, LATER, "snoozed") == 1
    for moment in (UNTIL, BACK):
        assert inbox.ids(priya, moment) == inbox.ids(priya, moment, "unread") == [number, newer]
        assert inbox.ids(priya, moment, "snoozed") == []
    back = to_item(inbox.rows(priya, BACK)[0], BACK, "Priya")
    assert (back.came_back, back.unread, back.home) == (True, True, "inbox")
    assert (back.arrives_at, back.first_arrived_at) == (UNTIL, NOW)
    assert not to_item(inbox.rows(priya, BACK)[1], BACK, "Priya").came_back
    assert inbox.kept(bystander) == others


def test_snoozing_again_keeps_when_it_first_came(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    inbox.act(priya, "snooze", [number])
    later = UNTIL + 2 * HOUR
    assert actions.act(priya, "snooze", [number], LATER, until=later).count == 1
    assert inbox.ids(priya, BACK, "snoozed") == [number]
    back = to_item(inbox.one(priya, number, later), later, "Priya")
    assert (back.came_back, back.arrives_at, back.first_arrived_at) == (True, later, NOW)


def test_snoozing_what_came_back_begins_at_its_return(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    inbox.act(priya, "snooze", [number])
    actions.act(priya, "snooze", [number], BACK, until=BACK + HOUR)
    assert to_item(inbox.one(priya, number, BACK), BACK, "Priya").first_arrived_at == UNTIL
    actions.act(priya, "unsnooze", [number], BACK)
    assert inbox.rows(priya, BACK)[0].arrives_at == UNTIL


def test_what_is_snoozed_stands_in_the_order_of_waking(in_app: Flask, priya: int) -> None:
    first, second = inbox.notify(priya), inbox.notify(priya)
    actions.act(priya, "snooze", [first], LATER, until=UNTIL + HOUR)
    actions.act(priya, "snooze", [second], LATER, until=UNTIL)
    assert inbox.ids(priya, LATER, "snoozed") == [first, second]


def test_waking_puts_it_back_where_it_was_unread(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    newer = inbox.notify(priya, now=NOW + timedelta(minutes=1))
    inbox.act(priya, "read", [number])
    inbox.act(priya, "snooze", [number], LATER)
    assert inbox.act(priya, "unsnooze", [number], LATER).count == 1
    assert inbox.ids(priya, LATER) == inbox.ids(priya, LATER, "unread") == [newer, number]
    woken = to_item(inbox.one(priya, number, LATER), LATER, "Priya")
    assert (woken.came_back, woken.is_snoozed, woken.arrives_at) == (False, False, NOW)
    assert inbox.act(priya, "unsnooze", [number], LATER).count == 0


def test_what_came_back_is_awake(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    inbox.act(priya, "snooze", [number])
    assert inbox.act(priya, "unsnooze", [number], BACK).count == 0
    assert to_item(inbox.one(priya, number, BACK), BACK, "Priya").came_back


@pytest.mark.parametrize("when", [LATER, BACK])
def test_undo_puts_back_its_time_and_that_it_was_read(
    in_app: Flask, priya: int, when: datetime
) -> None:
    read, unread, asleep = inbox.notify(priya), inbox.broadcast(), inbox.notify(priya)
    inbox.act(priya, "read", [read])
    actions.act(priya, "snooze", [asleep], NOW, until=UNTIL + HOUR)
    before = [tuple(inbox.one(priya, n)) for n in (read, unread, asleep)]
    done = inbox.act(priya, "snooze", [read, unread, asleep], LATER)
    assert done.count == 3
    back = undo.undo(priya, done.stamp, when)
    assert (back.count, back.skipped) == (3, 0)
    assert [tuple(inbox.one(priya, n)) for n in (read, unread, asleep)] == before
    assert inbox.ids(priya, when, "unread") == [unread]
    assert undo.undo(priya, back.stamp, when).count == 3
    assert sorted(inbox.ids(priya, LATER, "snoozed")) == [read, unread, asleep]


def test_undoing_a_wake_puts_it_to_sleep_until_its_time(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    inbox.act(priya, "snooze", [number])
    woken = inbox.act(priya, "unsnooze", [number], LATER)
    undo.undo(priya, woken.stamp, LATER)
    assert inbox.ids(priya, LATER, "snoozed") == [number]
    assert inbox.ids(priya, UNTIL) == [number]


def test_what_was_dismissed_is_not_snoozed(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    inbox.act(priya, "dismiss", [number])
    before = inbox.kept(priya)[1]
    assert inbox.act(priya, "snooze", [number], LATER).count == 0
    assert inbox.kept(priya)[1] == before


def test_what_sleeps_can_be_dismissed_and_put_back_to_sleep(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    inbox.act(priya, "snooze", [number])
    inbox.act(priya, "dismiss", [number], LATER)
    assert inbox.places(priya, LATER)["dismissed"] == [number]
    assert inbox.ids(priya, LATER, "snoozed") == inbox.ids(priya, BACK) == []
    inbox.act(priya, "restore", [number], LATER)
    assert inbox.ids(priya, LATER, "snoozed") == [number]
    assert inbox.ids(priya, BACK) == [number]


def test_what_is_scheduled_is_neither_snoozed_nor_listed(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, arrives_at=UNTIL)
    on_its_way = inbox.broadcast(arrives_at=UNTIL)
    assert not any(inbox.places(priya).values())
    for one in (number, on_its_way):
        for verb in ("snooze", "unsnooze"):
            with pytest.raises(NotFound):
                inbox.act(priya, verb, [one])
    db.session.rollback()


# ---- its history ----


def told(user: int, number: int, now: datetime) -> list[tuple[str, datetime]]:
    row = inbox.one(user, number, now)
    events = history(db.session.connection(), user, row, INDIA, now)
    return [(words, when) for _icon, words, when in events]


def test_the_history_tells_of_snoozing_waking_and_coming_back(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    moments = [NOW + timedelta(minutes=n) for n in range(5)]
    inbox.act(priya, "read", [number], moments[1])
    inbox.act(priya, "snooze", [number], moments[2])
    inbox.act(priya, "unsnooze", [number], moments[3])
    inbox.act(priya, "snooze", [number], moments[4])
    until = "Snoozed until Sat 21 Nov, 18:30"
    wanted = [
        ("Arrived", NOW), ("Read", moments[1]), (until, moments[2]), ("Woken", moments[3]),
        (until, moments[4]),
    ]  # fmt: skip
    assert told(priya, number, moments[4]) == wanted
    assert told(priya, number, BACK) == [*wanted, ("Arrived again", UNTIL)]
    again = actions.act(priya, "snooze", [number], BACK, until=BACK + HOUR)
    wanted += [("Arrived again", UNTIL), ("Snoozed until Sat 21 Nov, 19:31", BACK)]
    assert told(priya, number, BACK) == wanted
    # Back in the inbox it is not snoozed until a time that is past.
    undone = BACK + timedelta(minutes=1)
    undo.undo(priya, again.stamp, undone)
    assert told(priya, number, undone) == [*wanted, ("Woken", undone)]


# ---- the doors ----


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
    answer = browser.post("/inbox/undo", data={"stamp": str(kept["undo"])})
    assert answer.status_code == 303
    assert done(inbox.places, priya, LATER)["unread"] == [number]


@pytest.mark.usefixtures("page_time")
def test_waking_by_the_button(browser: FlaskClient, done: Any, priya: int) -> None:
    number = done(inbox.notify, priya, title="Here")
    browser.post(f"/inbox/{number}/snooze", data={"choice": "tomorrow"})
    assert browser.post(f"/inbox/{number}/unsnooze").status_code == 303
    assert "Woke “Here”." in browser.get("/inbox").text
    assert done(inbox.ids, priya, LATER) == [number]
    browser.post(f"/inbox/{number}/unsnooze")
    assert "Nothing to do" in browser.get("/inbox").text


@pytest.mark.usefixtures("page_time")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-11-20T10:00", "That time is past. Choose a later one (Asia/Kolkata)."),
        ("2040-01-01T00:00", "That is more than five years away."),
        ("next year", "Write a day from 1970 to 2999 and a time"),
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
