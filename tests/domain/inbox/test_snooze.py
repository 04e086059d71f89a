"""Snoozing: how it sleeps, how it comes back, how it is undone."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import NotFound
from notifications_app.domain.inbox import actions, undo
from notifications_app.domain.inbox.history import history
from notifications_app.domain.inbox.items import to_item
from tests.support import inbox
from tests.support.moments import HOUR, LATER, NOW, UNTIL

INDIA, PARIS, APIA = "Asia/Kolkata", "Europe/Paris", "Pacific/Apia"

BACK = UNTIL + timedelta(minutes=1)


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
    assert inbox.ids(priya, LATER, "snoozed") == [second, first]


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
        ("Received", NOW), ("Read", moments[1]), (until, moments[2]), ("Unsnoozed", moments[3]),
        (until, moments[4]),
    ]  # fmt: skip
    assert told(priya, number, moments[4]) == wanted
    assert told(priya, number, BACK) == [*wanted, ("Returned", UNTIL)]
    again = actions.act(priya, "snooze", [number], BACK, until=BACK + HOUR)
    wanted += [("Returned", UNTIL), ("Snoozed until Sat 21 Nov, 19:31", BACK)]
    assert told(priya, number, BACK) == wanted
    # Back in the inbox it is not snoozed until a time that is past.
    undone = BACK + timedelta(minutes=1)
    undo.undo(priya, again.stamp, undone)
    assert told(priya, number, undone) == [*wanted, ("Unsnoozed", undone)]
