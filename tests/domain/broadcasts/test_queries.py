"""The first arrival of a broadcast, and the state that follows from it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import audience, queries
from notifications_app.domain.broadcasts.stats import compute_stats
from notifications_app.domain.inbox import add_reader, change_groups, change_timezone
from tests.support import inbox
from tests.support.moments import HOUR, NOON, NOW

#: Monday at nine, sent on a Friday.
NINE = datetime(2026, 11, 23, 9)
IN_KIRITIMATI = datetime(2026, 11, 22, 19, tzinfo=NOW.tzinfo)
IN_TOKYO = datetime(2026, 11, 23, 0, tzinfo=NOW.tzinfo)
IN_PARIS = datetime(2026, 11, 23, 8, tzinfo=NOW.tzinfo)
IN_NEW_YORK = datetime(2026, 11, 23, 14, tzinfo=NOW.tzinfo)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(in_app: Flask) -> dict[str, int]:
    """An administrator in New York, two people of the group in Paris and further, one beside."""
    zones = {"boss": "America/New_York", "paris": "Europe/Paris", "ny": "America/New_York",
             "tokyo": "Asia/Tokyo"}  # fmt: skip
    found = {
        name: add_reader.add_reader(
            name, password_hash=None, now=NOON, timezone=zone, is_admin=name == "boss"
        ).id
        for name, zone in zones.items()
    }
    groups.create("ops")
    groups.create("nobody")
    change_groups.join_group("ops", [found["paris"], found["ny"]], NOON)
    return found


def arrival(number: int, now: datetime = NOW) -> datetime:
    """The first arrival, which the page, the lists and the figures say alike."""
    connection = db.session.connection()
    one = queries.broadcast(connection, number, now)
    assert one is not None
    (listed,) = (row for row in queries.broadcasts(connection, now) if row.id == number)
    assert (listed, compute_stats(connection, number, now).first_at) == (one, one.arrives_at)
    moments = audience.arrivals_by_time(connection, number)
    assert min([one.arrives_at, *(at for at, _zone, _count in moments)]) == one.arrives_at
    return one.arrives_at


@pytest.mark.parametrize(
    ("channel", "first"),
    [
        ("everyone", IN_TOKYO),
        ("group:ops", IN_PARIS),
        ("role:admin", IN_NEW_YORK),
        ("group:nobody", IN_KIRITIMATI),
    ],
)
def test_a_local_one_begins_in_the_first_zone_of_its_own_audience(
    people: dict[str, int], channel: str, first: datetime
) -> None:
    bystander = inbox.broadcast(channel, arrives_at=NOW + HOUR)
    assert arrival(inbox.broadcast(channel, local_at=NINE)) == first
    assert arrival(bystander) == NOW + HOUR


@pytest.mark.usefixtures("people")
def test_where_only_inactive_people_live_it_does_not_begin() -> None:
    number = inbox.broadcast(local_at=NINE)
    gone = sa.update(User).where(User.username == "tokyo").values(is_active=False)
    db.session.execute(gone)
    assert arrival(number) == IN_PARIS


def test_it_is_scheduled_until_it_reaches_somebody(people: dict[str, int]) -> None:
    number = inbox.broadcast("group:ops", local_at=NINE)
    empty = inbox.broadcast("group:nobody", local_at=NINE)
    connection = db.session.connection()
    for now, scheduled, live in (
        (IN_KIRITIMATI - MINUTE, [empty, number], []),
        (IN_KIRITIMATI, [number], [empty]),
        (IN_PARIS - MINUTE, [number], [empty]),
        (IN_PARIS, [], [empty, number]),
    ):
        found = {
            state: [one.id for one in queries.broadcasts(connection, now, state=state)]
            for state in queries.BROADCAST_STATES
        }
        assert found == {"scheduled": scheduled, "live": live, "expired": [], "recalled": []}
        states = {one.id: one.state(now) for one in queries.broadcasts(connection, now)}
        assert sorted(states) == sorted([*scheduled, *live])
        assert {number for number, state in states.items() if state == "live"} == set(live)


def test_what_has_arrived_stays_so_when_its_readers_move(people: dict[str, int]) -> None:
    number = inbox.broadcast("group:ops", local_at=NINE)
    change_timezone.set_timezone(people["paris"], "Pacific/Honolulu", IN_PARIS + HOUR)
    change_timezone.set_timezone(people["ny"], "Pacific/Honolulu", IN_PARIS + HOUR)
    assert arrival(number, IN_PARIS + HOUR) == IN_PARIS
    found = queries.broadcasts(db.session.connection(), IN_PARIS + HOUR, state="live")
    assert [one.id for one in found] == [number]


@pytest.mark.usefixtures("people")
def test_a_list_is_one_statement() -> None:
    for channel in ("everyone", "group:ops", "role:admin"):
        inbox.broadcast(channel, local_at=NINE)
        inbox.broadcast(channel)
    connection = db.session.connection()
    with inbox.statements() as seen:
        assert len(queries.broadcasts(connection, NOW)) == 6
    assert len(seen) == 1
