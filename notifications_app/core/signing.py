"""The keys that sign sessions, cursors and one-time links."""

from flask import current_app


def signing_keys() -> list[str]:
    """Return the application's keys in the order itsdangerous expects: the newest last."""
    return [*(current_app.config["SECRET_KEY_FALLBACKS"] or []), current_app.config["SECRET_KEY"]]
