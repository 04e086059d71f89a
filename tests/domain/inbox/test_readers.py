"""A reader comes, or their channels change: nothing seen vanishes, nothing comes twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.core.errors import NotFound, UnknownZone
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import actions, add_reader, change_role, change_timezone, undo
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR
MUCH_LATER = LATER + HOUR


def newcomer(now: object = LATER, **account: object) -> int:
    return add_reader.add_reader("zoe", password_hash=None, now=now, **account).id


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


def test_what_an_administrator_saw_stays_after_a_demotion(in_app: Flask, ada: int) -> None:
    for_admins = inbox.broadcast("role:admin")
    in_half_a_minute = inbox.broadcast("role:admin", arrives_at=LATER + timedelta(seconds=30))
    in_an_hour = inbox.broadcast("role:admin", arrives_at=LATER + HOUR)
    assert change_role.revoke_admin(ada, LATER)
    assert inbox.ids(ada, LATER) == [for_admins]
    after = inbox.broadcast("role:admin", now=LATER)
    found = inbox.ids(ada, MUCH_LATER)
    assert found == [in_half_a_minute, for_admins]
    assert in_an_hour not in found
    assert after not in found
    assert actions.act(ada, "dismiss", found, MUCH_LATER).count == 2


def test_a_new_administrator_does_not_see_what_was_said_before(in_app: Flask, priya: int) -> None:
    inbox.broadcast("role:admin")
    assert change_role.grant_admin(priya, LATER)
    assert inbox.ids(priya, LATER) == []
    after = inbox.broadcast("role:admin", now=MUCH_LATER)
    assert inbox.ids(priya, MUCH_LATER) == [after]


def test_granting_or_revoking_again_changes_nothing(in_app: Flask, ada: int, priya: int) -> None:
    number = inbox.broadcast("role:admin")
    assert not change_role.grant_admin(ada, LATER)
    assert not change_role.revoke_admin(priya, LATER)
    assert inbox.ids(ada, LATER) == [number]
    since = sa.select(User.admin_since).where(User.id == ada)
    assert db.session.execute(since).scalar_one() < NOW


def test_a_newcomer_does_not_see_old_broadcasts(in_app: Flask, ada: int) -> None:
    inbox.broadcast()
    inbox.broadcast("role:admin")
    inbox.broadcast(now=NOW, arrives_at=LATER)  # at the very moment
    zoe = newcomer(is_admin=True)
    assert inbox.ids(zoe, MUCH_LATER) == []
    to_come = inbox.broadcast(now=MUCH_LATER)
    assert inbox.ids(zoe, MUCH_LATER) == [to_come]


def test_a_newcomer_gets_the_live_banners_arriving_now(in_app: Flask, ada: int) -> None:
    banner = inbox.broadcast(is_banner=True)
    inbox.broadcast(is_banner=True, expires_at=NOW + timedelta(minutes=1))
    recalled = inbox.broadcast(is_banner=True)
    inbox.recall(recalled, NOW)
    inbox.broadcast("role:admin", is_banner=True)
    to_come = inbox.broadcast(is_banner=True, arrives_at=MUCH_LATER)
    zoe = newcomer()
    (row,) = inbox.rows(zoe, LATER)
    assert (row.id, row.arrives_at, row.read_at) == (banner, LATER, None)
    assert inbox.tops(zoe, LATER) == [banner]
    assert inbox.count(zoe, LATER) == 1
    assert inbox.ids(zoe, MUCH_LATER) == [to_come, banner]


def test_a_new_administrator_gets_the_banners_of_the_administrators(
    in_app: Flask, priya: int
) -> None:
    banner = inbox.broadcast("role:admin", is_banner=True)
    assert inbox.tops(priya, LATER) == []
    change_role.grant_admin(priya, LATER)
    assert inbox.tops(priya, LATER) == inbox.ids(priya, LATER) == [banner]
    actions.act(priya, "dismiss", [banner], LATER)
    change_role.revoke_admin(priya, MUCH_LATER)
    change_role.grant_admin(priya, MUCH_LATER)
    assert inbox.tops(priya, MUCH_LATER) == inbox.ids(priya, MUCH_LATER) == []


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
