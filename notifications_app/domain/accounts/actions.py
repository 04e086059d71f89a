"""What changes an account: making it, its password, where it is signed in.

Passwords arrive here hashed. Nothing here commits.
"""

import re
import secrets
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Row, delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from ...core import clock
from ...core.database import db, table, write
from ...core.errors import AlreadyTaken, BadInput, NotFound
from ...core.text import check_line
from .models import EMAIL_MAX, NAME_MAX, USERNAME_MAX, SignIn, User
from .queries import ABSOLUTE, ABSOLUTE_KEPT, token_hash

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


def check_username(name: str) -> str:
    """The name in lower case; raises :class:`BadInput` where it is no username."""
    name = name.strip().lower()
    if not _USERNAME.fullmatch(name) or len(name) > USERNAME_MAX:
        raise BadInput(
            f"A username has 1 to {USERNAME_MAX} letters a to z, digits, dots, dashes and"
            " underscores, and begins and ends with a letter or digit.",
            "username",
        )
    return name


def check_email(address: str | None) -> str | None:
    """The address in its normal form, or None; raises :class:`BadInput`."""
    if not address or not address.strip():
        return None
    try:
        normal = validate_email(
            address.strip(), check_deliverability=False, test_environment=True
        ).normalized
    except EmailNotValidError:
        raise BadInput("This is not an email address.", "email") from None
    if len(normal) > EMAIL_MAX:
        raise BadInput(f"An email address has at most {EMAIL_MAX} characters.", "email")
    return normal.lower()


def check_display_name(name: str) -> str:
    """One line of at most 80 characters; raises :class:`BadInput`."""
    return check_line(name, "display_name", "display name", NAME_MAX)


def create(
    username: str,
    *,
    password_hash: str | None,
    now: datetime,
    email: str | None = None,
    display_name: str = "",
    timezone: str = "UTC",
    is_admin: bool = False,
) -> User:
    """Make an account; ``inbox.moves.add_reader`` also hands it the live banners.

    Raises:
        BadInput: with the field that is wrong.
        Taken: where the username or the email address is somebody's already.
    """
    user = User(
        username=check_username(username),
        email=check_email(email),
        display_name=check_display_name(display_name),
        password_hash=password_hash,
        timezone=clock.zone_name(timezone),
        is_admin=is_admin,
        admin_since=now if is_admin else None,
        is_active=True,
        inbox_since=now,
        created_at=now,
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        if "email" in str(error.orig):
            raise AlreadyTaken("This email address belongs to another account.", "email") from None
        raise AlreadyTaken(f"The username “{user.username}” is taken.", "username") from None
    return user


def set_display_name(user_id: int, name: str) -> None:
    """Change what others see; raises :class:`BadInput`."""
    _change(user_id, display_name=check_display_name(name))


def set_shortcuts(user_id: int, *, on: bool) -> None:
    """Switch the single-key shortcuts on or off."""
    _change(user_id, shortcuts=on)


def set_password(user_id: int, password_hash: str, *, but: str | None = None) -> int:
    """Change the password and end every sign-in, except the one with the hash ``but``.

    Returns how many sign-ins ended.
    """
    _change(user_id, password_hash=password_hash)
    return end_all(user_id, but=but)


def set_active(user_id: int, *, active: bool) -> int:
    """Let an account in, or lock it out and end its sign-ins; returns how many ended."""
    _change(user_id, is_active=active)
    return 0 if active else end_all(user_id)


def _change(user_id: int, **values: Any) -> None:
    if not write(update(table(User)).where(User.id == user_id).values(**values)):
        raise NotFound("There is no such account.")


def upgrade_hash(user_id: int, old: str, new: str) -> None:
    """Replace a hash of an older method, unless the password changed meanwhile."""
    write(
        update(table(User))
        .where(User.id == user_id, User.password_hash == old)
        .values(password_hash=new)
    )


def sign_in(
    user: Row[Any], *, address: str, user_agent: str, keep: bool, now: datetime
) -> str | None:
    """Begin a sign-in of the user whose password was checked; returns its token.

    None where the account was locked or its password changed since the check.
    """
    token = secrets.token_urlsafe(32)
    expires = now + (ABSOLUTE_KEPT if keep else ABSOLUTE)
    db.session.execute(
        delete(table(SignIn)).where(SignIn.user_id == user.id, SignIn.expires_at <= now)
    )
    moments = (literal(one, SignIn.created_at.type) for one in (now, now, expires))
    columns = ("token_hash", "user_id", "created_at", "last_seen_at", "expires_at")
    checked = select(
        literal(token_hash(token)),
        User.id,
        *moments,
        literal(address[:45]),
        literal(user_agent[:255]),
    ).where(User.id == user.id, User.is_active, User.password_hash == user.password_hash)
    made = write(insert(table(SignIn)).from_select([*columns, "address", "user_agent"], checked))
    return token if made else None


def end(user_id: int, hashed_token: str) -> bool:
    """End one sign-in of this user; whether there was one."""
    ended = write(
        delete(table(SignIn)).where(SignIn.user_id == user_id, SignIn.token_hash == hashed_token)
    )
    return bool(ended)


def end_all(user_id: int, *, but: str | None = None) -> int:
    """End every sign-in of this user, except the one with the hash ``but``; how many."""
    statement = delete(table(SignIn)).where(SignIn.user_id == user_id)
    if but is not None:
        statement = statement.where(SignIn.token_hash != but)
    return write(statement)


def touch(token: str, now: datetime) -> None:
    """Note that this sign-in was used now."""
    write(
        update(table(SignIn)).where(SignIn.token_hash == token_hash(token)).values(last_seen_at=now)
    )
