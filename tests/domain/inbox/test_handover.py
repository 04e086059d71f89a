"""A reader comes, or their channels change: nothing seen vanishes, nothing comes twice."""

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import actions, change_role, change_timezone, undo
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR

MUCH_LATER = LATER + HOUR


def there_and_back(user: int, kind: str) -> None:
    """Two changes an hour apart, the second the opposite of the first."""
    if kind == "zone":
        change_timezone.set_timezone(user, "Asia/Tokyo", LATER)
        change_timezone.set_timezone(user, "UTC", MUCH_LATER)
    elif kind == "admin":
        change_role.revoke_admin(user, LATER)
        change_role.grant_admin(user, MUCH_LATER)
    else:
        change_role.grant_admin(user, LATER)
        change_role.revoke_admin(user, MUCH_LATER)


@pytest.mark.parametrize(("who", "kind"), [("ada", "zone"), ("ada", "admin"), ("priya", "reader")])
def test_there_and_back_nothing_vanishes_or_doubles(
    in_app: Flask, ada: int, priya: int, bystander: int, who: str, kind: str
) -> None:
    user = {"ada": ada, "priya": priya}[who]
    for channel in ("everyone", "role:admin"):
        for banner in (False, True):
            inbox.broadcast(channel, is_banner=banner)
    inbox.notify(user, bystander)
    dismissed = inbox.broadcast()
    actions.act(user, "dismiss", [dismissed], NOW)
    actions.act(user, "read", inbox.ids(user)[:1], NOW)
    before = {tab: inbox.ids(user, tab=tab) for tab in inbox.TABS}
    others = inbox.kept(bystander)
    there_and_back(user, kind)
    if who == "priya":  # as an administrator she was handed the banner of the administrators
        handed = inbox.rows(user, MUCH_LATER)[0]
        assert (handed.is_banner, handed.arrives_at) == (True, LATER)
        actions.act(user, "dismiss", [handed.id], MUCH_LATER)
        assert inbox.ids(user, MUCH_LATER, "dismissed") == [handed.id, dismissed]
        del before["dismissed"]
    for tab, numbers in before.items():
        assert inbox.ids(user, MUCH_LATER, tab) == numbers
    assert inbox.kept(bystander) == others


def test_a_banner_stands_on_top_until_dismissed_and_again_when_restored(
    in_app: Flask, priya: int
) -> None:
    banner = inbox.broadcast(is_banner=True)
    assert inbox.tops(priya) == [banner]
    actions.act(priya, "read", [banner], NOW)
    assert inbox.tops(priya) == [banner]
    dismissed = actions.act(priya, "dismiss", [banner], NOW)
    assert inbox.tops(priya) == []
    undo.undo(priya, dismissed.stamp, NOW)
    assert inbox.tops(priya) == [banner]


def test_a_banner_has_no_floor(in_app: Flask, priya: int, bystander: int) -> None:
    banner = inbox.broadcast(is_banner=True)
    db.session.execute(sa.update(User).values(inbox_since=LATER))
    assert inbox.ids(priya, LATER) == []
    assert inbox.tops(priya, LATER) == [banner]
    assert inbox.one(priya, banner, LATER) is not None
    assert actions.act(priya, "dismiss", [banner], LATER).count == 1
    assert inbox.tops(priya, LATER) == []
    assert inbox.tops(bystander, LATER) == [banner]


def test_a_banner_above_which_the_inbox_begins_is_kept_on_the_way_out(
    in_app: Flask, ada: int
) -> None:
    banner = inbox.broadcast("role:admin", is_banner=True)
    db.session.execute(sa.update(User).values(inbox_since=LATER))  # as pruning does
    assert inbox.tops(ada, LATER) == [banner]
    change_role.revoke_admin(ada, LATER)
    assert inbox.one(ada, banner, LATER) is not None


def test_banners_stand_newest_first_and_not_before_their_time(in_app: Flask, priya: int) -> None:
    later = inbox.broadcast(is_banner=True, arrives_at=LATER)
    first, second = (inbox.broadcast(is_banner=True) for _ in range(2))
    assert inbox.tops(priya) == [second, first]
    assert inbox.tops(priya, LATER) == [later, second, first]


def test_an_all_of_before_a_change_leaves_what_the_change_brought(
    in_app: Flask, priya: int
) -> None:
    seen = inbox.broadcast()
    brought = inbox.broadcast("role:admin", is_banner=True)
    page = inbox.everything(priya, now=LATER)
    change_role.grant_admin(priya, LATER)  # while the clock stands
    assert actions.act(priya, "dismiss", page, LATER).count == 1
    assert inbox.ids(priya, LATER) == [brought]
    assert inbox.ids(priya, LATER, "dismissed") == [seen]
