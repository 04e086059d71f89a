"""Edits are for everyone at once, and can make a notification unread again."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import BadInput, BadTime, NotFound, Refused
from notifications_app.domain.inbox import actions, add_reader, undo
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR


def edit(number: int, now: Any = LATER, *, again: bool = False, **wanted: Any) -> list[str]:
    """Change only what is named, at LATER."""
    return inbox.edit(number, now, again=again, **wanted)


def edited_at(number: int) -> Any:
    return db.session.execute(
        sa.select(Notification.edited_at).where(Notification.id == number)
    ).scalar_one()


@pytest.mark.parametrize("size", [1, 50])
def test_an_edit_is_seen_by_everyone_and_is_as_many_statements(in_app: Flask, size: int) -> None:
    users = [add_reader.add_reader(f"r{n}", password_hash=None, now=NOW).id for n in range(size)]
    number = inbox.broadcast(now=NOW + timedelta(minutes=1))
    for user in users:
        actions.act(user, "read", [number], LATER)
    db.session.expire_all()
    with inbox.statements() as seen:
        assert edit(number, title="Corrected") == ["title"]
    assert len(seen) == 5  # the audit entry is one of them
    for user in users:
        (row,) = inbox.rows(user, LATER)
        assert (row.title, row.read_at) == ("Corrected", LATER)


def test_without_notify_again_what_was_dismissed_stays_so(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    actions.act(priya, "dismiss", [number], NOW)
    edit(number, body="More words")
    assert inbox.ids(priya, LATER) == []
    assert inbox.rows(priya, LATER, "dismissed")[0].body == "More words"


def test_notify_again_makes_it_unread_and_new_and_no_old_undo_takes_it_back(
    in_app: Flask, priya: int, bystander: int
) -> None:
    number, other = inbox.broadcast(), inbox.broadcast()
    done = actions.act(priya, "dismiss", [number, other], NOW)
    assert edit(number, again=True) == []
    assert inbox.ids(priya, LATER) == [number]
    assert inbox.ids(bystander, LATER) == [number, other]
    assert {row.arrives_at for row in inbox.rows(bystander, LATER)} == {LATER, NOW}
    outcome = undo.undo(priya, done.stamp, LATER)
    assert (outcome.count, outcome.skipped) == (1, 1)
    assert inbox.count(priya, LATER) == 2


def test_what_sleeps_is_told_when_it_was_wanted(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    actions.act(priya, "snooze", [number], NOW, until=LATER + HOUR)
    edit(number, again=True, title="Corrected")
    assert inbox.ids(priya, LATER) == []
    assert inbox.rows(priya, LATER + HOUR)[0].title == "Corrected"


def test_what_sleeps_is_told_even_where_it_was_dismissed_and_no_old_undo_swallows_it(
    in_app: Flask, priya: int, bystander: int
) -> None:
    number, other = inbox.broadcast(), inbox.broadcast()
    both = [number, other]
    for user in (priya, bystander):
        actions.act(user, "read", both, NOW)
        slept = actions.act(user, "snooze", both, NOW, until=LATER + HOUR)
    actions.act(priya, "dismiss", both, NOW)
    edit(number, again=True)
    assert inbox.ids(priya, LATER, "snoozed") == [number]
    assert inbox.ids(priya, LATER, "dismissed") == [other]
    (row,) = inbox.rows(priya, LATER + HOUR, "unread")
    assert (row.id, row.arrives_at) == (number, LATER + HOUR)

    undone = undo.undo(bystander, slept.stamp, LATER)
    assert (undone.count, undone.skipped) == (1, 1)
    assert inbox.ids(bystander, LATER, "snoozed") == [number]
    # Woken by hand it came when it was said again.
    actions.act(bystander, "unsnooze", [number], LATER)
    assert inbox.ids(bystander, LATER) == [number, other]
    assert inbox.one(bystander, number, LATER).arrives_at == LATER


def test_what_is_to_come_comes_when_it_was_to(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(arrives_at=LATER + HOUR)
    named = inbox.notify(priya, arrives_at=LATER + HOUR)
    for one in (number, named):
        edit(one, again=True, title="Corrected")
    assert inbox.ids(priya, LATER) == []
    assert inbox.ids(priya, LATER + HOUR) == [named, number]


def test_an_all_of_before_the_edit_leaves_it_alone(in_app: Flask, priya: int) -> None:
    number, other = inbox.broadcast(), inbox.broadcast()
    page = inbox.everything(priya)
    edit(number, title="Corrected")
    assert actions.act(priya, "dismiss", page, LATER).count == 1
    assert inbox.ids(priya, LATER) == [number]
    assert inbox.ids(priya, LATER, "dismissed") == [other]


def test_a_later_end_brings_it_back_and_no_end_keeps_it(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(expires_at=NOW + timedelta(minutes=5))
    assert inbox.ids(priya, LATER) == []
    assert edit(number, expires_at=LATER + HOUR) == ["expires_at"]
    assert inbox.ids(priya, LATER) == [number]
    assert inbox.ids(priya, LATER + HOUR) == []
    edit(number, LATER + HOUR, expires_at=None)
    assert inbox.ids(priya, LATER + 9 * HOUR) == [number]


def test_what_becomes_a_banner_is_one_for_those_who_came_since_too(
    in_app: Flask, priya: int
) -> None:
    number = inbox.broadcast()
    zoe = add_reader.add_reader("zoe", password_hash=None, now=NOW + HOUR / 2).id
    assert inbox.ids(zoe, LATER) == []
    assert edit(number, is_banner=True) == ["is_banner"]
    for user in (priya, zoe):
        assert inbox.tops(user, LATER) == [number]
        assert inbox.ids(user, LATER) == [number]
    assert inbox.rows(priya, LATER)[0].arrives_at == NOW
    edit(number, is_banner=False)
    assert inbox.tops(zoe, LATER) == []
    assert inbox.ids(zoe, LATER) == [number]


def test_all_releases_are_kept_in_step(in_app: Flask) -> None:
    number = inbox.broadcast(local_at=NOW.replace(tzinfo=None))
    edit(number, is_banner=True, expires_at=LATER + timedelta(days=3))
    copies = sa.select(Release.is_banner, Release.expires_at).distinct()
    (one,) = db.session.execute(copies).all()
    assert one == (True, LATER + timedelta(days=3))


def test_nothing_to_change_changes_nothing(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    assert edit(number) == []
    assert edited_at(number) is None
    assert edit(number, title="Corrected") == ["title"]
    assert edited_at(number) == LATER


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"expires_at": LATER}, BadTime),
        ({"expires_at": NOW}, BadTime),
    ],
)
def test_an_end_in_the_past_is_refused(
    in_app: Flask, wanted: dict[str, Any], error: type[Exception]
) -> None:
    number = inbox.broadcast()
    with pytest.raises(error):
        edit(number, **wanted)


def test_an_end_before_the_last_of_them_has_it_is_refused(in_app: Flask) -> None:
    number = inbox.broadcast(local_at=(NOW + HOUR).replace(tzinfo=None))
    with pytest.raises(BadTime, match="before it starts"):
        edit(number, expires_at=NOW + 3 * HOUR)


def test_what_went_to_named_people_is_edited_but_no_banner(
    in_app: Flask, priya: int, bystander: int
) -> None:
    number = inbox.notify(priya)
    assert edit(number, title="Corrected") == ["title"]
    assert inbox.rows(priya, LATER)[0].title == "Corrected"
    with pytest.raises(BadInput, match="banner"):
        edit(number, is_banner=True)
    assert inbox.ids(bystander, LATER) == []


def test_what_is_recalled_or_not_there_is_not_edited(in_app: Flask) -> None:
    number = inbox.broadcast()
    inbox.recall(number)
    with pytest.raises(Refused, match="was recalled"):
        edit(number, title="Corrected")
    with pytest.raises(NotFound):
        edit(99, title="Corrected")


def test_making_it_unread_again_makes_no_delivery(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast()
    edit(number, again=True)
    assert inbox.how_many(Delivery) == 0
