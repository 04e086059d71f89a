"""A sign-in whose password was right and whose code is still missing.

The session holds a signed token for ten minutes. It opens nothing: no row in ``sign_ins`` exists
yet. A changed password or a deactivation makes it void.
"""

from typing import Any

from flask import session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Row

from ...core.database import db, reading
from ...core.signing import SteadySigner, signing_keys
from ...domain.accounts import actions, passwords, queries
from .. import sessions

#: How long a code can be entered after the password, in seconds.
SECONDS = 600


def _serializer(password_hash: str | None, version: int) -> URLSafeTimedSerializer:
    salt = f"second factor:{password_hash}:{version}"
    return URLSafeTimedSerializer(signing_keys(), salt=salt, signer=SteadySigner)


def begin(user: Row[Any], password: str, *, keep: bool) -> None:
    """Remember in a new session that the password of this user was right."""
    password_hash = user.password_hash
    if passwords.is_old(password_hash, password):
        password_hash = passwords.hash_password(password)
        actions.upgrade_hash(user.id, user.password_hash, password_hash)
        db.session.commit()
    token = _serializer(password_hash, user.link_version).dumps([user.id, keep])
    sessions.renew()
    session[sessions.PENDING] = {"id": user.id, "username": user.username, "token": token}


def username() -> str:
    """Return the username that waits for its code, for the limits; empty if none does."""
    return str(session.get(sessions.PENDING, {}).get("username", ""))


def user_and_keep() -> tuple[Row[Any], bool] | None:
    """Return the user that waits for its code, and whether to keep the sign-in; else None."""
    pending = session.get(sessions.PENDING)
    if pending is None:
        return None
    with reading() as connection:
        user = queries.credentials_by_id(connection, pending["id"])
    if user is None or not user.is_active or user.totp_secret is None:
        return None
    serializer = _serializer(user.password_hash, user.link_version)
    try:
        user_id, keep = serializer.loads(pending["token"], max_age=SECONDS)
    except BadSignature:
        return None
    return (user, bool(keep)) if user_id == user.id else None


def forget() -> None:
    """Forget the sign-in that waits for its code."""
    session.pop(sessions.PENDING, None)
