"""One-time links for setting a new password: signed, valid for 24 hours.

A link becomes invalid once the password changes, which makes it work only once, and once the
account is deactivated.
"""

import re
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Row, update

from ...core.database import table, write
from ...core.errors import Refused
from ...core.signing import SteadySigner
from .actions import end_all
from .models import User

_USER_ID = re.compile(r"[1-9][0-9]{0,8}")
#: How long a link is valid.
SECONDS = 24 * 3600


def _serializer(keys: list[str], user: Row[Any] | User) -> URLSafeTimedSerializer:
    # The salt makes the link invalid once the password or the version changes.
    version = f":{user.link_version}" if user.link_version else ""
    salt = f"reset:{user.password_hash or ''}{version}"
    return URLSafeTimedSerializer(keys, salt=salt, signer=SteadySigner)


def token(keys: list[str], user: Row[Any] | User) -> str:
    """Return the token of a one-time link; ``keys`` are the application's keys, the newest last."""
    return f"{user.id}.{_serializer(keys, user).dumps(user.id)}"


def user_id_of(words: str) -> int | None:
    """Return the user id that a token claims; check the token with :func:`is_good`."""
    user_id = words.partition(".")[0]
    return int(user_id) if _USER_ID.fullmatch(user_id) else None


def is_good(keys: list[str], words: str, user: Row[Any]) -> bool:
    """Return whether a token is genuine, at most 24 hours old, and the password unchanged since."""
    try:
        signed = words.partition(".")[2]
        user_id = _serializer(keys, user).loads(signed, max_age=SECONDS)
    except BadSignature:
        return False
    return bool(user_id == user.id and user.is_active)


def reset_password(user: Row[Any], password_hash: str) -> None:
    """Set the password through a one-time link and end every sign-in.

    Raises:
        Refused: if the account changed since the link was checked.
    """
    is_unchanged = User.password_hash.is_not_distinct_from(user.password_hash)
    is_unvoided = User.link_version == user.link_version
    statement = update(table(User)).where(
        User.id == user.id, User.is_active, is_unchanged, is_unvoided
    )
    if not write(statement.values(password_hash=password_hash)):
        raise Refused("This link was already used. Ask for a new one.")
    end_all(user.id)
