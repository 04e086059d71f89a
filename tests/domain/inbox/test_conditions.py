"""Expired and recalled notifications are gone at once, everywhere."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.errors import NotFound
from notifications_app.domain.inbox import actions, undo
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import HOUR, NOW

END = NOW + HOUR
BEFORE = END - timedelta(microseconds=1)
KINDS = ("for one", "for all", "for admins", "banner")


def send(kind: str, user: int, **options: Any) -> int:
    if kind == "for one":
        return inbox.notify(user, **options)
    channel = "role:admin" if kind == "for admins" else "everyone"
    return inbox.broadcast(channel, is_banner=kind == "banner", **options)


def is_anywhere(user: int, number: int, now: datetime) -> bool:
    lists = [inbox.ids(user, now, tab) for tab in inbox.TABS] + [inbox.tops(user, now)]
    counted = any(inbox.count(user, now, tab) for tab in inbox.TABS)
    return any(number in one for one in lists) or counted or bool(inbox.one(user, number, now))


@pytest.mark.parametrize("done", [None, "read", "dismiss", "snooze"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_expires_is_gone_everywhere_at_that_moment(
    in_app: Flask, ada: int, kind: str, done: str | None
) -> None:
    number = send(kind, ada, expires_at=END)
    if done:
        inbox.act(ada, done, [number])
    assert is_anywhere(ada, number, BEFORE)
    assert inbox.count(ada, BEFORE) == (not done)
    assert not is_anywhere(ada, number, END)


@pytest.mark.parametrize("done", [None, "read", "dismiss", "snooze"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_recalled_is_gone_everywhere_at_once(
    in_app: Flask, ada: int, kind: str, done: str | None
) -> None:
    number = send(kind, ada)
    if done:
        inbox.act(ada, done, [number])
    rows = inbox.how_many(Notification), inbox.how_many(Delivery), inbox.how_many(Release)
    assert inbox.recall(number, NOW) is True
    assert not is_anywhere(ada, number, NOW)
    assert (inbox.how_many(Notification), inbox.how_many(Delivery), inbox.how_many(Release)) == (
        rows
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_done_to_what_is_gone(in_app: Flask, ada: int, kind: str) -> None:
    number = send(kind, ada)
    page = inbox.everything(ada)
    inbox.recall(number, NOW)
    assert actions.act(ada, "dismiss", page, NOW).count == 0
    with pytest.raises(NotFound):
        actions.act(ada, "dismiss", [number], NOW)


def test_undo_does_not_bring_back_what_was_recalled(in_app: Flask, priya: int) -> None:
    number, other = inbox.broadcast(), inbox.broadcast()
    done = actions.act(priya, "dismiss", [number, other], NOW)
    inbox.recall(number, NOW)
    undo.undo(priya, done.stamp, NOW)
    assert inbox.ids(priya) == [other]


def test_recalling_twice_says_that_it_was(in_app: Flask, priya: int) -> None:
    number, other = inbox.broadcast(), inbox.broadcast()
    assert inbox.recall(number, NOW) is True
    assert inbox.recall(number, NOW + HOUR) is False
    assert inbox.ids(priya) == [other]


def test_recalling_nothing_is_refused(in_app: Flask) -> None:
    with pytest.raises(NotFound, match="no notification 7"):
        inbox.recall(7, NOW)


def test_what_is_recalled_before_its_time_never_arrives(in_app: Flask, priya: int) -> None:
    numbers = [inbox.broadcast(arrives_at=END), inbox.notify(priya, arrives_at=END)]
    banner = inbox.broadcast(arrives_at=END, is_banner=True)
    for number in (*numbers, banner):
        assert inbox.recall(number, NOW)
    assert inbox.ids(priya, END + HOUR) == inbox.tops(priya, END + HOUR) == []


def test_an_expiry_in_the_past_is_not_put_off_by_recalling(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(is_banner=True, expires_at=END)
    inbox.recall(number, END + HOUR)
    assert not is_anywhere(priya, number, END)
