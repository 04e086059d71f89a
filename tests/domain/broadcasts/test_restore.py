"""A recall that is undone."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.inbox import add_reader
from notifications_app.domain.inbox.models import Notification, Release
from tests.support import inbox
from tests.support.moments import HOUR, NOW

END = NOW + timedelta(days=2)


def expiries(number: int) -> set[object]:
    ends = sa.select(Release.expires_at).where(Release.notification_id == number)
    return set(db.session.scalars(ends))


def test_each_release_has_its_own_end_again(in_app: Flask, priya: int) -> None:
    wall = (NOW + HOUR).replace(tzinfo=None)
    local = inbox.broadcast(title="Local", local_at=wall, expires_at=END)
    endless, bystander = inbox.broadcast(title="Endless"), inbox.broadcast(title="Other")
    inbox.recall(bystander, NOW)
    for number, end in ((local, END), (endless, None)):
        assert inbox.recall(number, NOW + HOUR / 2)
        assert expiries(number) == {NOW + HOUR / 2}
        assert inbox.restore(number, NOW + HOUR)
        assert not inbox.restore(number, NOW + HOUR)
        assert expiries(number) == {end}
        found = db.session.get(Notification, number, populate_existing=True)
        assert found is not None
        assert (found.recalled_at, found.expires_at) == (None, end)
    assert expiries(bystander) == {NOW}


def test_every_copy_is_as_its_reader_left_it(in_app: Flask, ada: int, priya: int) -> None:
    number = inbox.broadcast()
    inbox.act(priya, "dismiss", [number], NOW + HOUR)
    before = [inbox.one(user, number, NOW + 2 * HOUR) for user in (ada, priya)]
    inbox.recall(number, NOW + HOUR)
    assert inbox.one(ada, number, NOW + 2 * HOUR) is None
    inbox.restore(number, NOW + HOUR)
    assert [inbox.one(user, number, NOW + 2 * HOUR) for user in (ada, priya)] == before


def test_what_arrives_while_it_is_recalled_has_arrived(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(arrives_at=NOW + HOUR)
    inbox.recall(number, NOW)
    inbox.restore(number, NOW + 2 * HOUR)
    assert inbox.one(priya, number, NOW + 2 * HOUR).arrives_at == NOW + HOUR


def test_a_banner_reaches_those_who_joined_meanwhile(app: Flask) -> None:
    with app.app_context():
        number = inbox.broadcast(is_banner=True)
        inbox.recall(number, NOW)
        db.session.commit()
        late = add_reader.add_reader("late", password_hash=None, timezone="UTC", now=NOW + HOUR).id
        assert inbox.tops(late, NOW + 2 * HOUR) == []
        inbox.restore(number, NOW + 2 * HOUR)
        assert inbox.tops(late, NOW + 2 * HOUR) == [number]
        assert inbox.ids(late, NOW + 2 * HOUR) == [number]
