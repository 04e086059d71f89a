"""The keys that sessions, cursors and one-time links are signed with."""

from flask import current_app


def signing_keys() -> list[str]:
    """Return the application's keys, the newest last, as itsdangerous takes them."""
    return [*(current_app.config["SECRET_KEY_FALLBACKS"] or []), current_app.config["SECRET_KEY"]]
