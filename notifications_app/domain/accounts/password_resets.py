"""One-time links to a new password: signed, for a day, void once the password changes."""

import re
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Row, update

from ...core.database import table, write
from ...core.errors import Refused
from .actions import end_all
from .models import User

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
SECONDS = 24 * 3600


def _serializer(keys: list[str], password_hash: str | None) -> URLSafeTimedSerializer:
    # The salt makes the link void once the password changes: it works one time.
    return URLSafeTimedSerializer(keys, salt=f"reset:{password_hash or ''}")


def token(keys: list[str], user_id: int, password_hash: str | None) -> str:
    """The token of a one-time link; ``keys`` are the application's, the newest last."""
    return f"{user_id}.{_serializer(keys, password_hash).dumps(user_id)}"


def user_id_of(words: str) -> int | None:
    """Whose link this says it is; to be checked by :func:`is_good`."""
    number = words.partition(".")[0]
    return int(number) if _NUMBER.fullmatch(number) else None


def is_good(keys: list[str], words: str, user: Row[Any]) -> bool:
    """Whether the link is whole, at most 24 hours old, and the password unchanged since."""
    try:
        signed = words.partition(".")[2]
        found = _serializer(keys, user.password_hash).loads(signed, max_age=SECONDS)
    except BadSignature:
        return False
    return bool(found == user.id and user.is_active)


def reset_password(user: Row[Any], password_hash: str) -> None:
    """Set the password by a one-time link and end every sign-in.

    Raises:
        Refused: where the account changed since the link was checked: it works one time.
    """
    same = User.password_hash.is_not_distinct_from(user.password_hash)
    statement = update(table(User)).where(User.id == user.id, User.is_active, same)
    if not write(statement.values(password_hash=password_hash)):
        raise Refused("This link was used meanwhile. Ask for another.")
    end_all(user.id)
