"""Limits on attempts at a password, or at the code after it. Only failures count.

Ten failures for a username from one address lock that pair; a hundred an hour lock the username
everywhere, except in browsers that signed in before. So a stranger cannot lock somebody out.
"""

from flask import Response, request

from ...core import clock
from ...core.text import name_key
from ...domain.accounts.queries import token_hash
from ..access import current_reader
from ..client_address import client_network
from ..extensions import limiter
from ..forms import INVALID
from . import pending_sign_in
from .known_browser import browser_id

_FEW, _MANY, _SLOW = "10 per 15 minutes", "100 per 15 minutes", "100 per hour"
_DAY = "200 per day"


def _username() -> str:
    if request.endpoint == "accounts.login_code":
        return pending_sign_in.username()
    return name_key(request.form.get("username", ""))[:80]


def _pair() -> str:
    return f"account:{_username()}:{client_network()}"


def _account() -> str:
    return f"account:{_username()}"


def _browser() -> str:
    return f"browser:{browser_id(_username())}:{_username()}"


def _is_known() -> bool:
    return browser_id(_username()) is not None


def _is_unknown() -> bool:
    return not _is_known()


def _sign_in() -> str:
    return f"password:{token_hash(current_reader().token)}"


def _sends_no_new_password() -> bool:
    """Return whether the settings are saved without a try at the current password."""
    if request.endpoint != "accounts.settings":
        return False
    part = request.form.get("part")
    return part != "password" and not (part == "all" and request.form.get("new"))


def _sends_no_password() -> bool:
    return current_reader().is_fresh(clock.now()) or "password" not in request.form


def _address() -> str:
    return f"address:{client_network()}"


#: Limits whose keys begin so are for failures alone.
_OF_FAILURES = ("account:", "address:", "browser:", "password:")
_FAILURES = {INVALID, 410, 429}


def give_back(response: Response) -> Response:
    """Take back what a request without a failure was counted for.

    Counting first, and not at the failure, holds the limit for requests that run side by side.
    """
    if response.status_code not in _FAILURES:
        for one in limiter.current_limits:
            if one.request_args[0].startswith(_OF_FAILURES):
                try:
                    limiter.limiter.hit(one.limit, *one.request_args, cost=-1)
                except Exception:  # noqa: BLE001 - each storage fails in its own way
                    return response  # it counts once too often
    return response


per_pair = limiter.limit(_FEW, key_func=_pair, methods=["POST"], exempt_when=_is_known)
per_account = limiter.limit(_SLOW, key_func=_account, methods=["POST"], exempt_when=_is_known)
per_browser = limiter.limit(_FEW, key_func=_browser, methods=["POST"], exempt_when=_is_unknown)
per_address = limiter.limit(_MANY, key_func=_address, methods=["POST"], exempt_when=_is_known)
# The attacker that a code stops knows the password: a day of guesses must stay hopeless.
per_code = limiter.limit(_DAY, key_func=_account, methods=["POST"], exempt_when=_is_known)
per_link = limiter.limit(_MANY, key_func=_address, methods=["POST"])
# Every account costs a hash, and the answer tells which names are taken: successes count too.
per_new_account = limiter.limit(_MANY, key_func=client_network, methods=["POST"])
# One count for all the pages that ask for the password of somebody signed in.
per_reader = limiter.shared_limit(
    _FEW, scope="password", key_func=_sign_in, methods=["POST"], exempt_when=_sends_no_new_password
)
per_wrong_password = limiter.shared_limit(
    _FEW, scope="password", key_func=_sign_in, methods=["POST"], exempt_when=_sends_no_password
)
