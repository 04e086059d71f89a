"""Limits on attempts at a password, and the requests that count as one."""

from flask import request
from flask_limiter.util import get_remote_address

from ...core import clock
from ...core.text import name_key
from ..access import current_reader
from ..extensions import limiter
from ..forms import INVALID


def _typed_account() -> str:
    return f"account:{name_key(request.form.get('username', ''))[:80]}"


def _current_reader() -> str:
    return f"password:{current_reader().id}"


def _sends_no_new_password() -> bool:
    """Return whether the settings are saved without a try at the current password."""
    if request.endpoint != "accounts.settings":
        return False
    part = request.form.get("part")
    return part != "password" and not (part == "all" and request.form.get("new"))


def _sends_no_password() -> bool:
    return current_reader().is_fresh(clock.now()) or "password" not in request.form


per_account = limiter.limit("10 per 15 minutes", key_func=_typed_account, methods=["POST"])
per_address = limiter.limit("100 per 15 minutes", key_func=get_remote_address, methods=["POST"])
per_reader = limiter.limit(
    "10 per 15 minutes",
    key_func=_current_reader,
    methods=["POST"],
    exempt_when=_sends_no_new_password,
)
# Count only refused attempts: after an import, an administrator makes many links.
per_wrong_password = limiter.limit(
    "10 per 15 minutes",
    key_func=_current_reader,
    methods=["POST"],
    exempt_when=_sends_no_password,
    deduct_when=lambda response: response.status_code == INVALID,
)
