"""Sending: the same few rows and statements, however many read."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.core.errors import BadInput, BadTime, NotFound
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import recalling
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import HOUR, NOON, NOW

SENT = (Notification, Release, Delivery)


CROWD = sa.text("""
    INSERT INTO users (username, display_name, timezone, is_admin, is_active, shortcuts,
                       inbox_since, last_stamp, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
    SELECT 'p' || i, '', 'UTC', false, true, true, :noon, 0, :noon FROM n
""").bindparams(sa.bindparam("noon", NOON, type_=clock.UTCDateTime))


def crowd(size: int) -> list[int]:
    """So many people; their ids."""
    db.session.execute(CROWD, {"size": size})
    return list(db.session.execute(sa.select(User.id).order_by(User.id)).scalars())


def stored() -> tuple[int, ...]:
    return tuple(inbox.how_many(model) for model in SENT)


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 100_000])
def test_a_broadcast_is_two_rows_by_two_statements(in_app: Flask, size: int) -> None:
    people = crowd(size)
    with inbox.statements() as seen:
        number = inbox.broadcast()
    assert len(seen) == 2
    assert stored() == (1, 1, 0)
    for user in (people[0], people[-1]):
        assert inbox.ids(user) == [number]
        assert inbox.count(user) == 1


@pytest.mark.parametrize("size", [1, 2_000])
def test_named_people_are_sent_to_by_one_insert_select(in_app: Flask, size: int) -> None:
    people = crowd(size + 1)
    with inbox.statements() as seen:
        number = inbox.notify(*people[:-1])
    assert stored() == (1, 0, size)
    assert len(seen) == 2
    assert seen[1].startswith("INSERT INTO deliveries")
    assert "SELECT" in seen[1]
    assert inbox.ids(people[0]) == [number]
    assert inbox.ids(people[-1]) == []


def test_more_people_than_one_statement_takes_get_it_too(in_app: Flask) -> None:
    people = crowd(20_001)
    inbox.notify(*people)
    assert stored() == (1, 0, 20_001)


def test_naming_somebody_twice_sends_once(in_app: Flask, priya: int, bystander: int) -> None:
    inbox.notify(priya, priya)
    assert stored() == (1, 0, 1)
    assert inbox.ids(bystander) == []


def test_nobody_is_refused(in_app: Flask) -> None:
    with pytest.raises(BadInput) as refused:
        inbox.notify()
    assert refused.value.field == "to"
    assert stored() == (0, 0, 0)


def test_where_one_has_no_account_nobody_gets_it(in_app: Flask, priya: int) -> None:
    with pytest.raises(NotFound, match="Nothing was sent"):
        inbox.notify(priya, priya + 1000)
    assert stored() == (0, 0, 0)  # although this transaction goes on


def test_a_banner_is_for_channels(in_app: Flask, priya: int) -> None:
    with pytest.raises(BadInput) as refused:
        inbox.notify(priya, is_banner=True)
    assert refused.value.field == "is_banner"


@pytest.mark.parametrize(
    "channel", ["", "Everyone", "role:cook", "group", "everyone ", "everyone@UTC", "group:ops@UTC"]
)
def test_there_is_no_such_channel(in_app: Flask, channel: str) -> None:
    with pytest.raises(BadInput, match="no channel"):
        inbox.broadcast(channel)
    assert stored() == (0, 0, 0)


def test_a_start_in_the_past_is_now(in_app: Flask, priya: int) -> None:
    inbox.notify(priya, arrives_at=NOW - HOUR)
    inbox.broadcast(arrives_at=NOW - HOUR)
    assert [row.arrives_at for row in inbox.rows(priya)] == [NOW, NOW]


def test_it_arrives_when_it_should(in_app: Flask, priya: int) -> None:
    mine, everybodys = (
        inbox.notify(priya, arrives_at=NOW + HOUR),
        inbox.broadcast(arrives_at=NOW + HOUR),
    )
    assert inbox.ids(priya, NOW + HOUR - timedelta(microseconds=1)) == []
    assert inbox.ids(priya, NOW + HOUR) == [everybodys, mine]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, NOW, "in the past"),
        (None, NOW - HOUR, "in the past"),
        (NOW + HOUR, NOW + HOUR, "before it starts"),
        (NOW + 2 * HOUR, NOW + HOUR, "before it starts"),
    ],
)
def test_an_expiry_comes_after_the_start(
    in_app: Flask, priya: int, start: Any, end: Any, words: str
) -> None:
    sends: list[Callable[..., int]] = [partial(inbox.notify, priya), inbox.broadcast]
    for send in sends:
        with pytest.raises(BadTime, match=words) as refused:
            send(arrives_at=start, expires_at=end)
        assert refused.value.field == "expires_at"
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("name", ["arrives_at", "expires_at"])
def test_a_naive_moment_is_refused(in_app: Flask, priya: int, name: str) -> None:
    naive = (NOW + HOUR).replace(tzinfo=None)
    sends: list[Callable[..., int]] = [partial(inbox.notify, priya), inbox.broadcast]
    for send in sends:
        with pytest.raises((ValueError, TypeError)):
            send(**{name: naive})
    assert stored() == (0, 0, 0)


def test_the_release_carries_the_same_expiry_and_banner_as_the_notification(in_app: Flask) -> None:
    inbox.broadcast(is_banner=True, expires_at=NOW + HOUR)
    columns = (
        Release.expires_at,
        Release.is_banner,
        Notification.expires_at,
        Notification.is_banner,
    )
    joined = sa.select(*columns).join(Notification, Notification.id == Release.notification_id)
    assert tuple(db.session.execute(joined).one()) == (NOW + HOUR, True, NOW + HOUR, True)


def test_recalling_ends_the_release_too(in_app: Flask) -> None:
    number = inbox.broadcast(expires_at=NOW + 2 * HOUR)
    ended = inbox.broadcast(expires_at=NOW + HOUR)
    recalling.recall(number, NOW + HOUR)
    recalling.recall(ended, NOW + 2 * HOUR)
    found = db.session.execute(sa.select(Release.expires_at).order_by(Release.notification_id))
    assert found.scalars().all() == [NOW + HOUR, NOW + HOUR]


def test_times_are_stored_in_utc(in_app: Flask, priya: int) -> None:
    there = clock.local(NOW + HOUR, "Asia/Kolkata")
    inbox.broadcast(arrives_at=there)
    (row,) = inbox.rows(priya, NOW + HOUR)
    assert (row.arrives_at, row.arrives_at.utcoffset()) == (NOW + HOUR, timedelta(0))
