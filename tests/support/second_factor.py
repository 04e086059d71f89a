"""Accounts with a second factor, and the app that shows their codes."""

from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import encryption
from notifications_app.core.database import db
from notifications_app.core.signing import signing_keys
from notifications_app.domain.accounts import second_factor
from notifications_app.domain.accounts.models import RecoveryCode, User
from tests.support.moments import NOON

#: The secret of every second factor in tests: no page, file or log may show it.
SECRET = "CANARYSECRETOFTHETESTS5F2BCANARY"


def switch_on(app: Flask, user_id: int) -> list[str]:
    """Give somebody a second factor with :data:`SECRET`; returns the recovery codes."""
    with app.app_context():
        assert second_factor.switch_on(user_id, encryption.encrypt(signing_keys(), SECRET), 0)
        codes = second_factor.replace_recovery_codes(user_id)
        db.session.commit()
        return codes


def code_at(moment: datetime = NOON, secret: str = SECRET) -> str:
    """The code that the app shows at this moment."""
    return pyotp.TOTP(secret).at(moment)


def wrong_code(moment: datetime = NOON, secret: str = SECRET) -> str:
    """A code that is of no step near this moment."""
    app = pyotp.TOTP(secret)
    near = {app.at(moment + timedelta(seconds=30 * step)) for step in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


def stored(app: Flask, user_id: int) -> tuple[str | None, int, int]:
    """The encrypted secret, the step of the last code, and how many recovery codes are unused."""
    with app.app_context():
        found = sa.select(User.totp_secret, User.totp_last_step).where(User.id == user_id)
        secret, step = db.session.execute(found).one()
        unused = sa.select(sa.func.count()).where(
            RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
        )
        return secret, step, db.session.execute(unused).scalar_one()
