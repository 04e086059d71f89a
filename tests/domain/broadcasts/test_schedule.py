"""At each reader's own wall clock: one row a zone, whatever the number of readers."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.core.errors import BadInput, BadTime
from notifications_app.domain.accounts.models import Group, User
from notifications_app.domain.broadcasts import schedule
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.inbox import add_reader, change_groups, change_timezone
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import HOUR, NOW
from tests.support.people import add_user

#: Nine in the morning of the day after.
NINE = datetime(2026, 11, 21, 9)
IN_KOLKATA = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
ZONES = st.sampled_from(sorted(clock.EVERY_ZONE))
WALLS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))


@given(wall=WALLS, zone=ZONES)
def test_it_comes_when_the_clock_of_the_zone_first_shows_the_time(
    wall: datetime, zone: str
) -> None:
    wall = wall.replace(second=0, microsecond=0)
    start = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=2)
    found = schedule.schedule_checked(SendOptions(local_at=wall), start).by_zone
    assert found is not None
    moment = found[zone]
    shown = clock.local(moment, zone).replace(tzinfo=None)
    just_before = clock.local(moment - timedelta(seconds=1), zone).replace(tzinfo=None)
    assert shown >= wall
    assert just_before < wall
    if shown != wall:  # the clocks skip it: the first moment after
        assert just_before < wall < shown


def test_a_gap_means_the_first_moment_after_it_and_an_overlap_the_first_of_two() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    skipped = schedule.schedule_checked(
        SendOptions(local_at=datetime(2026, 3, 29, 2, 30)), start
    ).by_zone
    twice = schedule.schedule_checked(
        SendOptions(local_at=datetime(2026, 10, 25, 2, 30)), start
    ).by_zone
    assert skipped
    assert twice
    assert skipped["Europe/Paris"] == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert twice["Europe/Paris"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_every_zone_that_an_account_may_have_is_there(in_app: Flask) -> None:
    arrives = schedule.schedule_checked(SendOptions(local_at=NINE), NOW)
    assert arrives.by_zone is not None
    assert {clock.zone_name(name) for name in clock.zone_names()} <= set(arrives.by_zone)
    assert arrives.first == min(arrives.by_zone.values()) < arrives.last
    assert arrives.last == max(arrives.by_zone.values())


def test_each_reader_has_it_at_nine(in_app: Flask, priya: int, bystander: int) -> None:
    number = inbox.broadcast(local_at=NINE)
    assert inbox.ids(priya, IN_KOLKATA - timedelta(seconds=1)) == []
    assert inbox.ids(priya, IN_KOLKATA) == [number]
    nine = NINE.replace(tzinfo=UTC)  # where the bystander lives
    assert inbox.ids(bystander, nine - timedelta(seconds=1)) == []
    assert inbox.ids(bystander, nine) == [number]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 300])
def test_it_is_as_many_rows_and_statements_for_one_as_for_many(in_app: Flask, size: int) -> None:
    for n in range(size):
        add_reader.add_reader(f"r{n}", password_hash=None, timezone="Asia/Tokyo", now=NOW)
    with inbox.statements() as seen:
        inbox.broadcast(local_at=NINE)
    assert len(seen) == 2
    assert inbox.how_many(Notification) == 1
    assert inbox.how_many(Delivery) == 0
    assert inbox.how_many(Release) == len(clock.EVERY_ZONE) < 650


def test_where_the_time_has_passed_it_comes_at_once(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(local_at=datetime(2026, 11, 20, 9))  # NOW is 18:30 in Kolkata
    (row,) = inbox.rows(priya)
    assert (row.id, row.arrives_at) == (number, NOW)


def test_named_people_have_it_at_their_own_nine(in_app: Flask, priya: int, bystander: int) -> None:
    with inbox.statements() as seen:
        number = inbox.notify(priya, bystander, local_at=NINE)
    assert len(seen) == 3  # which zones are among them; the notification; the deliveries
    at = dict(db.session.execute(sa.select(Delivery.user_id, Delivery.arrives_at)).tuples().all())
    assert at == {priya: IN_KOLKATA, bystander: NINE.replace(tzinfo=UTC)}
    assert inbox.ids(priya, IN_KOLKATA) == [number]


def test_a_group_and_the_administrators_have_it_too(in_app: Flask, ada: int, priya: int) -> None:
    db.session.add(Group(name="ops"))
    db.session.flush()
    change_groups.join_group("ops", [priya], NOW)
    for_group = inbox.broadcast("group:ops", local_at=NINE)
    for_admins = inbox.broadcast("role:admin", local_at=NINE)
    assert inbox.ids(priya, NOW + timedelta(days=3)) == [for_group]
    assert inbox.ids(ada, NOW + timedelta(days=3)) == [for_admins]


def test_on_the_move_nothing_vanishes_and_nothing_comes_twice(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(local_at=NINE)
    change_timezone.set_timezone(
        priya, "Pacific/Honolulu", IN_KOLKATA + HOUR
    )  # where it is to come
    assert inbox.ids(priya, IN_KOLKATA + HOUR) == [number]
    inbox.act(priya, "dismiss", [number], IN_KOLKATA + 2 * HOUR)
    change_timezone.set_timezone(priya, "Asia/Tokyo", IN_KOLKATA + 3 * HOUR)  # where it has come
    for days in range(3):
        moment = IN_KOLKATA + 3 * HOUR + timedelta(days=days)
        assert inbox.ids(priya, moment) == []
        assert inbox.ids(priya, moment, "dismissed") == [number]


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    here=ZONES,
    there=ZONES,
    wall=st.datetimes(datetime(2026, 11, 19), datetime(2026, 11, 24)),
    hours=st.integers(0, 100),
    banner=st.booleans(),
)
def test_between_any_two_zones_it_comes_once_and_stays(
    in_app: Flask, here: str, there: str, wall: datetime, hours: int, banner: bool
) -> None:
    reader = add_reader.add_reader("zoe", password_hash=None, timezone=here, now=NOW - HOUR).id
    moved_at = NOW + timedelta(hours=hours)
    number = inbox.broadcast(local_at=wall, is_banner=banner)
    by_zone = schedule.schedule_checked(SendOptions(local_at=wall), NOW).by_zone
    assert by_zone is not None
    comes = by_zone[here]
    change_timezone.set_timezone(reader, there, moved_at)
    if comes > moved_at + timedelta(minutes=1) and here != there:
        comes = by_zone[there]
        comes = max(comes, moved_at) if banner else comes
    seen_from = max(comes, moved_at)
    try:
        for moment in (seen_from, seen_from + HOUR, NOW + timedelta(days=9)):
            assert [(row.id, row.arrives_at) for row in inbox.rows(reader, moment)] == [
                (number, comes)
            ]
            assert inbox.count(reader, moment) == 1
        if seen_from > moved_at:
            assert inbox.ids(reader, seen_from - timedelta(seconds=1)) == []
    finally:
        db.session.rollback()


def test_who_moves_to_where_it_has_come_has_it_at_once(in_app: Flask, bystander: int) -> None:
    number = inbox.broadcast(local_at=NINE)
    tokyo = datetime(2026, 11, 21, 0, tzinfo=UTC)
    change_timezone.set_timezone(bystander, "Asia/Tokyo", tokyo + HOUR)
    (row,) = inbox.rows(bystander, tokyo + HOUR)
    assert (row.id, row.arrives_at) == (number, tokyo)


def test_what_the_move_brings_is_new_then(in_app: Flask, bystander: int) -> None:
    """A banner arrives at the move; an "all" of a page from before it leaves both alone."""
    tokyo = datetime(2026, 11, 21, 0, tzinfo=UTC)
    seen = inbox.broadcast()
    word, banner = (inbox.broadcast(local_at=NINE, is_banner=one) for one in (False, True))
    page = inbox.everything(bystander, now=tokyo + HOUR)
    change_timezone.set_timezone(bystander, "Asia/Tokyo", tokyo + HOUR)
    here = [(row.id, row.arrives_at) for row in inbox.rows(bystander, tokyo + HOUR)]
    assert here == [(banner, tokyo + HOUR), (word, tokyo), (seen, NOW)]
    assert inbox.act(bystander, "dismiss", page, tokyo + HOUR).count == 1
    assert inbox.ids(bystander, tokyo + HOUR) == [banner, word]


def test_what_is_over_is_not_handed_over(in_app: Flask) -> None:
    over = datetime(2026, 11, 22, 10, tzinfo=UTC)
    inbox.broadcast(local_at=NINE, expires_at=over)
    after_nine = NINE.replace(tzinfo=UTC) + HOUR  # in Honolulu it is to come
    yuki = add_reader.add_reader("yuki", password_hash=None, now=after_nine).id
    change_timezone.set_timezone(yuki, "Pacific/Honolulu", over)
    assert inbox.how_many(Delivery) == 0


def test_the_undo_window_holds_back_every_zone(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(local_at=datetime(2026, 11, 20), undo_window=timedelta(minutes=5))
    assert inbox.ids(priya, NOW + timedelta(seconds=299)) == []
    assert inbox.ids(priya, NOW + timedelta(minutes=5)) == [number]


def test_recalled_in_the_undo_window_it_leaves_no_trace(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(undo_window=timedelta(minutes=5), is_banner=True)
    change_timezone.set_timezone(priya, "Europe/Paris", NOW + timedelta(minutes=4, seconds=30))
    inbox.recall(number, NOW + timedelta(minutes=4, seconds=40))
    for tab in inbox.TABS:
        assert inbox.ids(priya, NOW + HOUR, tab) == []
    assert inbox.tops(priya, NOW + HOUR) == []
    assert inbox.one(priya, number, NOW + HOUR) is None


def test_a_length_of_time_counts_from_the_last_arrival(in_app: Flask) -> None:
    inbox.broadcast(local_at=NINE, expires_in=HOUR)
    ends = db.session.scalars(sa.select(Release.expires_at).distinct()).all()
    last = db.session.scalars(sa.select(sa.func.max(Release.arrives_at))).one()
    assert ends == [last + HOUR]
    assert db.session.scalars(sa.select(Notification.expires_at)).one() == last + HOUR


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"arrives_at": NOW, "local_at": NINE}, BadInput),
        ({"expires_at": NOW + HOUR, "expires_in": HOUR}, BadInput),
        ({"local_at": NINE, "expires_at": NINE.replace(tzinfo=UTC)}, BadTime),
        ({"expires_at": NOW + HOUR, "undo_window": 2 * HOUR}, BadTime),
    ],
)
def test_times_that_do_not_fit_are_refused(
    in_app: Flask, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        inbox.broadcast(**options)
    assert inbox.how_many(Notification) == 0


def test_a_key_knows_local_from_not(in_app: Flask, priya: int) -> None:
    first = inbox.broadcast(local_at=NINE, key="k")
    assert inbox.broadcast(local_at=NINE, key="k") == first
    with pytest.raises(Exception, match="was already used for"):
        inbox.broadcast(key="k")
    assert inbox.how_many(Notification) == 1


def test_the_zones_of_the_machine_agree(app: Flask) -> None:
    add_user(app, "zoe", timezone="America/New_York")
    with app.app_context():
        zone = db.session.scalars(sa.select(User.timezone)).one()
        inbox.broadcast(local_at=NINE)
        released = sa.select(Release.arrives_at).where(Release.channel == f"everyone@{zone}")
        assert db.session.scalars(released).one() == NINE.replace(tzinfo=ZoneInfo(zone))


def test_a_zone_may_be_called_otherwise_than_when_it_was_chosen(in_app: Flask, priya: int) -> None:
    older = sa.update(User).where(User.id == priya).values(timezone="Asia/Calcutta")
    db.session.execute(older)
    for number in (inbox.broadcast(local_at=NINE), inbox.notify(priya, local_at=NINE)):
        assert number not in inbox.ids(priya, IN_KOLKATA - timedelta(seconds=1))
        assert number in inbox.ids(priya, IN_KOLKATA)
