"""Flags of the cookies that pages set."""

from typing import Any

from flask import current_app


def cookie_flags() -> dict[str, Any]:
    """Return the flags of our cookies; deleting a ``__Host-`` cookie needs them too."""
    return {"secure": current_app.config["HTTPS"], "httponly": True, "samesite": "Lax"}
