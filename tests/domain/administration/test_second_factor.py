"""Changes of a second factor: each is in the audit log, and its person is told."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import Refused, WrongCode
from notifications_app.core.signing import signing_keys
from notifications_app.domain.accounts import queries
from notifications_app.domain.accounts import second_factor as factor
from notifications_app.domain.administration import second_factor
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.inbox.models import Delivery, Notification
from tests.support.moments import NOON
from tests.support.second_factor import SECRET, code_at, stored, switch_on, wrong_code


def credentials(username: str = "priya") -> Any:
    found = queries.credentials(db.session.connection(), username)
    db.session.rollback()
    return found


def told(user_id: int) -> list[str]:
    """The titles of the person's notifications."""
    found = sa.select(Notification.title).join(Delivery).where(Delivery.user_id == user_id)
    return list(db.session.execute(found.order_by(Notification.id)).scalars())


def entries() -> list[tuple[str, str, int | None, str]]:
    found = sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.actor_id, AuditEntry.detail)
    return [tuple(row) for row in db.session.execute(found.order_by(AuditEntry.id))]


def test_its_person_is_told_of_each_change(in_app: Flask, priya: int, bystander: int) -> None:
    keys = signing_keys()
    codes = second_factor.switch_on(credentials(), SECRET, code_at(), keys, but="", now=NOON)
    db.session.commit()
    proof = factor.check_code(keys, credentials(), codes[0], NOON)
    second_factor.use_at_sign_in(credentials(), proof, now=NOON)
    db.session.commit()
    codes = second_factor.renew_recovery_codes(credentials(), codes[1], keys, now=NOON)
    db.session.commit()
    second_factor.switch_off(credentials(), codes[0], keys, now=NOON)
    db.session.commit()
    assert told(priya) == [
        "The second factor is on", "A recovery code was used to sign in",
        "New recovery codes were created", "The second factor is off",
    ]  # fmt: skip
    assert told(bystander) == []
    assert [one[0] for one in entries()] == [
        "user.second-factor-on", "user.recovery-code-used", "user.recovery-code-used",
        "user.recovery-codes-made", "user.recovery-code-used", "user.second-factor-off",
    ]  # fmt: skip
    assert {one[1:3] for one in entries()} == {("user priya", priya)}
    text = str(entries())
    assert not [one for one in [SECRET, *codes] if one in text]


@pytest.mark.parametrize("by_command", [True, False])
def test_a_reset_ends_the_sign_ins(
    app: Flask, ada: int, priya: int, bystander: int, by_command: bool
) -> None:
    switch_on(app, priya)
    switch_on(app, bystander)
    actor = None if by_command else ada
    with app.app_context():
        assert second_factor.reset(credentials(), actor_id=actor, now=NOON) == 0
        db.session.commit()
        assert second_factor.reset(credentials(), actor_id=actor, now=NOON) is None
        db.session.commit()
        assert told(priya) == ["Your second factor was removed"]
        detail = '{"sign_ins_ended": 0}'
        assert entries() == [("user.second-factor-reset", "user priya", actor, detail)]
    assert stored(app, priya) == (None, 0, 0)
    assert stored(app, bystander)[2] == 10


def test_refusals_write_nothing(app: Flask, priya: int) -> None:
    switch_on(app, priya)
    before = stored(app, priya)
    with app.app_context():
        user, keys = credentials(), signing_keys()
        with pytest.raises(WrongCode):
            second_factor.switch_off(user, wrong_code(), keys, now=NOON)
        with pytest.raises(Refused, match="already on"):
            second_factor.switch_on(user, SECRET, code_at(), keys, but="", now=NOON)
        assert entries() == []
    assert stored(app, priya) == before
