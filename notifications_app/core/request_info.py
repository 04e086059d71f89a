"""The id and the start of each request, kept in its WSGI environment."""

import re
import secrets
from time import perf_counter
from typing import Any

from flask import has_request_context, request

_ID = "notifications_app.request_id"
_STARTED = "notifications_app.started"
#: An id that a proxy may have given: a UUID, hexadecimal digits, or a trace of a cloud.
_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=-]{7,99}", re.ASCII)


def begin(environ: dict[str, Any]) -> None:
    """Give a request its id, that of its header ``X-Request-ID`` if that looks like one."""
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    environ[_ID] = given if _GIVEN.fullmatch(given) else secrets.token_hex(6)
    environ[_STARTED] = perf_counter()


def request_id() -> str:
    """Return the id of the present request; empty outside of one."""
    return str(request.environ.get(_ID, "")) if has_request_context() else ""


def seconds() -> float:
    """Return the time since the present request began."""
    return perf_counter() - float(request.environ[_STARTED])
