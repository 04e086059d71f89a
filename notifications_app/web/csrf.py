"""Protection against forged requests: the token of forms, masked anew for each page.

Pages are compressed. A constant secret in them could be guessed letter by letter from their size
(the attack BREACH), so that each page shows the token under a mask of its own.
"""

import base64
import binascii
import secrets
from typing import Any

from flask import Flask, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf, same_origin


class PageCSRF(CSRFProtect):
    """Flask-WTF's protection, with masked tokens."""

    def init_app(self, app: Flask) -> None:
        """Protect every unsafe request; templates get the masked token."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request without its token, or from a page of another site."""
        referrer = request.referrer
        if referrer and request.is_secure and not same_origin(referrer, request.host_url):
            self._error_response("The referrer does not match the host.")
        super().protect(apply_exemptions)

    def _get_csrf_token(self) -> str | None:
        token: Any = super()._get_csrf_token()
        return unmask(token) if token else None


def masked_token() -> str:
    """Return the token of this page."""
    if "masked_token" not in g:
        token = generate_csrf().encode()
        mask = secrets.token_bytes(len(token))
        g.masked_token = base64.urlsafe_b64encode(mask + _xor(token, mask)).decode()
    return str(g.masked_token)


def forget_token() -> None:
    """Forget the token of this page: the rest of the page belongs to a new session."""
    for name in ("csrf_token", "masked_token"):
        g.pop(name, None)


def unmask(text: str) -> str | None:
    """Return the token under its mask; None if the text is none of ours."""
    try:
        both = base64.urlsafe_b64decode(text)
        half = len(both) // 2
        return _xor(both[half:], both[:half]).decode("ascii")
    except (binascii.Error, ValueError):
        return None


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=False))
