"""Accounts changed by an administrator: the last one stays, and a deletion leaves no row behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db, reading
from notifications_app.core.errors import Refused
from notifications_app.domain.accounts import actions, queries
from notifications_app.domain.accounts.models import SignIn, User
from notifications_app.domain.administration import accounts
from notifications_app.domain.audit import queries as audit
from notifications_app.domain.broadcasts import sending
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.content import check
from notifications_app.domain.inbox.models import Delivery, Notification
from tests.support.moments import NOON
from tests.support.people import add_user

Change = Callable[..., Any]


def deactivate(user: Any, **more: Any) -> None:
    accounts.set_active(user, active=False, **more)


CHANGES = [deactivate, accounts.revoke_admin, accounts.delete_account]


def load(user_id: int) -> Any:
    with reading() as connection:
        return queries.credentials_by_id(connection, user_id)


@pytest.mark.parametrize("change", CHANGES)
def test_the_last_active_administrator_stays(app: Flask, change: Change) -> None:
    ada = add_user(app, "ada", is_admin=True)
    grace = add_user(app, "grace", is_admin=True)
    add_user(app, "priya")
    with app.app_context():
        actions.set_active(grace, active=False)
        db.session.commit()
        with pytest.raises(Refused, match="“ada” is the last active administrator"):
            change(load(ada), actor_id=ada, now=NOON)
        db.session.rollback()
        actions.set_active(grace, active=True)
        change(load(ada), actor_id=grace, now=NOON)
        db.session.commit()


@pytest.mark.parametrize("change", CHANGES)
def test_of_two_last_administrators_at_once_one_stays(app: Flask, change: Change) -> None:
    people = [add_user(app, name, is_admin=True) for name in ("ada", "grace")]
    start = Barrier(2)

    def run(user_id: int) -> bool:
        with app.app_context():
            user = load(user_id)
            start.wait(timeout=30)
            try:
                change(user, actor_id=None, now=NOON)
            except Refused:
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(run, people)) == [False, True]
    with app.app_context():
        left = sa.select(sa.func.count()).where(User.is_admin, User.is_active)
        assert db.session.execute(left).scalar_one() == 1


def test_a_deleted_account_leaves_what_it_sent_and_its_name_in_the_log(app: Flask) -> None:
    ada = add_user(app, "ada", is_admin=True)
    grace, noor = add_user(app, "grace", is_admin=True), add_user(app, "noor")
    with app.app_context():
        sending.broadcast("everyone", check("News"), NOON, SendOptions(sender_id=grace))
        sending.notify([grace, noor], check("Hello"), NOON)
        actions.sign_in(load(grace), address="", user_agent="", keep=False, now=NOON)
        accounts.grant_admin(load(noor), actor_id=grace, now=NOON)
        db.session.commit()
        accounts.delete_account(load(grace), actor_id=ada, now=NOON)
        db.session.commit()
        assert load(grace) is None
        for model in (SignIn, Delivery):
            rows = sa.select(sa.func.count()).where(model.user_id == grace)
            assert db.session.execute(rows).scalar_one() == 0
        kept = sa.select(sa.func.count()).where(Delivery.user_id == noor)
        assert db.session.execute(kept).scalar_one() >= 1
        sender = sa.select(Notification.sender_id).where(Notification.title == "News")
        assert db.session.execute(sender).scalar_one() is None
        with reading() as connection:
            entries = {entry.action: entry for entry in audit.newest(connection, 9)}
    assert entries["user.admin-granted"].who == "grace"
    assert (entries["user.deleted"].who, entries["user.deleted"].subject) == ("ada", "user grace")
