"""Times on the pages are the reader's own: headings by their days, every time in their zone."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.inbox import actions
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.moments import NOON, at
from tests.support.people import sign_in

#: 00:10 on Saturday in Kolkata, where it is still Friday in UTC.
AFTER_MIDNIGHT = datetime(2026, 11, 20, 18, 40, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def arrive(app: Flask, user: int, *moments: datetime) -> list[int]:
    with app.app_context():
        numbers = [inbox.notify(user, now=moment) for moment in moments]
        db.session.commit()
    return numbers


def headings(page: str) -> list[str]:
    found = re.findall(r'class="day".*?<h2[^>]*>(.*?)</h2>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]


def times(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<time datetime="([^"]+)" title="([^"]+)"', page)


def browse(client: FlaskClient, address: str = "/inbox", when: datetime = AFTER_MIDNIGHT) -> str:
    with at(when):
        if client.get("/inbox/badge").status_code != 200:
            sign_in(client, "priya")
        answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


def test_a_day_begins_at_the_readers_midnight(app: Flask, client: FlaskClient, priya: int) -> None:
    instant = timedelta(microseconds=1)
    arrive(app, priya, NOON, MIDNIGHT - instant, MIDNIGHT)
    page = browse(client)
    assert headings(page) == ["Today Saturday 21 November", "Yesterday Friday 20 November"]
    _before, today, yesterday = page.split('class="day"')
    assert (today.count("<li class"), yesterday.count("<li class")) == (1, 2)
    before = browse(client, when=MIDNIGHT - timedelta(minutes=1))
    assert headings(before) == ["Today Friday 20 November"]


def test_a_change_of_zone_changes_every_time_shown(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    (number,) = arrive(app, priya, NOON)
    for address in ("/inbox", f"/inbox/{number}"):
        before = [pair for pair in times(browse(client, address)) if "12:00:00Z" in pair[0]]
        assert before
        assert all(title == "Fri 20 Nov 2026, 17:30 IST (Asia/Kolkata)" for _, title in before)
    with at(AFTER_MIDNIGHT):
        form = {"part": "zone", "timezone": "America/New_York"}
        assert client.post("/settings", data=form).status_code == 303
    for address in ("/inbox", f"/inbox/{number}"):
        page = browse(client, address)
        after = [title for moment, title in times(page) if "12:00:00Z" in moment]
        assert after
        assert all(title == "Fri 20 Nov 2026, 07:00 EST (America/New_York)" for title in after)
        assert "Kolkata" not in page.split("<main")[1].replace("Times of", "")
    assert headings(browse(client)) == ["Today Friday 20 November"]
    assert "Times are in America/New_York (EST)." in browse(client)


def test_the_dismissed_tab_goes_by_the_day_of_dismissal(
    app: Flask, client: FlaskClient, priya: int
) -> None:
    (number,) = arrive(app, priya, NOON)
    with app.app_context():
        actions.act(priya, "dismiss", [number], MIDNIGHT)
        db.session.commit()
    page = browse(client, "/inbox?tab=dismissed")
    assert headings(page) == ["Today Saturday 21 November"]
    assert "received <time" in page
    assert "Fri 20 Nov, 17:30" in page


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=5, minutes=30)])
def test_moments_come_back_aware_and_in_utc(in_app: Flask, priya: int, offset: timedelta) -> None:
    zoned = AFTER_MIDNIGHT.astimezone(clock.local(NOON, "Asia/Kolkata").tzinfo) if offset else None
    number = inbox.notify(priya, now=zoned or AFTER_MIDNIGHT)
    actions.act(priya, "read", [number], (zoned or AFTER_MIDNIGHT) + timedelta(microseconds=1))
    row = inbox.one(priya, number, AFTER_MIDNIGHT + timedelta(hours=1))
    assert (row.arrives_at, row.arrives_at.tzinfo) == (AFTER_MIDNIGHT, UTC)
    assert (row.read_at, row.read_at.tzinfo) == (AFTER_MIDNIGHT + timedelta(microseconds=1), UTC)


def test_a_naive_moment_goes_into_no_database(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    naive: Any = datetime(2026, 11, 20, 12)
    with pytest.raises(sa.exc.StatementError, match="offset from UTC"):
        db.session.execute(
            sa.update(Delivery).where(Delivery.notification_id == number).values(read_at=naive)
        )
    with pytest.raises(ValueError, match="offset from UTC"):
        actions.act(priya, "read", [number], naive)
