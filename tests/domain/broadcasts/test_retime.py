"""Arrivals at each reader's own time, after a country has changed the rules of its time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.broadcasts import retime as retiming
from notifications_app.domain.broadcasts.models import ZoneData
from notifications_app.domain.broadcasts.retime import retime
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from notifications_app.web import zone_data
from tests.support import inbox
from tests.support.moments import HOUR, NOW, at
from tests.support.people import add_user
from tests.support.zones import releases, rules

#: Nine o'clock on a summer's morning, months after the sending.
NINE = datetime(2027, 7, 1, 9)
SUMMER, WINTER = datetime(2027, 7, 1, 7, tzinfo=UTC), datetime(2027, 7, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def app_context(in_app: Flask) -> None:
    """Calls of the domain need it."""


@pytest.fixture
def paris(app: Flask) -> int:
    return add_user(app, "amelie", timezone="Europe/Paris")


def arrival(number: int, user: int) -> datetime:
    found = sa.select(Delivery.arrives_at).where(
        Delivery.notification_id == number, Delivery.user_id == user
    )
    return db.session.execute(found).scalar_one()


def test_a_broadcast_keeps_its_hour_where_summer_time_was_abolished(paris: int) -> None:
    ends = datetime(2027, 7, 2, 21, tzinfo=UTC)
    number = inbox.broadcast(local_at=NINE, expires_in=timedelta(hours=24))
    other = inbox.broadcast(now=NOW, arrives_at=SUMMER)
    before = releases(number)
    assert before["everyone@Europe/Paris"] == SUMMER
    with rules(Paris="Africa/Algiers"):
        (moved,) = retime(NOW + HOUR)
        assert (moved.id, moved.local_at, moved.zones) == (number, NINE, ("Europe/Paris",))
        assert retime(NOW + HOUR) == []
    assert releases(number) == before | {"everyone@Europe/Paris": WINTER}
    assert releases(other) == {"everyone": SUMMER}
    assert inbox.ids(paris, SUMMER) == [other]
    assert inbox.ids(paris, WINTER) == [number, other]
    assert db.session.get_one(Notification, number).expires_at == ends
    assert set(db.session.scalars(sa.select(Release.expires_at).distinct())) == {ends, None}


def test_rules_that_change_back_are_followed_too() -> None:
    number = inbox.broadcast(local_at=NINE)
    before = releases(number)
    with rules(Paris="Asia/Tokyo", Sofia="Africa/Algiers"):
        (moved,) = retime(NOW)
    assert moved.zones == ("Europe/Paris", "Europe/Sofia")
    assert releases(number)["everyone@Europe/Paris"] == datetime(2027, 7, 1, tzinfo=UTC)
    (moved,) = retime(NOW)
    assert moved.zones == ("Europe/Paris", "Europe/Sofia")
    assert releases(number) == before


@pytest.mark.parametrize(
    ("wall", "winter_only"),
    [
        (datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2027, 10, 31, 2, 30), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_hours_that_the_clocks_skip_or_repeat_are_decided_as_at_sending(
    wall: datetime, winter_only: datetime
) -> None:
    with rules(Paris="Africa/Algiers"):
        number = inbox.broadcast(local_at=wall)
    assert releases(number)["everyone@Europe/Paris"] == winter_only
    assert [one.zones for one in retime(NOW)] == [("Europe/Paris",)]
    again = inbox.broadcast(local_at=wall)
    assert releases(number) == releases(again)


def test_what_has_arrived_or_is_about_to_stays() -> None:
    number = inbox.broadcast(local_at=NINE)
    before = releases(number)
    with rules(Paris="America/New_York"):
        for moment in (SUMMER, SUMMER - timedelta(seconds=59)):
            assert retime(moment) == []
        assert releases(number) == before
        moment = SUMMER - timedelta(seconds=61)
        assert [one.id for one in retime(moment)] == [number]
    with rules(Paris="Asia/Tokyo"):  # where it is past nine already: now
        assert [one.id for one in retime(WINTER)] == [number]
    assert releases(number)["everyone@Europe/Paris"] == WINTER


def test_an_undo_window_is_not_cut_short() -> None:
    held = NOW + timedelta(minutes=5)
    number = inbox.broadcast(local_at=NOW.replace(tzinfo=None), undo_window=held - NOW)
    before = releases(number)
    assert before["everyone@UTC"] == held
    assert retime(NOW + timedelta(minutes=1)) == []
    with rules(Paris="America/New_York"):
        retime(NOW + timedelta(minutes=1))
    assert releases(number) == before | {"everyone@Europe/Paris": NOW + 5 * HOUR}


def test_a_zone_that_is_new_in_the_data_gets_its_release(paris: int) -> None:
    number = inbox.broadcast(local_at=NINE, is_banner=True)
    before = releases(number)
    gone = sa.delete(Release).where(Release.channel == "everyone@Europe/Paris")
    db.session.execute(gone)
    (moved,) = retime(NOW)
    assert moved.zones == ("Europe/Paris",)
    assert releases(number) == before
    assert inbox.tops(paris, SUMMER) == [number]
    db.session.execute(gone)
    assert retime(SUMMER) == []


def test_named_people_get_it_by_the_clock_where_they_live(
    paris: int, priya: int, bystander: int
) -> None:
    number = inbox.notify(paris, priya, local_at=NINE)
    snoozing = inbox.notify(bystander, local_at=NOW.replace(tzinfo=None))
    plain = inbox.notify(paris, arrives_at=SUMMER)
    inbox.act(bystander, "snooze", [snoozing], NOW + HOUR)
    asleep = arrival(snoozing, bystander)
    in_kolkata = arrival(number, priya)
    with rules(Paris="Africa/Algiers"):
        (moved,) = retime(NOW + HOUR)
        assert (moved.id, moved.zones) == (number, ("Europe/Paris",))
        assert arrival(number, paris) == WINTER
    assert arrival(number, priya) == in_kolkata
    assert arrival(plain, paris) == SUMMER
    assert arrival(snoozing, bystander) == asleep


def test_what_has_ended_is_left_alone_and_what_was_recalled_can_return(paris: int) -> None:
    recalled = inbox.broadcast(local_at=NINE)
    inbox.recall(recalled, NOW)
    with rules(Paris="Africa/Algiers"):
        retime(NOW + HOUR)
    assert set(db.session.scalars(sa.select(Release.expires_at).distinct())) == {NOW}
    inbox.restore(recalled, NOW + HOUR)
    assert inbox.ids(paris, SUMMER) == []
    assert inbox.ids(paris, WINTER) == [recalled]


def test_it_is_in_the_audit_log() -> None:
    number = inbox.broadcast(local_at=NINE)
    with rules(Paris="Africa/Algiers"):
        retime(NOW)
    (entry,) = db.session.scalars(sa.select(AuditEntry)).all()
    assert (entry.action, entry.subject) == ("broadcast.retimed", f"notification {number}")
    assert entry.detail == '{"zones": ["Europe/Paris"]}'


# --- At the start


def set_version(version: str) -> None:
    db.session.execute(sa.delete(ZoneData))
    db.session.add(ZoneData(id=1, version=version))
    db.session.commit()


def start(make_app: Callable[..., Flask]) -> None:
    with at(NOW + HOUR):
        make_app()


def test_a_start_with_newer_zone_data_retimes_once(
    make_app: Callable[..., Flask], paris: int, caplog: pytest.LogCaptureFixture
) -> None:
    number = inbox.broadcast(local_at=NINE)
    set_version("2026a")
    with rules(Paris="Africa/Algiers"):
        start(make_app)
    assert releases(number)["everyone@Europe/Paris"] == WINTER
    (line,) = (one for one in caplog.records if one.message == "time zone data changed")
    fields: Any = vars(line)["fields"]
    assert fields["retimed"] == [number]
    assert (fields["before"], fields["now"]) == ("2026a", clock.ZONE_DATA_VERSION)
    db.session.rollback()
    with rules(Paris="Asia/Tokyo"):  # the version is as before: nothing is even looked at
        start(make_app)
    assert releases(number)["everyone@Europe/Paris"] == WINTER


@pytest.mark.parametrize("version", ["9999z", clock.ZONE_DATA_VERSION])
def test_a_start_with_the_same_or_older_zone_data_is_one_query(
    make_app: Callable[..., Flask], version: str
) -> None:
    set_version(version)
    asked: list[str] = []
    sa.event.listen(
        sa.engine.Engine,
        "before_cursor_execute",
        listener := lambda _c, _cursor, statement, *_rest: asked.append(statement),
    )
    try:
        start(make_app)
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", listener)
    assert [one for one in asked if not one.startswith(("PRAGMA", "BEGIN"))] == [
        "SELECT zone_data.version \nFROM zone_data"
    ]


def test_of_processes_that_start_together_one_retimes(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_version("2026a")
    taken: list[datetime] = []

    def note(now: datetime) -> list[Any]:
        taken.append(now)
        return []

    monkeypatch.setattr(retiming, "retime", note)
    monkeypatch.setattr(zone_data, "_is_current", lambda: False)  # all have asked before
    for _ in range(3):
        start(make_app)
    assert len(taken) == 1


def test_a_database_that_cannot_answer_hinders_no_start(make_app: Callable[..., Flask]) -> None:
    db.session.execute(sa.text("ALTER TABLE zone_data RENAME TO elsewhere"))
    db.session.commit()
    try:
        start(make_app)
    finally:
        db.session.execute(sa.text("ALTER TABLE elsewhere RENAME TO zone_data"))
        db.session.commit()


def test_a_user_is_not_touched(paris: int) -> None:
    inbox.broadcast(local_at=NINE)
    with rules(Paris="Africa/Algiers"):
        retime(NOW)
    assert db.session.get_one(User, paris).timezone == "Europe/Paris"
