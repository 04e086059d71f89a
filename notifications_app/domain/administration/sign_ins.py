"""Sign-ins, begun and ended; each change adds its audit entry and tells the person where needed.

``actor_id`` is an administrator; None is the command line. Moments are aware. A user is a row of
:func:`accounts.queries.credentials` or :func:`accounts.directory.one`. Nothing here commits.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, select, update

from ...core.database import db, table, write
from ...core.errors import NotFound
from ...core.user_agents import browser_and_icon
from ..accounts import actions, queries
from ..accounts.models import SignIn
from ..audit.actions import add_entry, add_entry_of_stranger
from ..audit.models import AuditEntry
from ..audit.queries import SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT
from . import security_notices

#: The actor of a failed attempt.
NOBODY = "not signed in"
#: In this time, a browser is told of only once for each address.
_TOLD_ONCE_IN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Client:
    """A browser: its address, its User-Agent, and whether the account signed in there before."""

    address: str
    user_agent: str
    is_known: bool

    @property
    def browser(self) -> str:
        """The browser in words: ``Firefox on Linux``."""
        return browser_and_icon(self.user_agent)[0]


def begin(user: Row[Any], client: Client, *, keep: bool, now: datetime) -> str | None:
    """Begin a sign-in of a user whose password was checked; tell them of a new browser.

    Returns:
        The token, or None if the account was deactivated or its password changed since the check.
    """
    is_first = _is_first(user)
    token = actions.sign_in(
        user, address=client.address, user_agent=client.user_agent, keep=keep, now=now
    )
    if token is None:
        return None
    browser = client.browser
    detail: dict[str, Any] = {
        "browser": browser,
        "address": client.address,
        "new_browser": not client.is_known,
    }
    is_told = client.is_known or is_first or _was_told(user.id, detail, now)
    add_entry(SIGNED_IN, f"user {user.username}", actor_id=user.id, now=now, **detail)
    if not is_told:
        security_notices.new_browser(user.id, browser=browser, address=client.address, now=now)
    return token


def _is_first(user: Row[Any]) -> bool:
    """Return whether nobody has signed in to the account before."""
    entry = AuditEntry.actor_id == user.id, AuditEntry.action == SIGNED_IN
    traces = [exists().where(SignIn.user_id == user.id), exists().where(*entry)]
    return not any(db.session.execute(select(*traces)).one())


def _was_told(user_id: int, detail: dict[str, Any], now: datetime) -> bool:
    """Return whether this browser signed in to the account from this address a short time ago."""
    entry = exists().where(
        AuditEntry.actor_id == user_id,
        AuditEntry.action == SIGNED_IN,
        AuditEntry.at > now - _TOLD_ONCE_IN,
        AuditEntry.detail == json.dumps(detail, ensure_ascii=False),
    )
    return bool(db.session.execute(select(entry)).scalar_one())


def record_failure(username: str | None, address: str, now: datetime) -> None:
    """Count a failed attempt to sign in: one audit entry for each account, address and hour.

    ``username`` is None if there is no such account: a password is easily typed into its field.
    """
    subject = f"user {username}" if username else f"address {address}"
    hour = now.replace(minute=0, second=0, microsecond=0)
    entries = (
        select(AuditEntry.id, AuditEntry.detail)
        .where(
            AuditEntry.subject == subject,
            AuditEntry.action == SIGN_IN_FAILED,
            AuditEntry.at >= hour,
        )
        .order_by(AuditEntry.id)
        .with_for_update()
    )
    for row in db.session.execute(entries):
        detail = json.loads(row.detail)
        if detail["address"] == address:
            detail["attempts"] += 1
            changed = update(table(AuditEntry)).where(AuditEntry.id == row.id)
            write(changed.values(detail=json.dumps(detail, ensure_ascii=False)))
            return
    add_entry_of_stranger(SIGN_IN_FAILED, subject, NOBODY, now=now, address=address, attempts=1)


def sign_out(user_id: int, username: str, token_hash: str, *, now: datetime) -> bool:
    """End one of the user's own sign-ins; return whether it existed."""
    is_ended = actions.end(user_id, token_hash)
    if is_ended:
        add_entry(SIGNED_OUT, f"user {username}", actor_id=user_id, now=now, browsers=1)
    return is_ended


def sign_out_others(user_id: int, username: str, but: str, *, now: datetime) -> int:
    """End the user's own sign-ins except the one with the token hash ``but``; return how many."""
    ended = actions.end_all(user_id, but=but)
    if ended:
        add_entry(SIGNED_OUT, f"user {username}", actor_id=user_id, now=now, browsers=ended)
    return ended


def end_one(user: Row[Any], sign_in_id: str, *, actor_id: int | None, now: datetime) -> None:
    """End the sign-in of a user with this id of :func:`accounts.queries.sign_in_id`.

    Raises:
        NotFound: if there is no such sign-in.
    """
    ended = actions.end_by_id(user.id, sign_in_id)
    if not ended:
        raise NotFound("That browser was already signed out.")
    _ended(user, ended, actor_id, now)


def end_all(user: Row[Any], *, actor_id: int | None, now: datetime, but: str | None = None) -> int:
    """End every sign-in of a user; return the number of those that were within their limits.

    ``but`` is the token hash of one that stays.
    """
    live = queries.sign_ins(db.session.connection(), user.id, now)
    ended = len([row for row in live if row.token_hash != but])
    actions.end_all(user.id, but=but)
    if ended:
        _ended(user, ended, actor_id, now)
    return ended


def _ended(user: Row[Any], ended: int, actor_id: int | None, now: datetime) -> None:
    add_entry(
        "user.sign-ins-ended", f"user {user.username}", actor_id=actor_id, now=now, browsers=ended
    )
    if actor_id != user.id:
        security_notices.sign_ins_ended(user.id, ended, actor_id=actor_id, now=now)


def change_own_password(user_id: int, password_hash: str, *, but: str, now: datetime) -> None:
    """Change a user's own password, and end their sign-ins but the one with this token hash.

    Raises:
        NotFound: if there is no such account.
    """
    actions.set_password(user_id, password_hash, but=but)
    security_notices.password_changed(user_id, now=now)
