"""A reader becomes an administrator, or is one no longer."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import actions, change_role
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR

MUCH_LATER = LATER + HOUR


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
