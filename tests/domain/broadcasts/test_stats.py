"""The figures of a notification are what plain Python counts from its deliveries."""

import re
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications_app.core.database import db, table
from notifications_app.core.errors import NotFound
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import audience
from notifications_app.domain.broadcasts.stats import Stats, compute_stats
from notifications_app.domain.broadcasts.stats_statements import HOUR, LAST_HOUR
from notifications_app.domain.inbox import add_reader as moves
from notifications_app.domain.inbox import change_groups, change_role, change_timezone, undo
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.app import on_sqlite
from tests.support.moments import NOON, NOW, UNTIL

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def of(number: int, now: datetime = NOW) -> Stats:
    """The figures; their audience is always the reach that a recall tells."""
    connection = db.session.connection()
    found = compute_stats(connection, number, now)
    if found.channel is not None:
        channels = sa.select(sa.func.min(Release.channel)).where(Release.notification_id == number)
        channel = db.session.execute(channels).scalar_one()
        reach = audience.reach(connection, number, channel, now)
        assert found.audience_now == reach.received + reach.pending
    return found


def comes(username: str, now: datetime = NOON, **account: Any) -> int:
    """Somebody joins, in the test's own transaction."""
    return moves.add_reader(username, password_hash=None, now=now, **account).id


def readers(count: int) -> list[int]:
    return [comes(f"reader-{number}") for number in range(count)]


def hours(found: Stats) -> dict[int, int]:
    return {hour: read for hour, read in found.hours if read}


def test_what_nobody_acted_on_has_an_audience_and_nothing_else(in_app: Flask, ada: int) -> None:
    gone = comes("gone")
    db.session.execute(sa.update(User).where(User.id == gone).values(is_active=False))
    found = of(inbox.broadcast(), NOW + MINUTE)
    assert (found.audience_now, found.audience_at_sending, found.untouched) == (1, None, 1)
    assert (found.read, found.dismissed, found.acted) == (0, 0, 0)
    assert found.median_seconds_to_read is None
    assert (found.hours, found.running_from) == (((0, 0),), 0)
    assert (found.released_at, found.made_at) == (NOW, NOW + MINUTE)
    assert (found.channel, found.is_local, found.title) == ("everyone", False, "All of you")


def test_reads_and_dismissals_are_counted_apart(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    number, other = inbox.broadcast(), inbox.broadcast()
    inbox.act(ada, "read", [number, other], NOW + 10 * MINUTE)
    inbox.act(priya, "read", [number], NOW + 2 * HOUR)
    inbox.act(priya, "dismiss", [number], NOW + 3 * HOUR)
    inbox.act(bystander, "dismiss", [other], NOW + 3 * HOUR)
    found = of(number, NOW + 4 * HOUR)
    assert (found.read, found.dismissed, found.acted, found.untouched) == (2, 1, 2, 1)
    assert found.median_seconds_to_read == 65 * 60
    assert found.hours == ((0, 1), (1, 0), (2, 1), (3, 0), (4, 0))
    found = of(other, NOW + 4 * HOUR)
    assert (found.read, found.dismissed, found.acted) == (1, 1, 2)


def test_unread_restored_and_undone_count_for_nothing(in_app: Flask, ada: int, priya: int) -> None:
    number = inbox.broadcast()
    inbox.act(ada, "read", [number], NOW + MINUTE)
    inbox.act(ada, "unread", [number], NOW + 2 * MINUTE)
    inbox.act(priya, "dismiss", [number], NOW + MINUTE)
    inbox.act(priya, "restore", [number], NOW + 2 * MINUTE)
    found = of(number, NOW + HOUR)
    assert (found.read, found.dismissed, found.acted, found.untouched) == (0, 0, 0, 2)


def test_a_snooze_does_not_make_the_reading_quicker(in_app: Flask, ada: int) -> None:
    number = inbox.broadcast()
    inbox.act(ada, "snooze", [number], NOW + MINUTE)
    found = of(number, NOW + HOUR)
    assert (found.snoozed, found.untouched, found.acted) == (1, 0, 0)
    inbox.act(ada, "read", [number], UNTIL + MINUTE)
    found = of(number, UNTIL + HOUR)
    assert (found.snoozed, found.read) == (0, 1)
    assert found.median_seconds_to_read == (timedelta(days=1) + MINUTE).total_seconds()
    assert hours(found) == {24: 1}


def test_who_moved_joined_or_left_is_not_counted(in_app: Flask, ada: int, priya: int) -> None:
    groups.create("ops")
    number = inbox.broadcast(is_banner=True)
    on_group = inbox.broadcast("group:ops", is_banner=True)
    change_groups.join_group("ops", [ada, priya], NOW + MINUTE)
    change_groups.leave_group("ops", [ada], NOW + MINUTE)
    change_timezone.set_timezone(priya, "Asia/Tokyo", NOW + MINUTE)
    comes("late", NOW + MINUTE)
    assert inbox.how_many(Delivery) > 2
    for one, many in ((number, 3), (on_group, 2)):  # who left has had it
        found = of(one, NOW + HOUR)
        assert (found.read, found.dismissed, found.acted) == (0, 0, 0)
        assert (found.audience_now, found.untouched) == (many, many)


def test_the_audience_is_who_could_have_it(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    groups.create("ops")
    change_groups.join_group("ops", [priya, bystander], NOON)
    sent = [inbox.broadcast(name) for name in ("everyone", "role:admin", "group:ops")]
    assert [of(number).audience_now for number in sent] == [3, 1, 2]
    inbox.act(bystander, "read", sent, NOW)
    db.session.execute(sa.update(User).where(User.id == bystander).values(is_active=False))
    change_role.grant_admin(priya, NOW)  # too late for what went to the administrators
    comes("late", NOW)
    assert [of(number).audience_now for number in sent] == [2, 1, 1]
    assert [of(number).channel for number in sent] == ["everyone", "role:admin", "group:ops"]


def test_the_audience_at_sending_is_a_column(in_app: Flask, ada: int, priya: int) -> None:
    numbers = [inbox.broadcast() for _ in range(3)]
    one = db.session.get_one(Notification, 1)
    one.audience = 7
    db.session.flush()
    assert [of(number).audience_at_sending for number in numbers] == [7, None, None]
    assert [of(number).audience for number in numbers[:2]] == [7, 2]
    inbox.act(ada, "read", [1])
    assert (of(1).untouched, of(2).untouched) == (6, 2)


def test_what_went_to_named_people_has_them_for_its_audience(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    number = inbox.notify(ada, priya)
    inbox.act(priya, "read", [number], NOW + MINUTE)
    inbox.act(ada, "snooze", [number], NOW + 2 * MINUTE)
    found = of(number, NOW + HOUR)
    assert (found.channel, found.audience_now, found.read, found.snoozed) == (None, 2, 1, 1)
    assert found.untouched == 0
    assert (found.released_at, found.is_local) == (NOW, False)
    assert found.median_seconds_to_read == 60


def test_of_a_local_one_the_hours_begin_in_the_first_zone_in_use(in_app: Flask, ada: int) -> None:
    zones = {"Asia/Tokyo": 3, "Europe/Paris": 11, "America/New_York": 17}
    people = {zone: comes(zone[-4:].lower(), timezone=zone) for zone in zones}
    wall = (NOW + 12 * HOUR).replace(tzinfo=None)
    number = inbox.broadcast(local_at=wall)
    for zone, ahead in zones.items():
        inbox.act(people[zone], "read", [number], NOW + ahead * HOUR + 10 * MINUTE)
    found = of(number, NOW + 18 * HOUR)
    assert (found.is_local, found.channel, found.audience_now) == (True, "everyone", 4)
    assert hours(found) == {0: 1, 8: 1, 14: 1}
    assert found.median_seconds_to_read == 600
    assert (found.released_at, found.running_from) == (NOW + 3 * HOUR, 15)
    assert of(number, NOW + 60 * HOUR).running_from is None


def test_before_it_comes_no_hour_has_begun(in_app: Flask, ada: int) -> None:
    found = of(inbox.broadcast(arrives_at=NOW + HOUR))
    assert (found.hours, found.running_from, found.released_at) == ((), None, NOW + HOUR)


def test_who_had_it_and_moved_had_it(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(local_at=(NOW + 12 * HOUR).replace(tzinfo=None))
    came = NOW + 12 * HOUR - timedelta(hours=5, minutes=30)
    assert of(number).first_at == came
    change_timezone.set_timezone(priya, "Pacific/Honolulu", came + MINUTE)
    inbox.recall(number, came + HOUR)
    found = of(number, came + HOUR)
    assert (found.first_at, found.never_came, found.has_come(came + HOUR)) == (came, False, True)


@pytest.mark.parametrize("ends", ["expires", "is recalled"])
def test_once_it_is_off_the_air_no_hour_runs(in_app: Flask, ada: int, ends: str) -> None:
    end = NOW + 90 * MINUTE
    number = inbox.broadcast(expires_at=end if ends == "expires" else None)
    inbox.act(ada, "read", [number], NOW + 70 * MINUTE)
    assert of(number, NOW + 80 * MINUTE).running_from == 1
    if ends == "is recalled":
        inbox.recall(number, end)
    found = of(number, NOW + 90 * HOUR)
    assert (found.hours, found.running_from) == (((0, 0), (1, 1)), None)


def test_notified_again_the_hours_begin_anew_and_earlier_reads_are_told(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    number = inbox.broadcast()
    inbox.act(ada, "read", [number], NOW + MINUTE)
    inbox.act(bystander, "dismiss", [number], NOW + MINUTE)
    later = NOW + 5 * HOUR
    inbox.edit(number, later, again=True)
    found = of(number, later + MINUTE)
    assert (found.read, found.read_before, found.dismissed) == (1, 1, 0)
    assert (found.hours, found.released_at, found.untouched) == (((0, 0),), later, 2)
    inbox.act(ada, "read", [number], later + MINUTE)
    inbox.act(priya, "read", [number], later + MINUTE)
    found = of(number, later + MINUTE)
    assert (found.read, found.read_before, found.hours) == (2, 1, ((0, 2),))
    assert found.median_seconds_to_read == 60
    inbox.edit(number, later + HOUR, again=True)
    inbox.edit(number, later + 2 * HOUR, again=True)
    found = of(number, later + 3 * HOUR)
    assert (found.read, found.read_before, found.acted, found.untouched) == (2, 2, 2, 1)


def test_undo_does_not_bring_an_earlier_read_back(in_app: Flask, ada: int) -> None:
    number = inbox.broadcast()
    inbox.act(ada, "read", [number], NOW + MINUTE)
    inbox.edit(number, NOW + HOUR, again=True)
    stamp = inbox.act(ada, "read", [number], NOW + 2 * HOUR).stamp
    undo.undo(ada, stamp, NOW + 3 * HOUR)
    found = of(number, NOW + 4 * HOUR)
    assert (found.read, found.read_before, hours(found)) == (1, 1, {})


def test_an_unknown_number_is_not_there(in_app: Flask, ada: int) -> None:
    with pytest.raises(NotFound, match=r"There is no notification 7\."):
        of(7)


def test_it_takes_as_many_statements_for_ten_readers_as_for_one(in_app: Flask) -> None:
    numbers, people = [inbox.broadcast(now=NOON), inbox.broadcast()], readers(10)
    inbox.act(people[0], "read", [numbers[1]])
    seen = []
    for _ in range(2):
        with inbox.statements() as statements:
            compute_stats(db.session.connection(), numbers[1], NOW)
        seen.append(len(statements))
        for person in people:
            inbox.act(person, "read", [numbers[1]], NOW + MINUTE)
    assert seen == [4, 4]


@on_sqlite
def test_deliveries_are_found_by_the_notification(in_app: Flask, ada: int) -> None:
    number = inbox.broadcast()
    with inbox.statements() as seen:
        compute_stats(db.session.connection(), number, NOW)
    counting = [statement for statement in seen if "FROM deliveries" in statement]
    assert len(counting) == 4
    for statement in counting:
        values = (number,) * statement.count("?")
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert re.search(r"USING (COVERING )?INDEX ix_deliveries_notification_id", str(plan.all()))


# ---- against plain Python ----

MICROS = st.integers(0, 30 * 3_600_000_000) | st.sampled_from([0, 1, 999_999, 59_999_999])
ONE = st.tuples(
    st.integers(-10 * 60, 26 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    st.none() | MICROS.map(lambda micros: timedelta(microseconds=micros)),  # read, so much later
    st.none() | st.just(HOUR),  # dismissed
    st.booleans(),  # snoozed, and back
)
PEOPLE = 12


@pytest.fixture
def crowd(in_app: Flask) -> list[int]:
    return readers(PEOPLE)


@pytest.mark.slow
@pytest.mark.parametrize("is_local", [False, True])
def test_the_figures_are_those_of_plain_python(crowd: list[int], is_local: bool) -> None:
    wall = (NOW + 26 * HOUR).replace(tzinfo=None)
    number = inbox.broadcast(local_at=wall) if is_local else inbox.broadcast()
    first = of(number).released_at
    odd = timedelta(microseconds=999_999)  # what rounding to milliseconds would take away

    @settings(
        max_examples=60, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(ONE, max_size=PEOPLE))
    def check(drawn: list[Any]) -> None:
        db.session.execute(sa.delete(table(Delivery)))
        read, waits, dismissed, snoozed, acted = [], [], 0, 0, 0
        moments = [first + one[0] + odd for one in drawn] if is_local else []
        began = min([first, *moments])
        for person, (after, took, put_away, slept) in zip(crowd, drawn, strict=False):
            came = first + after + odd
            read_at = None if took is None else came + took
            put_away_at = None if put_away is None else came + put_away
            store(person, number, came, slept=slept, read_at=read_at, dismissed_at=put_away_at)
            dismissed += put_away is not None
            acted += put_away is not None or took is not None
            snoozed += slept and put_away is None and took is None
            if read_at is not None and took is not None:
                read.append(min(max((read_at - began) // HOUR, 0), LAST_HOUR))
                waits.append(took.total_seconds())
        found = of(number, first + 100 * HOUR)
        assert (found.read, found.dismissed, found.acted) == (len(read), dismissed, acted)
        assert found.median_seconds_to_read == (median(waits) if waits else None)
        assert found.hours == tuple((hour, read.count(hour)) for hour in range(LAST_HOUR + 1))
        assert (found.snoozed, found.untouched) == (snoozed, PEOPLE - acted - snoozed)

    check()


def store(person: int, number: int, came: datetime, *, slept: bool, **more: Any) -> None:
    values = {"user_id": person, "notification_id": number, "stamp": 1, **more}
    values["arrives_at"] = came + 40 * HOUR if slept else came
    values["snoozed_from"] = came if slept else None
    db.session.execute(sa.insert(table(Delivery)).values(**values))


def test_what_was_read_before_it_came_was_read_at_once(in_app: Flask, ada: int) -> None:
    number = inbox.broadcast()
    store(ada, number, NOW, slept=False, read_at=NOW - SECOND)
    found = of(number)
    assert (found.median_seconds_to_read, hours(found)) == (0, {0: 1})
