"""Groups are channels: who joins hears what comes from then on, who leaves keeps what came."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db, ids_as_select, table
from notifications_app.core.errors import NotFound, Refused
from notifications_app.domain.accounts.groups import MAX_GROUPS_PER_USER
from notifications_app.domain.accounts.models import Group, GroupMember, User
from notifications_app.domain.inbox import actions, add_reader, change_groups, change_timezone
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR

MUCH_LATER = LATER + HOUR

OPS = "group:ops"


@pytest.fixture(autouse=True)
def groups(in_app: Flask) -> None:
    db.session.add_all(Group(name=name) for name in ("ops", "night"))
    db.session.commit()


def test_a_member_hears_what_comes_from_now_on(priya: int, bystander: int) -> None:
    before = inbox.broadcast(OPS)
    assert change_groups.join_group("ops", [priya], LATER) == 1
    after = inbox.broadcast(OPS, now=MUCH_LATER)
    local = inbox.broadcast(OPS, now=MUCH_LATER, local_at=NOW.replace(tzinfo=None))
    assert inbox.ids(priya, MUCH_LATER) == [local, after]
    assert inbox.one(priya, before, MUCH_LATER) is None
    assert inbox.ids(bystander, MUCH_LATER) == []


def test_a_member_gets_the_live_banners_arriving_then(priya: int) -> None:
    banner = inbox.broadcast(OPS, is_banner=True)
    elsewhere = inbox.broadcast("group:night", is_banner=True)
    inbox.broadcast(OPS, is_banner=True, expires_at=LATER)
    assert inbox.tops(priya, LATER) == []
    change_groups.join_group("ops", [priya], LATER)
    assert inbox.tops(priya, LATER) == [banner]
    assert [(row.id, row.arrives_at) for row in inbox.rows(priya, LATER)] == [(banner, LATER)]
    change_groups.join_group("night", [priya], MUCH_LATER)
    assert inbox.tops(priya, MUCH_LATER) == [elsewhere, banner]


def test_joining_one_group_leaves_what_others_showed_alone(priya: int) -> None:
    everyone = inbox.broadcast(is_banner=True)
    change_groups.join_group("ops", [priya], LATER)
    assert [(row.id, row.arrives_at) for row in inbox.rows(priya, LATER)] == [(everyone, NOW)]
    assert inbox.how_many(Delivery) == 0


def test_who_leaves_keeps_what_came_and_hears_no_more(priya: int, bystander: int) -> None:
    change_groups.join_group("ops", [priya, bystander], NOW)
    came = inbox.broadcast(OPS, now=NOW + HOUR / 2)
    read = inbox.broadcast(OPS, now=NOW + HOUR / 2, is_banner=True)
    actions.act(priya, "read", [read], NOW + HOUR / 2)
    soon = inbox.broadcast(OPS, now=LATER, arrives_at=LATER + timedelta(seconds=30))
    to_come = inbox.broadcast(OPS, now=LATER, arrives_at=MUCH_LATER)
    assert change_groups.leave_group("ops", [priya], LATER) == 1
    assert inbox.ids(priya, LATER) == [read, came]
    assert inbox.tops(priya, LATER) == []
    assert inbox.ids(priya, MUCH_LATER) == [soon, read, came]
    assert inbox.ids(bystander, MUCH_LATER) == [to_come, soon, read, came]
    inbox.recall(came, MUCH_LATER)
    assert inbox.ids(priya, MUCH_LATER) == [soon, read]


def test_there_and_back_nothing_comes_twice(priya: int) -> None:
    change_groups.join_group("ops", [priya], NOW)
    first = inbox.broadcast(OPS, now=NOW + HOUR / 2, is_banner=True)
    actions.act(priya, "dismiss", [first], NOW + HOUR / 2)
    change_groups.leave_group("ops", [priya], LATER)
    missed = inbox.broadcast(OPS, now=LATER + HOUR / 2)
    change_groups.join_group("ops", [priya], MUCH_LATER)
    assert inbox.ids(priya, MUCH_LATER) == inbox.tops(priya, MUCH_LATER) == []
    assert inbox.ids(priya, MUCH_LATER, "dismissed") == [first]
    assert inbox.one(priya, missed, MUCH_LATER) is None


def test_joining_or_leaving_again_changes_nothing(priya: int, bystander: int) -> None:
    assert change_groups.join_group("ops", [priya], NOW) == 1
    kept = inbox.kept(priya)
    assert change_groups.join_group("ops", [priya], LATER) == 0
    assert change_groups.leave_group("ops", [bystander], LATER) == 0
    assert change_groups.join_group("ops", [priya, bystander], LATER) == 1
    assert inbox.kept(priya) == kept
    since = sa.select(GroupMember.since).where(GroupMember.user_id == priya)
    assert db.session.scalars(since).one() == NOW


def test_there_is_no_such_group_or_account(priya: int) -> None:
    for change in (change_groups.join_group, change_groups.leave_group):
        with pytest.raises(NotFound, match="no group “cooks”"):
            change("cooks", [priya], NOW)
    assert change_groups.join_group("ops", [priya + 99], NOW) == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 400])
def test_a_crowd_is_as_many_statements_as_one(size: int) -> None:
    people = [add_reader.add_reader(f"r{n}", password_hash=None, now=NOW).id for n in range(size)]
    inbox.broadcast(OPS, is_banner=True)
    with inbox.statements() as seen:
        assert change_groups.join_group("ops", people, LATER) == size
        assert change_groups.leave_group("ops", people, MUCH_LATER) == size
    assert len(seen) == 10
    assert inbox.how_many(Delivery) == size


def test_a_crowd_moves_as_one_does(priya: int, bystander: int) -> None:
    number = inbox.broadcast(local_at=(NOW + 3 * HOUR).replace(tzinfo=None))
    crowd = sa.select(User.id).where(User.id.in_(ids_as_select([priya, bystander])))
    with change_timezone.keep_deliveries_across_zones(
        crowd, LATER
    ):  # Priya has it since NOW; in Honolulu it is to come
        db.session.execute(sa.update(table(User)).values(timezone="Pacific/Honolulu"))
    assert inbox.ids(priya, LATER) == [number]
    assert inbox.ids(bystander, LATER) == []
    with change_timezone.keep_deliveries_across_zones(crowd, MUCH_LATER):
        db.session.execute(sa.update(table(User)).values(timezone="Asia/Tokyo"))
    assert inbox.ids(priya, MUCH_LATER) == inbox.ids(bystander, MUCH_LATER) == [number]
    arrived = {user: inbox.rows(user, MUCH_LATER)[0].arrives_at for user in (priya, bystander)}
    assert arrived == {priya: NOW, bystander: NOW}


@pytest.mark.slow
def test_nobody_is_in_more_groups_than_an_inbox_can_ask(priya: int, bystander: int) -> None:
    names = [f"g{number}" for number in range(MAX_GROUPS_PER_USER + 1)]
    db.session.add_all(Group(name=name) for name in names)
    db.session.flush()
    for name in names[:-1]:
        change_groups.join_group(name, [priya], NOW)
    number = inbox.broadcast(f"group:{names[-2]}", now=LATER)
    assert inbox.ids(priya, LATER) == [number]
    assert inbox.count(priya, LATER) == 1
    with pytest.raises(Refused, match="“priya” would be in more than 50 groups"):
        change_groups.join_group(names[-1], [bystander, priya], LATER)
