"""The session: its keys, and its storage in a signed cookie or in Redis."""

from typing import Any

from flask import Flask, current_app, session

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
#: Flask's own key of the waiting flash messages.
FLASHES = "_flashes"


def register(app: Flask) -> None:
    """Store sessions in Redis if ``SESSION_TYPE`` says so; else in Flask's signed cookie."""
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
