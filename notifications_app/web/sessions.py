"""Where the session lives: in a signed cookie, or in Redis behind a cookie with its number."""

from typing import Any

from flask import Flask, current_app, session


def register(app: Flask) -> None:
    """Use Flask-Session where ``SESSION_TYPE`` is ``redis``; Flask's signed cookie otherwise."""
    if app.config["SESSION_TYPE"] != "redis":
        return
    from flask_session import Session
    from redis import Redis

    app.config["SESSION_REDIS"] = Redis.from_url(
        app.config["REDIS_URL"], socket_connect_timeout=0.2, socket_timeout=0.2
    )
    app.config["SESSION_PERMANENT"] = False
    Session(app)


def renew() -> None:
    """Forget everything in the session, and its number: nothing planted before survives."""
    regenerate: Any = getattr(current_app.session_interface, "regenerate", None)
    if regenerate is not None:
        session["new"] = True  # the number of an empty session is not changed
        regenerate(session)
    session.clear()
