"""The session: its keys, and its storage in a signed cookie or in Redis."""

from typing import Any

from flask import Flask, Request, current_app, session
from flask.sessions import NullSession, SecureCookieSessionInterface, SessionMixin

from ..core.signing import TimelessSigner
from .cookies import cookie_path
from .csrf import forget_token
from .hosts import HEALTH_PATHS

#: The actions that ``z`` takes back, and those that Shift+Z repeats: see ``undo_stack``.
UNDO_STACK = "undo"
REDO_STACK = "redo"
#: The time last typed for a snooze.
SNOOZE_TIME = "snooze"
#: The moment of the previous visit, in ISO 8601.
LAST_VISIT = "last_visit"
#: The browser's time zone, offered to the reader.
ZONE_OFFER = "zone_offer"
#: Unsaved values of the other parts of the settings, by field.
SETTINGS_TYPED = "settings_typed"
#: Somebody signed out in this browser, and nobody has signed in since.
SIGNED_OUT = "signed_out"
#: A sign-in whose password was right and whose code is missing: see ``pending_sign_in``.
PENDING = "pending_sign_in"
#: The encrypted secret of a second factor that is being set up.
NEW_SECRET = "second_factor_setup"  # noqa: S105 - a key of the session
#: Flask's own key of the waiting flash messages.
FLASHES = "_flashes"


class CookieSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie that belongs to the site alone; none for health checks."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # type: ignore[override]
        """Open the session of a request; a health check gets an empty one that is not stored."""
        if request.path in HEALTH_PATHS:
            return NullSession()
        return super().open_session(app, request)

    def get_cookie_path(self, _app: Flask) -> str:
        """Return the path of the session's cookie."""
        return cookie_path()

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return the serializer of the cookie."""
        serializer: Any = super().get_signing_serializer(app)
        serializer.signer = TimelessSigner
        return serializer


def register(app: Flask) -> None:
    """Store sessions in Redis if ``SESSION_TYPE`` says so; else in a signed cookie."""
    app.session_interface = CookieSessions()
    if app.config["SESSION_TYPE"] == "redis":
        from . import redis_sessions  # needs the extra "redis"

        redis_sessions.register(app)


def renew() -> None:
    """Clear the session and change its id, so that nothing planted before the sign-in survives."""
    regenerate: Any = getattr(current_app.session_interface, "regenerate", None)
    if regenerate is not None:
        session["new"] = True  # the id of an empty session is not changed
        regenerate(session)
    session.clear()
    forget_token()
