"""Authentication: check a password, store the sign-in, start the session."""

from typing import Any

from flask import current_app, request, session
from flask_login import current_user, login_user
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput, UnknownZone
from ...core.logs import record
from ...domain.accounts import actions, passwords, queries
from .. import sessions
from ..cookies import cookie_name
from ..extensions import login_manager

#: Endpoints that do not count as use of a sign-in: pages request them by themselves.
NOT_PRESENCE = {None, "static", "web.healthz", "web.readyz", "web.metrics", "inbox.badge"}


def zone_cookie() -> str:
    """Return the name of the cookie that remembers that a zone was offered and declined."""
    return cookie_name("zone_kept")


@login_manager.user_loader
def load_reader(token: str) -> queries.Reader | None:
    """Return the reader behind a session's token; None once the sign-in has ended."""
    with reading() as connection:
        return queries.reader(connection, token, clock.now())


def touch_sign_in() -> None:
    """Record, at most once a minute, that this sign-in is in use; never fail the page."""
    if request.endpoint in NOT_PRESENCE or not current_user.is_authenticated:
        return
    now = clock.now()
    if (now - current_user.last_seen_at).total_seconds() < 60:
        return
    try:
        db.session.connection(execution_options={"lock_timeout": 0.2})
        actions.touch(current_user.token, now)
        db.session.commit()
    except (DBAPIError, PoolTimeout):
        current_app.logger.warning(
            "the last use of a sign-in was not recorded: the database is busy"
        )
    finally:
        db.session.remove()


def authenticate(username: str, password: str) -> Row[Any] | None:
    """Return the active account with this username and password, or None.

    One hash is computed whether the account exists or not, outside of any transaction.
    """
    try:
        name = actions.check_username(username)
    except BadInput:
        name = ""
    with reading() as connection:
        user = queries.credentials(connection, name)
    fits = passwords.matches(user.password_hash if user else None, password)
    if user is None or not fits or not user.is_active:
        # Log only names of accounts: a password is easily typed into the wrong field.
        who = user.username if user else None
        record("sign-in refused", username=who, address=request.remote_addr)
        return None
    return user


def start_session(user: Row[Any], password: str, *, keep: bool) -> bool:
    """Begin a sign-in and a new session; return False if the account changed meanwhile.

    ``keep``: the sign-in outlasts the browser's session.
    """
    now = clock.now()
    better = (
        passwords.hash_password(password)
        if passwords.is_old(user.password_hash, password)
        else None
    )
    with reading() as connection:
        before = queries.sign_ins(connection, user.id, now)
    agent = "".join(letter for letter in request.user_agent.string if letter.isprintable())
    token = actions.sign_in(
        user, address=request.remote_addr or "", user_agent=agent, keep=keep, now=now
    )
    if token is None:
        db.session.remove()  # do not hold the lock while the page is rendered
        return False
    if better is not None:
        actions.upgrade_hash(user.id, user.password_hash, better)
    db.session.commit()
    sessions.renew()
    session.permanent = keep
    seen = [row.last_seen_at for row in before]
    if user.last_stamp:  # signing out deletes the row, so the last action counts too
        seen.append(clock.from_micros(user.last_stamp))
    if seen:
        session[sessions.LAST_VISIT] = clock.iso(max(seen))
    login_user(load_reader(token))
    record("signed in", username=user.username, address=request.remote_addr)
    return True


def sign_out_reason(*, was_sent_here: bool) -> str:
    """Return a sentence on why this browser is not signed in; empty if it never was.

    ``was_sent_here``: another page was asked for. Else, a sign-out in this browser needs no words.
    """
    token = session.get("_user_id")
    if token is None:
        has_signed_out = was_sent_here and session.get(sessions.SIGNED_OUT)
        return "You signed out in this browser." if has_signed_out else ""
    with reading() as connection:
        limit = queries.ended_by_limit(connection, token, clock.now())
    if limit is None:
        return (
            "You were signed out: your session expired, was ended from another browser, or the"
            " password was changed."
        )
    words = clock.span_words(limit)
    if limit in {queries.IDLE, queries.IDLE_KEPT}:
        return f"You were signed out after {words} without activity."
    return f"You were signed out because a sign-in lasts {words} at most."


def offer_zone(name: str | None) -> None:
    """Offer the browser's zone to a reader in UTC, unless declined before; never just set it."""
    if not name or current_user.timezone != "UTC" or request.cookies.get(zone_cookie()):
        return
    try:
        zone = clock.zone_name(name)
    except UnknownZone:
        return
    if zone not in {"UTC", "Etc/UTC"}:
        session[sessions.ZONE_OFFER] = zone
