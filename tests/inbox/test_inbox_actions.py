"""What a reader does: four statements for one row or a thousand, and nobody else's row moves."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db, table
from notifications_app.core.errors import BadInput, NotFound
from notifications_app.domain.inbox import actions, undo
from notifications_app.domain.inbox.models import Delivery
from tests.inbox import asking
from tests.inbox.asking import NOW

LATER = NOW + timedelta(minutes=5)
#: What must have been done before, so that there is something to do.
FIRST = {"unread": "read", "restore": "dismiss", "unsnooze": "snooze"}


def states(user_id: int) -> Any:
    """The deliveries without their stamps."""
    return [row[:-1] for row in asking.kept(user_id)[1]]


def both_kinds(user_id: int, size: int) -> list[int]:
    """Half of them delivered, half on the air."""
    numbers = asking.fill(user_id, size)
    if for_all := numbers[1::2]:
        db.session.execute(sa.delete(table(Delivery)).where(Delivery.notification_id.in_(for_all)))
        asking.release(for_all)
    return numbers


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("verb", actions.VERBS)
def test_an_action_is_four_statements_and_so_is_its_undo(
    in_app: Flask, priya: int, bystander: int, verb: str, size: int
) -> None:
    numbers = both_kinds(priya, size)
    if verb in FIRST:
        asking.act(priya, FIRST[verb], numbers)
    actions.act(bystander, "read", [asking.notify(bystander), *numbers], NOW)
    before, others = states(priya), asking.kept(bystander)
    with asking.statements() as seen:
        done = asking.act(priya, verb, numbers, LATER)
    assert (done.count, len(seen)) == (size, 4)
    with asking.statements() as seen:
        back = undo.undo(priya, done.stamp, LATER)
    assert (back.count, back.skipped, len(seen)) == (size, 0, 4)
    if verb in FIRST:
        assert states(priya) == before
    assert asking.kept(bystander) == others


@pytest.mark.parametrize("verb", ["read", "dismiss", "snooze"])
def test_all_is_four_statements_too(in_app: Flask, ada: int, bystander: int, verb: str) -> None:
    both_kinds(ada, 300)
    asking.broadcast("role:admin")
    asking.notify(bystander)
    everything, others = asking.everything(ada), asking.kept(bystander)
    with asking.statements() as seen:
        done = asking.act(ada, verb, everything)
    assert (done.count, len(seen)) == (301, 4)
    assert asking.count(ada) == 0
    assert asking.kept(bystander) == others


@pytest.mark.parametrize("verb", actions.VERBS)
def test_doing_it_again_changes_nothing(in_app: Flask, priya: int, verb: str) -> None:
    numbers = both_kinds(priya, 4)
    if verb in FIRST:
        asking.act(priya, FIRST[verb], numbers)
    assert asking.act(priya, verb, numbers).count == 4
    before = asking.kept(priya)[1]
    for again in (numbers, numbers[:1]):
        assert asking.act(priya, verb, again, LATER).count == 0
    assert asking.kept(priya)[1] == before


@pytest.mark.parametrize("verb", actions.VERBS)
def test_somebody_elses_notification_is_not_there(
    in_app: Flask, priya: int, ada: int, bystander: int, verb: str
) -> None:
    theirs = asking.notify(ada, bystander)
    for_admins = asking.broadcast("role:admin")
    to_come = asking.notify(priya, arrives_at=NOW + timedelta(hours=1))
    on_its_way = asking.broadcast(arrives_at=NOW + timedelta(hours=1))
    if verb in FIRST:
        for user in (ada, bystander):
            asking.act(user, FIRST[verb], [theirs])
    db.session.commit()
    others = asking.kept(ada), asking.kept(bystander), asking.kept(priya)
    for number in (theirs, for_admins, to_come, on_its_way, 987_654_321, 2**31 - 1):
        with pytest.raises(NotFound):
            asking.act(priya, verb, [number])
        db.session.rollback()
    assert asking.act(priya, verb, [theirs, for_admins, to_come, on_its_way]).count == 0
    db.session.rollback()
    assert (asking.kept(ada), asking.kept(bystander), asking.kept(priya)) == others


def test_of_several_only_ones_own_change(in_app: Flask, priya: int, bystander: int) -> None:
    mine, theirs = asking.notify(priya), asking.notify(bystander)
    others = asking.kept(bystander)
    assert actions.act(priya, "dismiss", [theirs, mine], NOW).count == 1
    assert asking.kept(bystander) == others


def test_there_is_no_such_verb_tab_or_reader(in_app: Flask, priya: int) -> None:
    number = asking.notify(priya)
    with pytest.raises(BadInput, match="action"):
        actions.act(priya, "delete", [number], NOW)
    with pytest.raises(BadInput, match="tab"):
        actions.act(priya, "read", asking.everything(priya, "archive"), NOW)
    for until in (None, NOW, NOW - timedelta(days=1)):
        with pytest.raises(BadInput, match="a time to come"):
            actions.act(priya, "snooze", [number], NOW, until=until)
    with pytest.raises(NotFound, match="account"):
        actions.act(priya + 1, "read", [number], NOW)
