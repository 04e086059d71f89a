"""A log line and a count for each request, and its id on the answer."""

import logging
from typing import Any

from flask import Flask, Response, g, request

from ..core import counters, request_info
from ..core.logs import write

#: Endpoints whose successful answers are not logged: machines ask for them all the time.
QUIET = {"static", "web.healthz", "web.readyz", "web.metrics"}


def register(app: Flask) -> None:
    """Log and count the answers. Registered first, so it sees what all others made of them."""
    app.after_request(_answered)


def _answered(response: Response) -> Response:
    seconds = request_info.seconds()
    response.headers["X-Request-ID"] = request_info.request_id()
    if count := counters.present():
        route = request.url_rule.rule if request.url_rule else "none"
        count.count_request(request.method, route, response.status_code, seconds)
    if response.status_code < 400 and request.endpoint in QUIET:
        return response
    fields: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    # Only who was loaded anyway: the log asks the database for nobody.
    user_id = getattr(g.get("_login_user"), "id", None)
    if user_id is not None:
        fields["user"] = user_id
    write(logging.INFO, "answered", fields)
    return response
