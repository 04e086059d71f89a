"""Undo puts back exactly what was; "all" means what the page showed."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db, table
from notifications_app.core.errors import NotFound
from notifications_app.domain.inbox import actions, undo
from notifications_app.domain.inbox.models import Change, Delivery, Notification
from tests.support import inbox
from tests.support.moments import NOW

LATER = NOW + timedelta(minutes=5)


def dates(user_id: int, number: int) -> Any:
    """read_at and dismissed_at as stored."""
    columns = (Delivery.read_at, Delivery.dismissed_at)
    where = (Delivery.user_id == user_id, Delivery.notification_id == number)
    return tuple(db.session.execute(sa.select(*columns).where(*where)).one())


def test_dismissing_leaves_read_at_alone_and_so_does_its_undo(in_app: Flask, priya: int) -> None:
    read, unread = inbox.notify(priya), inbox.notify(priya)
    actions.act(priya, "read", [read], NOW)
    dismissed = actions.act(priya, "dismiss", [read, unread], LATER)
    assert dates(priya, read) == (NOW, LATER)
    assert dates(priya, unread) == (None, LATER)
    undo.undo(priya, dismissed.stamp, LATER)
    assert dates(priya, read) == (NOW, None)
    assert dates(priya, unread) == (None, None)
    assert inbox.ids(priya, LATER, "unread") == [unread]


def test_undo_puts_back_the_moment_at_which_it_was_read(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    actions.act(priya, "read", [number], NOW)
    done = actions.act(priya, "unread", [number], LATER)
    undo.undo(priya, done.stamp, LATER + timedelta(hours=1))
    assert dates(priya, number) == (NOW, None)


def test_undoing_an_undo_does_it_again(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    stamp = actions.act(priya, "dismiss", [number], NOW).stamp
    for place in ("inbox", "dismissed", "inbox"):
        stamp = undo.undo(priya, stamp, LATER).stamp
        assert inbox.ids(priya, LATER, place) == [number]
        assert inbox.how_many(Delivery) == 1


def test_undo_leaves_what_changed_since_and_counts_it(in_app: Flask, priya: int) -> None:
    numbers = [inbox.notify(priya) for _ in range(3)]
    done = actions.act(priya, "dismiss", numbers, NOW)
    actions.act(priya, "restore", numbers[:1], NOW)
    actions.act(priya, "read", numbers[:1], NOW)
    back = undo.undo(priya, done.stamp, LATER)
    assert (back.count, back.skipped) == (2, 1)
    assert dates(priya, numbers[0]) == (NOW, None)
    assert sorted(inbox.ids(priya, LATER)) == numbers


def test_undo_goes_back_through_actions_on_one_notification(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, title="Here")
    read = actions.act(priya, "read", [number], NOW)
    dismissed = actions.act(priya, "dismiss", [number], NOW)
    first = undo.undo(priya, dismissed.stamp, LATER)
    second = undo.undo(priya, read.stamp, LATER)
    assert (first.verb, second.verb, second.title) == ("restore", "unread", "Here")
    assert dates(priya, number) == (None, None)
    for stamp, wanted in ((second.stamp, (NOW, None)), (first.stamp, (NOW, NOW))):
        assert undo.undo(priya, stamp, LATER).count == 1
        assert dates(priya, number) == wanted


@pytest.mark.parametrize("when", ["between", "after"])
def test_undo_never_takes_back_a_notify_again(in_app: Flask, priya: int, when: str) -> None:
    number = inbox.notify(priya)
    first = actions.act(priya, "read", [number], NOW)
    if when == "between":
        inbox.edit(number, LATER, again=True)
    second = actions.act(priya, "read" if when == "between" else "dismiss", [number], LATER)
    undo.undo(priya, second.stamp, LATER)
    if when == "after":
        inbox.edit(number, LATER, again=True)
    last = undo.undo(priya, first.stamp, LATER)
    assert (last.count, last.skipped, last.verb, last.title) == (0, 1, "", "")
    assert dates(priya, number) == (None, None)


def test_an_undo_of_a_mixture_names_no_action(in_app: Flask, priya: int) -> None:
    numbers = [inbox.notify(priya), inbox.notify(priya)]
    actions.act(priya, "snooze", numbers[:1], NOW, until=NOW + timedelta(days=1))
    both = actions.act(priya, "snooze", numbers, NOW, until=NOW + timedelta(days=2))
    back = undo.undo(priya, both.stamp, NOW)
    assert (back.count, back.verb, back.title) == (2, "", "")


def test_an_undo_works_once(in_app: Flask, priya: int) -> None:
    done = actions.act(priya, "dismiss", [inbox.notify(priya)], NOW)
    undo.undo(priya, done.stamp, NOW)
    again = undo.undo(priya, done.stamp, NOW)
    assert (again.count, again.skipped) == (0, 1)


def test_nobody_undoes_what_another_did(in_app: Flask, priya: int, bystander: int) -> None:
    done = actions.act(bystander, "dismiss", [inbox.notify(priya, bystander)], NOW)
    db.session.commit()
    others = inbox.kept(bystander)
    for stamp in (done.stamp, 0, 2**62):
        with pytest.raises(NotFound, match="Nothing to undo"):
            undo.undo(priya, stamp, NOW)
        db.session.rollback()
    assert inbox.kept(bystander) == others


def test_all_leaves_what_arrived_since(in_app: Flask, priya: int) -> None:
    inbox.notify(priya)
    on_its_way = inbox.broadcast(arrives_at=NOW + timedelta(minutes=1))
    page = inbox.everything(priya)
    since = [inbox.notify(priya), inbox.broadcast()]  # at the moment of the page, after it
    later = inbox.broadcast(now=LATER)
    assert actions.act(priya, "dismiss", page, LATER).count == 1
    assert inbox.ids(priya, LATER) == [later, on_its_way, *reversed(since)]


def test_all_leaves_what_another_tab_restored_since(in_app: Flask, priya: int) -> None:
    restored, other = inbox.broadcast(), inbox.broadcast()
    actions.act(priya, "dismiss", [restored], NOW)
    page = inbox.everything(priya)
    actions.act(priya, "restore", [restored], NOW)
    assert actions.act(priya, "dismiss", page, LATER).count == 1
    assert inbox.ids(priya, LATER) == [restored]
    assert inbox.ids(priya, LATER, "dismissed") == [other]


def test_all_leaves_what_was_edited_since(in_app: Flask, priya: int) -> None:
    edited, other = inbox.notify(priya), inbox.notify(priya)
    page = inbox.everything(priya, "unread")
    db.session.execute(
        sa.update(table(Notification))
        .where(Notification.id == edited)
        .values(edited_at=NOW + timedelta(seconds=1))
    )
    assert actions.act(priya, "read", page, LATER).count == 1
    assert inbox.ids(priya, LATER, "unread") == [edited]
    assert dates(priya, other) == (LATER, None)


def test_all_means_the_tab_it_stands_on(in_app: Flask, priya: int) -> None:
    read, unread, dismissed = (inbox.notify(priya) for _ in range(3))
    actions.act(priya, "read", [read], NOW)
    actions.act(priya, "dismiss", [dismissed], NOW)
    page = inbox.everything(priya, "unread")
    assert actions.act(priya, "dismiss", page, NOW).count == 1
    assert inbox.ids(priya) == [read]
    page = inbox.everything(priya, "dismissed")
    assert actions.act(priya, "restore", page, NOW).count == 2
    assert inbox.ids(priya) == [dismissed, unread, read]


@pytest.mark.parametrize("step", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-20)])
def test_stamps_are_unique_though_the_clock_stands_or_steps_back(
    in_app: Flask, priya: int, step: timedelta
) -> None:
    numbers = [inbox.notify(priya) for _ in range(4)]
    moment = NOW + timedelta(days=90)
    stamps = []
    for number in numbers:
        stamps.append(actions.act(priya, "dismiss", [number], moment).stamp)
        moment += step
    stamps.append(undo.undo(priya, stamps[-1], moment).stamp)
    assert stamps == sorted(set(stamps))
    assert stamps[0] == clock.micros(NOW + timedelta(days=90))
    assert inbox.shown(priya).seen == stamps[-1]


def test_what_was_dismissed_stays_listed_though_the_clock_steps_back(
    in_app: Flask, priya: int
) -> None:
    number = inbox.notify(priya)
    actions.act(priya, "dismiss", [number], LATER)
    assert inbox.ids(priya, NOW, "dismissed") == [number]
    assert inbox.count(priya, NOW, "dismissed") == 1


def test_a_log_holds_only_what_changed(in_app: Flask, priya: int) -> None:
    numbers = [inbox.notify(priya), inbox.broadcast()]
    actions.act(priya, "read", numbers[:1], NOW)
    done = actions.act(priya, "read", numbers, LATER)
    logged = sa.select(Change.notification_id).where(Change.stamp == done.stamp)
    assert db.session.execute(logged).scalars().all() == numbers[1:]
