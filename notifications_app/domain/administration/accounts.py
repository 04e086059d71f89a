"""Changes to accounts by an administrator; each adds its audit entry and tells the person.

An account without a password is told nothing about it: nobody has signed in there.

``actor_id`` is the administrator; None is the command line. Moments are aware. A user is a row
of :func:`accounts.queries.credentials` or :func:`accounts.directory.one`. Nothing here commits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from ...core import clock
from ...core.database import db
from ...core.errors import Refused
from ..accounts import actions, password_resets
from ..accounts.models import User
from ..audit.actions import add_entry, keep_actor_name
from ..inbox.add_reader import add_reader
from ..inbox.change_role import grant_admin as grant
from ..inbox.change_role import revoke_admin as revoke
from ..inbox.change_timezone import set_timezone as change_timezone
from . import security_notices


def create_account(username: str, *, actor_id: int | None, now: datetime, **account: Any) -> User:
    """Create an account and deliver the live banners to it.

    ``account`` are the arguments of :func:`accounts.actions.create`, which also names the errors
    raised.
    """
    user = add_reader(username, now=now, **account)
    detail = {"admin": user.is_admin, "zone": user.timezone}
    _add_entry("user.created", user.username, actor_id, now, **detail)
    return user


def set_password(user: Row[Any], password_hash: str, *, actor_id: int | None, now: datetime) -> int:
    """Set a password and end every sign-in of the account; return how many ended."""
    ended = actions.set_password(user.id, password_hash)
    _add_entry("user.password-set", user.username, actor_id, now, sign_ins_ended=ended)
    if user.password_hash:
        security_notices.password_set(user.id, actor_id=actor_id, now=now)
    return ended


def set_timezone(user: Row[Any], timezone: str, *, actor_id: int | None, now: datetime) -> str:
    """Set the time zone of an account; return the zone's IANA name.

    Raises:
        UnknownZone: if there is no zone of that name.
    """
    zone = clock.zone_name(timezone)
    change_timezone(user.id, zone, now)
    if zone != user.timezone:
        _add_entry("user.zone-set", user.username, actor_id, now, zone=zone, before=user.timezone)
    return zone


def set_active(user: Row[Any], *, active: bool, actor_id: int | None, now: datetime) -> int | None:
    """Let an account sign in again, or lock it and end its sign-ins.

    Returns:
        The number of sign-ins that ended; None if the account is in that state already.

    Raises:
        Refused: for the last active administrator.
    """
    if user.is_active == active:
        return None
    if not active:
        _check_not_last_admin(user)
    ended = actions.set_active(user.id, active=active)
    if active:
        _add_entry("user.activated", user.username, actor_id, now)
        security_notices.activated(user.id, actor_id=actor_id, now=now)
    else:
        _add_entry("user.deactivated", user.username, actor_id, now, sign_ins_ended=ended)
    return ended


def grant_admin(user: Row[Any], *, actor_id: int | None, now: datetime) -> bool:
    """Make the user an administrator from now on; return False if they are one already.

    Raises:
        NotFound: if there is no such account.
    """
    changed = grant(user.id, now)
    if changed:
        _add_entry("user.admin-granted", user.username, actor_id, now)
        security_notices.role_changed(user.id, is_admin=True, actor_id=actor_id, now=now)
    return changed


def revoke_admin(user: Row[Any], *, actor_id: int | None, now: datetime) -> bool:
    """Make an administrator an ordinary user; return False if they are one already.

    Raises:
        NotFound: if there is no such account.
        Refused: for the last active administrator.
    """
    _check_not_last_admin(user)
    changed = revoke(user.id, now)
    if changed:
        _add_entry("user.admin-revoked", user.username, actor_id, now)
        security_notices.role_changed(user.id, is_admin=False, actor_id=actor_id, now=now)
    return changed


def delete_account(user: Row[Any], *, actor_id: int | None, now: datetime) -> None:
    """Delete an account with its inbox, sign-ins and memberships.

    Notifications that it sent stay, from the system. The audit log keeps its name. Raises Refused
    for the last active administrator, and NotFound if the account is gone.
    """
    _check_not_last_admin(user)
    keep_actor_name(user.id, user.username)
    actions.delete(user.id)
    actor_id = None if actor_id == user.id else actor_id
    _add_entry("user.deleted", user.username, actor_id, now)


def _check_not_last_admin(user: Row[Any]) -> None:
    """Raise Refused for the last active administrator.

    The rows are locked first: of two administrators who are demoted at once, the second waits for
    the first and is counted afterwards. On SQLite the transaction holds the only lock.
    """
    admins = select(User.id).where(User.is_admin, User.is_active).order_by(User.id)
    if set(db.session.execute(admins.with_for_update()).scalars()) == {user.id}:
        raise Refused(
            f"“{user.username}” is the last active administrator. Make someone else an"
            " administrator first."
        )


def check_may_reset(user: Row[Any] | User) -> None:
    """Raise Refused for an inactive account: its link would not work."""
    if not user.is_active:
        raise Refused(f"“{user.username}” is inactive. Activate the account first.")


def make_reset_token(
    user: Row[Any] | User, keys: list[str], *, actor_id: int | None, now: datetime
) -> str:
    """Make the token of a one-time link for choosing a new password, valid for 24 hours.

    ``keys`` are the signing keys, the newest last.

    Raises:
        Refused: if the account is inactive.
    """
    check_may_reset(user)
    _add_entry("user.reset-link-made", user.username, actor_id, now)
    if user.password_hash:
        security_notices.reset_link_made(user.id, actor_id=actor_id, now=now)
    return password_resets.token(keys, user)


def use_reset_link(user: Row[Any], password_hash: str, *, address: str, now: datetime) -> None:
    """Set the password through a one-time link and end every sign-in.

    Raises:
        Refused: if the account changed since the link was checked.
    """
    password_resets.reset_password(user, password_hash)
    _add_entry("user.reset-link-used", user.username, user.id, now, address=address)
    if user.password_hash:
        security_notices.reset_link_used(user.id, address=address, now=now)


def _add_entry(
    action: str, username: str, actor_id: int | None, now: datetime, **detail: Any
) -> None:
    add_entry(action, f"user {username}", actor_id=actor_id, now=now, **detail)
