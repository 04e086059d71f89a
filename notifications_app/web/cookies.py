"""Names and flags of the cookies that pages set."""

from typing import Any

from flask import current_app, request


def cookie_name(name: str) -> str:
    """Return the name of a cookie: in production its prefix binds it to this host and HTTPS."""
    return f"__Host-{name}" if current_app.config["HTTPS"] else name


def cookie_path() -> str:
    """Return the path of every cookie: the root of the site, which may be under a prefix.

    Browsers refuse a ``__Host-`` cookie with another path than ``/``.
    """
    return "/" if current_app.config["HTTPS"] else request.script_root or "/"


def cookie_flags() -> dict[str, Any]:
    """Return the flags of our cookies; deleting a cookie needs them too."""
    return {
        "secure": current_app.config["HTTPS"],
        "httponly": True,
        "samesite": "Lax",
        "path": cookie_path(),
    }
