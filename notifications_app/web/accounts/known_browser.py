"""A signed cookie for browsers that signed in before, so that strangers cannot lock them out.

Failed sign-ins are counted by username and address, and more slowly by username alone. A browser
with this cookie has a limit of its own for the accounts that signed in there.
"""

import secrets
from hashlib import sha256
from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from ...core.signing import TimelessSigner, signing_keys
from ..cookies import cookie_flags, cookie_name

YEAR = 365 * 24 * 3600
#: The number of accounts that a browser is remembered for, the latest first.
ACCOUNTS_MAX = 5


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_keys(), salt="known browser", signer=TimelessSigner)


def _read() -> tuple[str, list[str]]:
    """Return the id of the browser, and the marks of the accounts that signed in there."""
    try:
        content: Any = _serializer().loads(
            request.cookies.get(cookie_name("known"), ""), max_age=YEAR
        )
    except BadSignature:
        return secrets.token_urlsafe(12), []
    return content[0], content[1]


def _mark(browser: str, username: str) -> str:
    """Return the mark of an account: the cookie does not reveal the username."""
    return sha256(f"{browser}:{username}".encode()).hexdigest()[:16]


def browser_id(username: str) -> str | None:
    """Return the id of this browser if the account signed in here before; else None."""
    browser, marks = _read()
    return browser if _mark(browser, username) in marks else None


def remember_browser(response: Response, username: str) -> None:
    """Set the cookie: this account has signed in here."""
    browser, marks = _read()
    mark = _mark(browser, username)
    marks = [mark, *(other for other in marks if other != mark)][:ACCOUNTS_MAX]
    value = _serializer().dumps([browser, marks])
    response.set_cookie(
        cookie_name("known"),
        str(value),
        max_age=YEAR,
        **cookie_flags(),
    )
