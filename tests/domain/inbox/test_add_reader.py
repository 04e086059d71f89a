"""A newcomer's inbox."""

from datetime import timedelta
from typing import Any

from flask import Flask

from notifications_app.domain.inbox import add_reader
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR

MUCH_LATER = LATER + HOUR


def newcomer(now: Any = LATER, **account: Any) -> int:
    return add_reader.add_reader("zoe", password_hash=None, now=now, **account).id


def test_a_newcomer_does_not_see_old_broadcasts(in_app: Flask, ada: int) -> None:
    inbox.broadcast()
    inbox.broadcast("role:admin")
    inbox.broadcast(now=NOW, arrives_at=LATER)  # at the very moment
    zoe = newcomer(is_admin=True)
    assert inbox.ids(zoe, MUCH_LATER) == []
    to_come = inbox.broadcast(now=MUCH_LATER)
    assert inbox.ids(zoe, MUCH_LATER) == [to_come]


def test_a_newcomer_gets_the_live_banners_arriving_now(in_app: Flask, ada: int) -> None:
    banner = inbox.broadcast(is_banner=True)
    inbox.broadcast(is_banner=True, expires_at=NOW + timedelta(minutes=1))
    recalled = inbox.broadcast(is_banner=True)
    inbox.recall(recalled, NOW)
    inbox.broadcast("role:admin", is_banner=True)
    to_come = inbox.broadcast(is_banner=True, arrives_at=MUCH_LATER)
    zoe = newcomer()
    (row,) = inbox.rows(zoe, LATER)
    assert (row.id, row.arrives_at, row.read_at) == (banner, LATER, None)
    assert inbox.tops(zoe, LATER) == [banner]
    assert inbox.count(zoe, LATER) == 1
    assert inbox.ids(zoe, MUCH_LATER) == [to_come, banner]
