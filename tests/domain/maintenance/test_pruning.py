"""Pruning removes what has aged, and nobody sees a difference but in Dismissed."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db, reading, table
from notifications_app.core.errors import BadInput, NotFound
from notifications_app.domain.accounts.models import SignIn, User
from notifications_app.domain.accounts.queries import IDLE_KEPT
from notifications_app.domain.audit.actions import add_entry
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.broadcasts.stats import compute_stats
from notifications_app.domain.inbox import undo
from notifications_app.domain.inbox.models import Change, Delivery, Notification, Release
from notifications_app.domain.maintenance import pruning
from notifications_app.domain.people_import.models import StagedImport
from tests.support import inbox
from tests.support.moments import NOW

DAY = timedelta(days=1)
KEPT = 90 * DAY
#: A day on which everything of NOW is older than the retention.
THEN = NOW + 100 * DAY


def prune(now: Any = THEN, older_than: timedelta = KEPT, audit: Any = None) -> dict[str, int]:
    """Prune as the command does; the counts, which a dry run tells too."""
    db.session.commit()
    limits = pruning.plan(now, older_than, audit)
    with reading() as connection:
        wanted = pruning.count(connection, limits)
    done = pruning.Pruned()
    for step in pruning.prune(limits):
        db.session.commit()
        done.add(step)
    found = {kind: done[kind] for kind in pruning.KINDS if done[kind]}
    assert found == {kind: wanted[kind] for kind in pruning.KINDS if wanted[kind]}
    return found


def ids() -> list[int]:
    return list(db.session.execute(sa.select(Notification.id).order_by(Notification.id)).scalars())


def floor(user: int) -> Any:
    return db.session.execute(sa.select(User.inbox_since).where(User.id == user)).scalar_one()


@pytest.mark.parametrize("kind", ["expired", "recalled"])
@pytest.mark.parametrize("personal", [False, True])
def test_what_was_over_for_longer_goes_with_all_its_rows(
    in_app: Flask, priya: int, bystander: int, kind: str, personal: bool
) -> None:
    options: dict[str, Any] = {"expires_at": NOW + DAY} if kind == "expired" else {}
    old = inbox.notify(priya, **options) if personal else inbox.broadcast(**options)
    kept = inbox.notify(bystander)
    inbox.act(priya, "read", [old])
    if kind == "recalled":
        inbox.recall(old, NOW + DAY)
    edge = NOW + DAY + KEPT
    assert prune(edge - timedelta(microseconds=1)) == {"changes": 1}
    assert prune(edge) == {"notifications": 1}
    assert ids() == [kept]
    assert [inbox.how_many(model) for model in (Release, Delivery, Change)] == [0, 1, 0]
    assert inbox.ids(bystander, edge) == [kept]
    with pytest.raises(NotFound):
        inbox.restore(old, edge)


def test_a_dismissed_broadcast_never_comes_back(in_app: Flask, priya: int, bystander: int) -> None:
    first, second = inbox.broadcast(), inbox.broadcast(is_banner=True)
    third = inbox.notify(priya)
    inbox.act(priya, "dismiss", [first, second, third])
    seen = inbox.kept(bystander)
    assert prune() == {"notifications": 1, "deliveries": 2, "changes": 3}
    assert inbox.places(priya, THEN) == {
        "inbox": [], "unread": [], "snoozed": [], "dismissed": [second], "muted": [],
    }  # fmt: skip
    assert inbox.tops(priya, THEN) == []
    assert floor(priya) == THEN - KEPT
    assert inbox.kept(bystander) == seen
    assert inbox.ids(bystander, THEN) == [second, first]
    assert prune() == {}


def test_what_is_seen_without_a_delivery_gets_one_before_the_floor_rises(
    in_app: Flask, priya: int
) -> None:
    gone, live, ended = inbox.broadcast(), inbox.broadcast(), inbox.broadcast()
    more = [inbox.broadcast(), inbox.broadcast()]
    inbox.edit(ended, NOW + DAY, expires_at=THEN - DAY)
    inbox.act(priya, "dismiss", [gone, *more])
    assert prune()["deliveries"] == 3
    assert floor(priya) == THEN - KEPT
    assert inbox.ids(priya, THEN) == [live]
    inbox.edit(ended, THEN, expires_at=THEN + DAY)
    assert inbox.ids(priya, THEN) == [ended, live]


def test_a_floor_does_not_rise_where_more_rows_would_be_made_than_go(
    in_app: Flask, priya: int
) -> None:
    dismissed, *others = (inbox.broadcast() for _ in range(3))
    personal = inbox.notify(priya)
    inbox.act(priya, "dismiss", [dismissed, personal])
    before = floor(priya)
    assert prune() == {"deliveries": 1, "notifications": 1, "changes": 2}
    assert (floor(priya), inbox.ids(priya, THEN, "dismissed")) == (before, [dismissed])
    assert inbox.ids(priya, THEN) == others[::-1]


def test_a_broadcast_that_arrives_anywhere_after_the_cut_stays_dismissed(
    in_app: Flask, priya: int
) -> None:
    number = inbox.broadcast()
    inbox.act(priya, "dismiss", [number])
    values = {"channel": "everyone@Pacific/Niue", "arrives_at": THEN, "is_banner": False}
    db.session.execute(sa.insert(table(Release)).values(notification_id=number, **values))
    before = floor(priya)
    assert prune() == {"changes": 1}
    assert floor(priya) == before
    assert inbox.ids(priya, THEN, "dismissed") == [number]


def test_a_key_still_stands_for_what_was_sent(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, key="welcome")
    inbox.act(priya, "dismiss", [number])
    assert prune() == {"changes": 1}
    assert inbox.notify(priya, key="welcome", now=THEN) == number
    assert inbox.ids(priya, THEN) == []


def test_the_figures_of_a_broadcast_stay(in_app: Flask, priya: int, bystander: int) -> None:
    number = inbox.broadcast()
    inbox.act(priya, "read", [number])
    inbox.act(priya, "dismiss", [number])
    inbox.act(bystander, "dismiss", [number])
    before = compute_stats(db.session.connection(), number, THEN)
    assert prune()["deliveries"] == 2
    after = compute_stats(db.session.connection(), number, THEN)
    for name in ("read", "dismissed", "acted", "untouched", "audience", "audience_now"):
        assert getattr(before, name) == getattr(after, name), name
    assert (before.pruned, after.pruned) == (0, 2)
    inbox.edit(number, THEN, again=True)
    again = compute_stats(db.session.connection(), number, THEN)
    assert (again.audience_now, again.dismissed, again.read) == (2, 0, 0)
    assert inbox.ids(priya, THEN) == [number]


def test_undo_reaches_back_a_week_whether_or_not_it_was_pruned(
    in_app: Flask, priya: int, bystander: int
) -> None:
    number, week = inbox.notify(priya, bystander), timedelta(days=7)
    old = inbox.act(priya, "read", [number])
    younger = inbox.act(bystander, "read", [number], NOW + DAY)
    assert prune(NOW + week) == {"changes": 1}
    assert undo.undo(bystander, younger.stamp, NOW + week).count == 1
    with pytest.raises(NotFound):
        undo.undo(priya, old.stamp, NOW + week)
    old = inbox.act(priya, "unread", [number], NOW + week)
    with pytest.raises(NotFound):
        undo.undo(priya, old.stamp, NOW + 2 * week + DAY)


def test_undo_of_a_delivery_that_was_pruned_is_no_change_since(in_app: Flask, priya: int) -> None:
    one, other = inbox.broadcast(), inbox.notify(priya)
    first = inbox.act(priya, "dismiss", [one])
    assert prune(NOW + 3 * DAY, 2 * DAY) == {"deliveries": 1}
    with pytest.raises(NotFound):
        undo.undo(priya, first.stamp, NOW + 3 * DAY)
    assert inbox.ids(priya, NOW + 3 * DAY) == [other]


def test_ended_sign_ins_staged_imports_and_old_audit_entries_go(in_app: Flask, priya: int) -> None:
    sign_in = {"user_id": priya, "created_at": NOW, "address": "", "user_agent": ""}
    for name, seen, end in (
        ("live", THEN, THEN + DAY), ("ended", THEN, THEN), ("idle", THEN - IDLE_KEPT, THEN + DAY),
    ):  # fmt: skip
        db.session.add(SignIn(token_hash=name, last_seen_at=seen, expires_at=end, **sign_in))
    for age in (0, 1):
        made = THEN - timedelta(hours=age)
        db.session.add(StagedImport(user_id=priya, created_at=made, preview="{}"))
    add_entry("user.created", "user priya", actor_id=None, now=NOW)
    add_entry("user.changed", "user priya", actor_id=None, now=THEN)
    assert prune() == {"sign_ins": 2, "staged_imports": 1}
    assert db.session.execute(sa.select(SignIn.token_hash)).scalars().all() == ["live"]
    assert prune(audit=KEPT) == {"audit": 1}
    entries = db.session.execute(sa.select(AuditEntry.action).order_by(AuditEntry.id)).scalars()
    assert entries.all() == ["user.changed", "database.pruned", "database.pruned"]


@pytest.mark.parametrize("batch", [1, 3])
def test_it_may_stop_after_any_batch_and_go_on_later(
    in_app: Flask, priya: int, bystander: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", batch)
    over = [inbox.broadcast(expires_at=NOW + DAY) for _ in range(3)]
    numbers = [inbox.broadcast() for _ in range(5)]
    for user in (priya, bystander):
        inbox.act(user, "read", over)
        inbox.act(user, "dismiss", numbers[1:])
    db.session.commit()
    limits = pruning.plan(THEN, KEPT, None)
    whole = pruning.count(db.session.connection(), limits)
    done, stops = pruning.Pruned(), 0
    db.session.commit()
    is_over = False
    while not is_over:
        is_over = True
        for place, step in enumerate(pruning.prune(limits)):
            db.session.commit()
            done.add(step)
            assert step[1] <= max(batch, 1)
            assert inbox.places(priya, THEN)["inbox"] == numbers[:1]
            if place == stops:
                stops, is_over = stops + 1, False
                break
    assert done.counts == +whole.counts
    assert stops > 8 / batch


def test_a_write_that_fails_leaves_the_batches_before_it(
    in_app: Flask, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = [inbox.broadcast(expires_at=NOW + DAY) for _ in range(3)]
    db.session.commit()
    monkeypatch.setattr(pruning, "BATCH", 2)
    steps = pruning.prune(pruning.plan(THEN, KEPT, None))
    assert next(steps) == ("notifications", 1)
    db.session.commit()
    next(steps)
    db.session.rollback()
    assert ids() == over[1:]


@pytest.mark.parametrize("span", [timedelta(0), DAY, 2 * DAY - timedelta(microseconds=1)])
def test_less_than_two_days_are_refused(span: timedelta) -> None:
    with pytest.raises(BadInput, match="Keep at least 2 days"):
        pruning.plan(NOW, span, None)
    assert pruning.plan(NOW, 2 * DAY, None).cut == NOW - 2 * DAY


def test_moments_of_the_plan_are_those_of_the_retention() -> None:
    found = pruning.plan(NOW, KEPT, 3 * DAY)
    assert (found.cut, found.audit_cut) == (NOW - KEPT, NOW - 3 * DAY)
    assert clock.micros(found.cut) < clock.micros(NOW)
