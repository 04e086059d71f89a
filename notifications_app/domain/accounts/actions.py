"""Changes of an account: its creation, settings, password and sign-ins.

Passwords are passed in hashed, because hashing must not happen inside a transaction. Nothing
here commits.
"""

import re
import secrets
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Row, insert, literal, select, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError

from ...core import clock
from ...core.database import db, table, write
from ...core.errors import AlreadyTaken, BadInput, NotFound
from ...core.text import check_line, name_key, refuse_invisible, trim
from . import search_texts
from .models import DENSITIES, EMAIL_MAX, NAME_MAX, USERNAME_MAX, SignIn, User
from .queries import ABSOLUTE, ABSOLUTE_KEPT, token_hash

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


def check_username(name: str) -> str:
    """Return the username in lower case.

    Raises:
        BadInput: with the field ``username``.
    """
    name = refuse_invisible(name_key(name), "username", "username")
    if not _USERNAME.fullmatch(name) or len(name) > USERNAME_MAX:
        raise BadInput(
            f"A username can have 1 to {USERNAME_MAX} letters a to z, digits, dots, dashes and"
            " underscores, and must begin and end with a letter or digit.",
            "username",
        )
    return name


def check_email(address: str | None) -> str | None:
    """Return the email address in its normal form, or None for an empty one.

    Raises:
        BadInput: with the field ``email``.
    """
    address = refuse_invisible(trim(address or ""), "email", "email address")
    if not address:
        return None
    try:
        normal = validate_email(
            address, check_deliverability=False, test_environment=True
        ).normalized
    except EmailNotValidError:
        raise BadInput("This is not an email address.", "email") from None
    if len(normal) > EMAIL_MAX:
        raise BadInput(f"An email address has at most {EMAIL_MAX} characters.", "email")
    return normal.lower()


def check_display_name(name: str) -> str:
    """Return the display name: one line of at most 80 characters, or none.

    Raises:
        BadInput: with the field ``display_name``.
    """
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
    """Create an account; use ``inbox.add_reader``, which also delivers the live banners.

    Raises:
        BadInput: with the field that is wrong; :class:`UnknownZone` for the time zone.
        AlreadyTaken: if another account has the username or the email address.
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


def set_display_name(user_id: int, name: str) -> str:
    """Change the name that others see; return it as stored.

    Raises:
        BadInput: with the field ``display_name``.
        NotFound: if there is no such account.
    """
    name = check_display_name(name)
    _change(user_id, display_name=name)
    search_texts.refresh(select(literal(user_id)))
    return name


def set_shortcuts(user_id: int, *, on: bool) -> None:
    """Switch the single-key shortcuts on or off; raise NotFound if there is no such account."""
    _change(user_id, shortcuts=on)


def set_density(user_id: int, density: str) -> None:
    """Choose the height of the rows in the inbox.

    Raises:
        BadInput: with the field ``density``, if there is no such density.
        NotFound: if there is no such account.
    """
    if density not in DENSITIES:
        raise BadInput("Choose comfortable or compact rows.", "density")
    _change(user_id, density=density)


def set_password(user_id: int, password_hash: str, *, but: str | None = None) -> int:
    """Change the password and end every sign-in, except the one with the token hash ``but``.

    Returns:
        The number of sign-ins ended.

    Raises:
        NotFound: if there is no such account.
    """
    _change(user_id, password_hash=password_hash)
    return end_all(user_id, but=but)


def set_active(user_id: int, *, active: bool) -> int:
    """Activate an account, or deactivate it, end its sign-ins and void its one-time links.

    Returns:
        The number of sign-ins ended.

    Raises:
        NotFound: if there is no such account.
    """
    if active:
        _change(user_id, is_active=True)
        return 0
    _change(user_id, is_active=False, link_version=User.link_version + 1)
    return end_all(user_id)


def delete(user_id: int) -> None:
    """Delete an account and the rows that are only its own; raise NotFound if it is gone.

    Use ``administration.delete_account``, which keeps an administrator and the audit log.
    """
    if not write(delete_rows(table(User)).where(User.id == user_id)):
        raise NotFound("There is no such account.")


def _change(user_id: int, **values: Any) -> None:
    if not write(update(table(User)).where(User.id == user_id).values(**values)):
        raise NotFound("There is no such account.")


def upgrade_hash(user_id: int, old: str, new: str) -> None:
    """Replace a hash made by an older method, unless the password has changed meanwhile."""
    write(
        update(table(User))
        .where(User.id == user_id, User.password_hash == old)
        .values(password_hash=new)
    )


def sign_in(
    user: Row[Any], *, address: str, user_agent: str, keep: bool, now: datetime
) -> str | None:
    """Begin a sign-in of a user whose password was checked, and delete the user's expired ones.

    Returns:
        The token, or None if the account was deactivated or its password changed since the check.
    """
    token = secrets.token_urlsafe(32)
    expires = now + (ABSOLUTE_KEPT if keep else ABSOLUTE)
    db.session.execute(
        delete_rows(table(SignIn)).where(SignIn.user_id == user.id, SignIn.expires_at <= now)
    )
    moments = (literal(moment, SignIn.created_at.type) for moment in (now, now, expires))
    columns = ("token_hash", "user_id", "created_at", "last_seen_at", "expires_at")
    # The account as it is now must still be the one whose password was checked.
    still_valid = select(
        literal(token_hash(token)),
        User.id,
        *moments,
        literal(address[:45]),
        literal(user_agent[:255]),
    ).where(User.id == user.id, User.is_active, User.password_hash == user.password_hash)
    is_begun = write(
        insert(table(SignIn)).from_select([*columns, "address", "user_agent"], still_valid)
    )
    return token if is_begun else None


def end(user_id: int, hashed_token: str) -> bool:
    """End one sign-in of this user; return whether it existed."""
    ended = write(
        delete_rows(table(SignIn)).where(
            SignIn.user_id == user_id, SignIn.token_hash == hashed_token
        )
    )
    return bool(ended)


def end_all(user_id: int, *, but: str | None = None) -> int:
    """End every sign-in of a user except the one with the token hash ``but``; return how many."""
    statement = delete_rows(table(SignIn)).where(SignIn.user_id == user_id)
    if but is not None:
        statement = statement.where(SignIn.token_hash != but)
    return write(statement)


def touch(token: str, now: datetime) -> None:
    """Record that a sign-in was used at this moment, for its idle limit."""
    write(
        update(table(SignIn)).where(SignIn.token_hash == token_hash(token)).values(last_seen_at=now)
    )
