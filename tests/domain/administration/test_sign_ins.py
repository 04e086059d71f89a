"""Sign-ins in the audit log, and the notifications about them."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import NotFound
from notifications_app.domain.accounts import actions, passwords, queries
from notifications_app.domain.administration import accounts, sign_ins
from notifications_app.domain.audit import queries as audit
from notifications_app.domain.inbox.models import Notification
from tests.support import inbox
from tests.support.moments import HOUR, NOW

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
HOME = "203.0.113.7"


def load(user_id: int) -> Any:
    return queries.credentials_by_id(db.session.connection(), user_id)


def begin(user: Any, now: Any = NOW, *, address: str = HOME, known: bool = False) -> str | None:
    client = sign_ins.Client(address, FIREFOX, known)
    return sign_ins.begin(user, client, keep=False, now=now)


def titles(user_id: int) -> list[str]:
    found = inbox.ids(user_id, NOW + timedelta(days=9))
    return [db.session.get_one(Notification, number).title for number in found]


def entries() -> list[tuple[str, str, str, dict[str, Any]]]:
    found = audit.newest(db.session.connection(), 50)
    return [(one.action, one.subject, one.who, one.detail) for one in reversed(found)]


def test_a_new_browser_is_told_but_for_the_first_sign_in(
    in_app: Flask, priya: int, bystander: int
) -> None:
    user = load(priya)
    assert begin(user)
    assert titles(priya) == []
    assert begin(user, NOW + HOUR)  # the same browser at the same address
    assert begin(user, NOW + HOUR, address="203.0.113.8", known=True)
    assert titles(priya) == []
    assert begin(user, NOW + HOUR, address="203.0.113.9")
    assert titles(priya) == ["New sign-in: Firefox on Linux"]
    assert begin(user, NOW + timedelta(days=2), address="203.0.113.9")
    assert len(titles(priya)) == 2
    assert titles(bystander) == []
    assert entries()[0] == (
        "user.signed-in", "user priya", "priya",
        {"browser": "Firefox on Linux", "address": HOME, "new_browser": True},
    )  # fmt: skip


def test_a_sign_in_after_all_were_ended_is_not_the_first(in_app: Flask, priya: int) -> None:
    user = load(priya)
    begin(user)
    actions.end_all(priya)
    begin(user, address="203.0.113.9")
    assert len(titles(priya)) == 1


def test_an_account_that_others_changed_has_its_first_sign_in_ahead(
    in_app: Flask, ada: int, priya: int
) -> None:
    accounts.grant_admin(load(priya), actor_id=ada, now=NOW)  # takes a stamp of the reader's
    assert load(priya).last_stamp
    begin(load(priya))
    assert titles(priya) == ["You are now an administrator"]


def test_an_account_that_changed_meanwhile_leaves_no_entry(in_app: Flask, priya: int) -> None:
    user = load(priya)
    actions.set_password(priya, passwords.hash_password("another password"))
    assert begin(user) is None
    assert entries() == []


def test_failures_are_one_entry_for_each_account_address_and_hour(in_app: Flask) -> None:
    for minutes in range(0, 100, 10):  # from 13:00 to 14:30
        sign_ins.record_failure("priya", HOME, NOW + timedelta(minutes=minutes))
    sign_ins.record_failure("priya", "203.0.113.8", NOW)
    sign_ins.record_failure(None, HOME, NOW)
    sign_ins.record_failure(None, HOME, NOW)
    failed = "user.sign-in-failed"
    assert entries() == [
        (failed, "user priya", "not signed in", {"address": HOME, "attempts": 6}),
        (failed, "user priya", "not signed in", {"address": HOME, "attempts": 4}),
        (failed, "user priya", "not signed in", {"address": "203.0.113.8", "attempts": 1}),
        (failed, f"address {HOME}", "not signed in", {"address": HOME, "attempts": 2}),
    ]


def test_own_sign_outs_are_noted_and_not_told(in_app: Flask, priya: int) -> None:
    user = load(priya)
    hashes = [queries.token_hash(begin(user) or "") for _browser in range(4)]
    assert sign_ins.sign_out(priya, "priya", hashes[0], now=NOW)
    assert not sign_ins.sign_out(priya, "priya", hashes[0], now=NOW)
    assert sign_ins.sign_out_others(priya, "priya", hashes[1], now=NOW) == 2
    assert sign_ins.sign_out_others(priya, "priya", hashes[1], now=NOW) == 0
    assert [(one[0], one[2], one[3]) for one in entries()[4:]] == [
        ("user.signed-out", "priya", {"browsers": 1}),
        ("user.signed-out", "priya", {"browsers": 2}),
    ]
    assert titles(priya) == []


def test_an_administrator_ends_one_or_all_and_the_person_is_told(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    user, other = load(priya), load(bystander)
    hashes = [queries.token_hash(begin(user) or "") for _browser in range(3)]
    theirs = queries.token_hash(begin(other) or "")
    one = queries.sign_in_id(hashes[0])
    assert len(one) < 20
    sign_ins.end_one(user, one, actor_id=ada, now=NOW)
    for wrong in (one, queries.sign_in_id(theirs), hashes[1], "%", "", "é" * 12):
        with pytest.raises(NotFound, match="already signed out"):
            sign_ins.end_one(user, wrong, actor_id=ada, now=NOW)
    assert titles(priya) == ["An administrator signed you out"]
    assert sign_ins.end_all(user, actor_id=None, now=NOW) == 2
    assert sign_ins.end_all(user, actor_id=None, now=NOW) == 0
    assert [(one[0], one[2], one[3]) for one in entries()[4:]] == [
        ("user.sign-ins-ended", "ada", {"browsers": 1}),
        ("user.sign-ins-ended", "command line", {"browsers": 2}),
    ]
    assert len(titles(priya)) == 2
    assert titles(bystander) == []
    assert actions.end(bystander, theirs)


def test_idle_sign_ins_are_ended_and_not_counted(in_app: Flask, priya: int) -> None:
    user = load(priya)
    begin(user)
    assert sign_ins.end_all(user, actor_id=None, now=NOW + 9 * HOUR) == 0
    assert titles(priya) == []
    assert actions.end_all(priya) == 0


def test_changes_by_an_administrator_are_told_once(in_app: Flask, ada: int, priya: int) -> None:
    user, by = load(priya), dict[str, Any](actor_id=ada, now=NOW)
    accounts.set_password(user, "hash", **by)
    accounts.make_reset_token(user, ["key"], **by)
    accounts.grant_admin(user, **by)
    accounts.grant_admin(user, **by)
    accounts.revoke_admin(user, **by)
    accounts.set_active(user, active=False, **by)
    db.session.commit()
    accounts.set_active(load(priya), active=True, **by)
    assert titles(priya) == [
        "Your account is active again",
        "You are no longer an administrator",
        "You are now an administrator",
        "A reset link was created for your account",
        "An administrator changed your password",
    ]
    assert titles(ada) == []


def test_own_changes_of_the_password_are_told(in_app: Flask, priya: int) -> None:
    user = load(priya)
    accounts.use_reset_link(user, "one", address=HOME, now=NOW)
    sign_ins.change_own_password(priya, "two", but="", now=NOW)
    assert titles(priya) == [
        "Your password was changed",
        "Your password was changed with a reset link",
    ]
    assert [one[:3] for one in entries()] == [("user.reset-link-used", "user priya", "priya")]


def test_an_account_without_a_password_is_told_nothing_of_it(in_app: Flask, ada: int) -> None:
    by: dict[str, Any] = {"actor_id": ada, "now": NOW}
    made = accounts.create_account("grace", password_hash=None, **by)
    accounts.make_reset_token(made, ["key"], **by)
    db.session.commit()
    grace = load(made.id)
    accounts.use_reset_link(grace, "hash", address=HOME, now=NOW)
    assert titles(grace.id) == []
