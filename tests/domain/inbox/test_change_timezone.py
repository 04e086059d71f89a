"""A reader moves to another zone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.core.errors import NotFound, UnknownZone
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import actions, change_timezone
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR


def test_a_local_banner_stays_on_top_of_who_moves_where_it_has_not_come(
    in_app: Flask, priya: int, bystander: int
) -> None:
    change_timezone.set_timezone(priya, "Asia/Tokyo", NOW)
    there = clock.local(LATER, "Asia/Tokyo").replace(tzinfo=None)
    banner = inbox.broadcast(is_banner=True, local_at=there)
    assert inbox.tops(priya, LATER) == [banner]
    change_timezone.set_timezone(priya, "America/New_York", LATER)
    assert inbox.tops(priya, LATER) == inbox.ids(priya, LATER) == [banner]
    assert inbox.tops(bystander, LATER) == []
    # Not before its time where it is only about to come, nor once dismissed.
    inbox.act(priya, "snooze", [banner], LATER)
    assert inbox.tops(priya, LATER) == [banner]
    actions.act(priya, "dismiss", [banner], LATER)
    assert inbox.tops(priya, LATER) == []


def test_a_local_banner_about_to_come_is_not_on_top_before_it_comes(
    in_app: Flask, priya: int
) -> None:
    change_timezone.set_timezone(priya, "Asia/Tokyo", NOW)
    there = clock.local(LATER, "Asia/Tokyo").replace(tzinfo=None)
    banner = inbox.broadcast(is_banner=True, local_at=there)
    just_before = LATER - timedelta(seconds=30)
    change_timezone.set_timezone(priya, "America/New_York", just_before)
    assert inbox.tops(priya, just_before) == []
    assert inbox.tops(priya, LATER) == [banner]


def test_an_unknown_zone_or_reader_is_refused(in_app: Flask, priya: int) -> None:
    inbox.broadcast()
    with pytest.raises(UnknownZone):
        change_timezone.set_timezone(priya, "Asia/Atlantis", NOW)
    with pytest.raises(NotFound):
        change_timezone.set_timezone(priya + 1, "Asia/Tokyo", NOW)
    assert inbox.how_many(Delivery) == 0


def test_a_zone_is_stored_in_its_own_spelling(in_app: Flask, priya: int) -> None:
    assert change_timezone.set_timezone(priya, "europe/paris", NOW) == "Europe/Paris"
    zone = sa.select(User.timezone).where(User.id == priya)
    assert db.session.execute(zone).scalar_one() == "Europe/Paris"
