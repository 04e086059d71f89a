"""The places that store this reader's state, with their real values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Connection, func, select

from ...core.cache import cache
from ...core.text import shorten
from ...domain.accounts import queries as accounts
from ...domain.accounts.queries import Reader
from ...domain.inbox import queries
from ...domain.inbox.models import Change, Delivery
from .. import sessions
from ..cookies import cookie_name
from ..template_context import HEADING_LEVELS, capped_count, markdown_key, theme_cookie

#: The size of a cookie that every browser accepts, in bytes.
COOKIE_ROOM = 4096
#: The keys of the session whose values are shown. The others are tokens, which a picture of the
#: page must not give away.
NO_SECRETS = {
    *(sessions.UNDO_STACK, sessions.REDO_STACK, sessions.SNOOZE_TIME, sessions.LAST_VISIT),
    *(sessions.ZONE_OFFER, sessions.FLASHES, "_fresh", "_permanent"),
}
LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Place:
    """One place that stores state: its content now, and the effect of signing out."""

    icon: str
    where: str
    sub: str
    chips: tuple[str, ...]
    at_signout_icon: str
    at_signout: str
    meter: tuple[int, int, str] | None = None


def state(connection: Connection, reader: Reader, now: datetime) -> list[Place]:
    """Return every place, with its current content; ``now`` is aware."""
    return [
        _session(),
        _cookies(),
        Place(
            "window", "Browser storage", "never sent to the server", (),
            "there", "Kept, except for drafts. sessionStorage is cleared when you close the tab.",
        ),
        _rows(connection, reader, now),
        _cache(connection, reader, now),
    ]  # fmt: skip


def _session() -> Place:
    keys = tuple(f"{key} = {_shown(key)}" for key in sorted(session))
    gone = "Emptied, except for the “signed out” flash."
    interface = current_app.session_interface
    if not isinstance(interface, SecureCookieSessionInterface):
        where = "in Redis; the cookie holds its id"
        return Place("cookie", "Session", where, keys, "gone", gone)
    serializer: Any = interface.get_signing_serializer(current_app)
    name = current_app.config["SESSION_COOKIE_NAME"]
    size = len(name) + 1 + len(serializer.dumps(dict(session)))
    words = f"{size:,} bytes of {COOKIE_ROOM:,}: {size * 100 // COOKIE_ROOM}% used"
    meter = (size, COOKIE_ROOM, words)
    return Place("cookie", "Session cookie", "signed, in this browser", keys, "gone", gone, meter)


def _shown(key: str) -> str:
    return shorten(str(session[key]), LONGEST_VALUE) if key in NO_SECRETS else "••••••••"


def _cookies() -> Place:
    known = (theme_cookie(), cookie_name("zone_kept"))
    chips = tuple(f"{name} = {request.cookies[name]}" for name in known if name in request.cookies)
    if cookie_name("known") in request.cookies:  # a token
        chips += (f"{cookie_name('known')} = ••••••••",)
    stays = "Kept: these belong to the browser, not to your account."
    return Place("palette", "Other cookies", "in this browser", chips, "there", stays)


def _rows(connection: Connection, reader: Reader, now: datetime) -> Place:
    in_inbox = queries.count(connection, reader, now, tab="inbox")
    dismissed = queries.count(connection, reader, now, tab="dismissed")
    signed_in = len(accounts.sign_ins(connection, reader.id, now))
    rows = {
        kind.__tablename__: connection.execute(
            select(func.count()).select_from(kind).where(kind.user_id == reader.id)
        ).scalar_one()
        for kind in (Delivery, Change)
    }
    chips = (
        f"timezone = {reader.timezone}",
        f"notifications: {capped_count(in_inbox)}",
        f"dismissed: {capped_count(dismissed)}",
        f"sign-ins: {signed_in}",
        *(f"rows in {name}: {count:,}" for name, count in rows.items()),
    )
    stays = "Kept, except for the row of this sign-in."
    return Place("database", "Database rows", "on the server", chips, "there", stays)


def _cache(connection: Connection, reader: Reader, now: datetime) -> Place:
    bodies = {row.body for row in queries.rows(connection, reader, now) if row.body}
    cached = sum(
        any(cache.get(markdown_key(body, top)) for top in HEADING_LEVELS) for body in bodies
    )
    chips = (f"newest texts with rendered Markdown: {cached} of {len(bodies)}",)
    stays = "Kept until it expires. Holds nothing personal."
    return Place("server", "Server cache", "on the server, shared", chips, "there", stays)
