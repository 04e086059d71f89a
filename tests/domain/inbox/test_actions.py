"""A reader's actions: four statements for one row or a thousand; no other reader's row moves."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine.interfaces import CacheStats

from notifications_app.core.database import db, table
from notifications_app.core.errors import BadInput, NotFound
from notifications_app.domain.accounts.models import Group
from notifications_app.domain.inbox import actions, change_groups, undo
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.moments import NOW

LATER = NOW + timedelta(minutes=5)
#: Actions to do first, so that there is something to do.
FIRST = {"unread": "read", "restore": "dismiss", "unsnooze": "snooze"}


def states(user_id: int) -> Any:
    """The deliveries without their stamps."""
    return [
        {name: value for name, value in row._mapping.items() if name != "stamp"}
        for row in inbox.kept(user_id)[1]
    ]


def both_kinds(user_id: int, size: int) -> list[int]:
    """Half of them delivered, half on the air."""
    numbers = inbox.fill(user_id, size)
    if for_all := numbers[1::2]:
        db.session.execute(sa.delete(table(Delivery)).where(Delivery.notification_id.in_(for_all)))
        inbox.release(for_all)
    return numbers


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("verb", actions.VERBS)
def test_an_action_is_four_statements_and_its_undo_five(
    in_app: Flask, priya: int, bystander: int, verb: str, size: int
) -> None:
    numbers = both_kinds(priya, size)
    if verb in FIRST:
        inbox.act(priya, FIRST[verb], numbers)
    actions.act(bystander, "read", [inbox.notify(bystander), *numbers], NOW)
    before, others = states(priya), inbox.kept(bystander)
    with inbox.statements() as seen:
        done = inbox.act(priya, verb, numbers, LATER)
    assert (done.count, len(seen)) == (size, 4)
    with inbox.statements() as seen:
        back = undo.undo(priya, done.stamp, LATER)
    # One more than the action: it tells what the undo did, for the sentence.
    assert (back.count, back.skipped, len(seen)) == (size, 0, 5)
    if verb in FIRST:
        assert states(priya) == before
    assert inbox.kept(bystander) == others


def test_no_insert_of_missing_rows_is_compiled_each_time(in_app: Flask, priya: int) -> None:
    def note(*called: Any) -> None:
        seen[called[2]] = called[-2].cache_hit

    db.session.add(Group(name="ops"))
    db.session.flush()
    number = inbox.broadcast()
    seen: dict[str, CacheStats] = {}
    sa.event.listen(db.engine, "after_cursor_execute", note)
    change_groups.join_group("ops", [priya], NOW)
    inbox.act(priya, "dismiss", [number])
    sa.event.remove(db.engine, "after_cursor_execute", note)
    inserts = {sql: hit for sql, hit in seen.items() if "ON CONFLICT" in sql}
    assert len(inserts) == 4  # the member, the group's banners and the rest, the dismissed
    assert CacheStats.NO_CACHE_KEY not in inserts.values()


@pytest.mark.parametrize("verb", ["read", "dismiss", "snooze"])
def test_all_is_four_statements_too(in_app: Flask, ada: int, bystander: int, verb: str) -> None:
    both_kinds(ada, 300)
    inbox.broadcast("role:admin")
    inbox.notify(bystander)
    everything, others = inbox.everything(ada), inbox.kept(bystander)
    with inbox.statements() as seen:
        done = inbox.act(ada, verb, everything)
    assert (done.count, len(seen)) == (301, 4)
    assert inbox.count(ada) == 0
    assert inbox.kept(bystander) == others


@pytest.mark.parametrize("verb", actions.VERBS)
def test_doing_it_again_changes_nothing(in_app: Flask, priya: int, verb: str) -> None:
    numbers = both_kinds(priya, 4)
    if verb in FIRST:
        inbox.act(priya, FIRST[verb], numbers)
    assert inbox.act(priya, verb, numbers).count == 4
    before = inbox.kept(priya)[1]
    for again in (numbers, numbers[:1]):
        assert inbox.act(priya, verb, again, LATER).count == 0
    assert inbox.kept(priya)[1] == before


@pytest.mark.parametrize("verb", actions.VERBS)
def test_somebody_elses_notification_is_not_there(
    in_app: Flask, priya: int, ada: int, bystander: int, verb: str
) -> None:
    theirs = inbox.notify(ada, bystander)
    for_admins = inbox.broadcast("role:admin")
    to_come = inbox.notify(priya, arrives_at=NOW + timedelta(hours=1))
    on_its_way = inbox.broadcast(arrives_at=NOW + timedelta(hours=1))
    if verb in FIRST:
        for user in (ada, bystander):
            inbox.act(user, FIRST[verb], [theirs])
    db.session.commit()
    others = inbox.kept(ada), inbox.kept(bystander), inbox.kept(priya)
    for number in (theirs, for_admins, to_come, on_its_way, 987_654_321, 2**31 - 1):
        with pytest.raises(NotFound):
            inbox.act(priya, verb, [number])
        db.session.rollback()
    assert inbox.act(priya, verb, [theirs, for_admins, to_come, on_its_way]).count == 0
    db.session.rollback()
    assert (inbox.kept(ada), inbox.kept(bystander), inbox.kept(priya)) == others


def test_of_several_only_ones_own_change(in_app: Flask, priya: int, bystander: int) -> None:
    mine, theirs = inbox.notify(priya), inbox.notify(bystander)
    others = inbox.kept(bystander)
    assert actions.act(priya, "dismiss", [theirs, mine], NOW).count == 1
    assert inbox.kept(bystander) == others


def test_there_is_no_such_verb_tab_or_reader(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya)
    with pytest.raises(BadInput, match="action"):
        actions.act(priya, "delete", [number], NOW)
    with pytest.raises(BadInput, match="tab"):
        actions.act(priya, "read", inbox.everything(priya, "archive"), NOW)
    for until in (None, NOW, NOW - timedelta(days=1)):
        with pytest.raises(BadInput, match="a time in the future"):
            actions.act(priya, "snooze", [number], NOW, until=until)
    with pytest.raises(NotFound, match="account"):
        actions.act(priya + 1, "read", [number], NOW)
