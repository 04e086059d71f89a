"""Many at once, in threads and in a second process: no error, nothing lost, nothing twice."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.core.errors import Refused
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import Group, GroupMember
from notifications_app.domain.inbox import actions, change_groups
from notifications_app.domain.inbox.models import Change, Delivery, Notification, Release
from tests.support import inbox, races
from tests.support.moments import NOW

pytestmark = pytest.mark.slow


def counted(app: Flask) -> tuple[int, ...]:
    with app.app_context():
        return tuple(inbox.how_many(model) for model in (Notification, Release, Delivery))


def test_eight_racers_for_a_hundred_keys_send_each_once(
    app: Flask, priya: int, database_url: str
) -> None:
    with races.second_process("claim", database_url) as answer:
        found = races.run("claim", database_url, 0) + answer()
    assert len(found) == 2 * races.THREADS
    assert all(one == found[0] for one in found)
    assert len(set(found[0].values())) == races.KEYS
    assert counted(app) == (races.KEYS, races.KEYS // 2, races.KEYS // 2)


def test_writers_and_readers_at_once_lose_nothing_and_are_never_locked_out(
    app: Flask, priya: int, database_url: str
) -> None:
    with races.second_process("mix", database_url) as answer:
        found = races.run("mix", database_url, 0) + answer()
    sent = 2 * races.THREADS * races.ROUNDS
    assert counted(app)[:2] == (2 * sent, sent)
    with app.app_context():
        now = clock.now()
        dismissed = inbox.ids(priya, now, "dismissed")
        assert len(dismissed) == sum(one["dismissed"] for one in found)
        assert len(inbox.ids(priya, now)) == 2 * sent - len(dismissed)


def both_at_once(app: Flask, *verbs: str, user: int, numbers: list[int]) -> list[actions.Outcome]:
    """Two tabs of the same reader press a button at the same moment."""
    start = threading.Barrier(len(verbs))

    def press(verb: str) -> actions.Outcome:
        with app.app_context():
            start.wait(timeout=30)
            done = actions.act(user, verb, numbers, NOW)
            db.session.commit()
            return done

    with ThreadPoolExecutor(len(verbs)) as threads:
        return list(threads.map(press, verbs))


def test_two_tabs_dismissing_the_same_dismiss_each_once(app: Flask, priya: int) -> None:
    with app.app_context():
        numbers = [inbox.broadcast() for _ in range(10)] + inbox.fill(priya, 10)
        db.session.commit()
    done = both_at_once(app, "dismiss", "dismiss", user=priya, numbers=numbers)
    assert sorted(one.count for one in done) == [0, 20]
    with app.app_context():
        assert inbox.ids(priya) == []
        logged = sa.select(sa.func.count()).select_from(Change)
        assert db.session.execute(logged).scalar_one() == 20


def test_two_groups_at_once_do_not_make_one_too_many(app: Flask, priya: int) -> None:
    names = [f"g{number}" for number in range(groups.MAX_GROUPS_PER_USER + 1)]
    with app.app_context():
        db.session.add_all(Group(name=name) for name in names)
        db.session.flush()
        for name in names[2:]:
            change_groups.join_group(name, [priya], NOW)
        db.session.commit()

    def join_another() -> str:
        with app.app_context():
            try:
                change_groups.join_group(names[1], [priya], NOW)
            except Refused as refusal:
                return str(refusal)
            db.session.commit()
            return ""

    with ThreadPoolExecutor(1) as threads, app.app_context():
        change_groups.join_group(names[0], [priya], NOW)
        other = threads.submit(join_another)
        wait_until_somebody_waits()
        db.session.commit()
        assert "would be in more than 50 groups" in other.result(timeout=30)
        assert inbox.how_many(GroupMember) == groups.MAX_GROUPS_PER_USER


def wait_until_somebody_waits() -> None:
    """For a lock of this database; on SQLite nobody begins to write before it is free."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _try in range(3000):
        if db.engine.dialect.name == "sqlite":
            return
        with db.engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waits.")


def test_two_tabs_doing_different_things_both_get_their_way(app: Flask, priya: int) -> None:
    with app.app_context():
        numbers = [inbox.broadcast() for _ in range(10)]
        db.session.commit()
    done = both_at_once(app, "read", "dismiss", user=priya, numbers=numbers)
    assert [one.count for one in done] == [10, 10]
    assert done[0].stamp != done[1].stamp
    with app.app_context():
        both = sa.select(sa.func.count()).where(
            Delivery.read_at.is_not(None), Delivery.dismissed_at.is_not(None)
        )
        assert db.session.execute(both).scalar_one() == 10
