"""Error pages, or JSON for scripts: never a traceback, but a request id to ask about."""

import logging
import math
import time
from collections.abc import Callable
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from ..core import counters
from ..core.database import db
from ..core.database_errors import LOCKED, Fault, database_fault, explain
from ..core.errors import NotFound, Refused
from ..core.logs import record
from ..core.text import counted
from . import flashes, kept_input
from .access import record_refusal
from .extensions import limiter, login_manager
from .redirects import page_before, redirect_after_post

_log = logging.getLogger(__name__)

#: The heading and the advice of each status; a refusal's own sentence replaces the advice.
MESSAGES = {
    400: ("Something went wrong with that request", "Nothing was changed. Go back and try again."),
    401: ("Sign in first", "You need to sign in to see this page."),
    403: ("Not allowed", "Your account can’t do this. Nothing was changed."),
    404: ("Page not found", "It may have been removed, or you don’t have access."),
    405: (
        "Method not allowed",
        "This address doesn’t accept this kind of request. Nothing was changed.",
    ),
    413: ("Too large", "This is larger than this site accepts. Nothing was changed."),
    415: ("Unsupported format", "This address only accepts forms. Nothing was changed."),
    429: ("Too many attempts", "Nothing was changed."),
    500: ("Something went wrong", "The error has been recorded. Nothing was changed."),
    503: ("Temporarily unavailable", "Try again in a moment."),
    507: ("No space left", "The database’s disk is full. Nothing was changed."),
}
#: For a script, which cannot be led back to its page.
EXPIRED = "You’ve been signed out, or this page is too old. Reload and try again."
STALE = "This page was out of date, so nothing was changed. Try again."
NO_COOKIES = "This site needs cookies, and your browser sent none. Allow cookies and try again."


def rerenders_after_csrf_error(view: Any) -> Any:
    """Mark a view that can re-render its form after a CSRF failure.

    Everything that the view changes must happen after its form has validated, or after
    ``kept_input.is_only_shown``.
    """
    return rerenders_after_csrf_error_if(lambda: True)(view)


def rerenders_after_csrf_error_if(condition: Callable[[], bool]) -> Callable[[Any], Any]:
    """Mark a view that can re-render its form after a CSRF failure, if the condition holds."""

    def mark(view: Any) -> Any:
        view.rerenders_after_csrf_error = condition
        return view

    return mark


def register(app: Flask) -> None:
    """Register the error handlers, by status and by exception class."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeout, _database_error)


def error_page(code: int, sentence: str = "", retry: int | None = None) -> Response:
    """Return the page of a status, or JSON for a script.

    ``sentence`` replaces the usual advice; ``retry`` is the value of Retry-After, in seconds.
    """
    title, advice = MESSAGES.get(code, MESSAGES[500 if code >= 500 else 400])
    text = sentence or advice
    request_id = g.get("request_id", "")
    if isinstance(request.routing_exception, SecurityError):
        # For an untrusted host no URL can be built, so no page rendered.
        return make_response(f"{text} ({request_id})\n", code, {"Content-Type": "text/plain"})
    if asks_for_json():
        response = jsonify(error=text, status=code, request_id=request_id)
    else:
        response = make_response(
            render_template(
                "errors/error.html",
                code=code, title=title, sentence=text, request_id=request_id,
                retry=retry is not None,
            )
        )  # fmt: skip
    response.status_code = code
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def asks_for_json() -> bool:
    """Return whether the client prefers JSON to HTML."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.endswith(".json") or best == "application/json"


def _http_error(error: HTTPException) -> HTTPException | Response:
    if error.code is None or error.code < 400:
        return error
    if error.code == 429:
        return too_many_attempts()
    if error.code == 403:
        record_refusal()
    response = error_page(error.code)
    if isinstance(error, InternalServerError):
        record("error", request=g.get("request_id", ""))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def too_many_attempts() -> Response:
    """Return the page for a client over a rate limit."""
    wait, words = retry_after()
    return error_page(429, f"Nothing was changed. Try again in {words}.", wait)


def retry_after() -> tuple[int, str]:
    """Log that a rate limit was exceeded; return the wait in seconds, and in words."""
    record("too many attempts", path=request.path, address=request.remote_addr)
    limit = limiter.current_limit
    wait = max(1, math.ceil(limit.window.reset_time - time.time())) if limit else 60
    return wait, counted(math.ceil(wait / 60), "minute") if wait > 90 else counted(wait, "second")


def _csrf_error(_error: CSRFError) -> Any:
    if not kept_input.is_restored():
        record("form without its token", path=request.path, address=request.remote_addr)
    if asks_for_json():
        return error_page(400, EXPIRED)
    g.has_csrf_error = True
    try:
        return current_app.make_response(_lead_back())
    except Exception as raised:  # noqa: BLE001 - Flask handles no error raised in a handler
        return current_app.handle_user_exception(raised)


def _lead_back() -> Any:
    """Show the form again, or the page it was on, or the sign-in page: with new tokens."""
    view: Any = current_app.view_functions[request.endpoint or ""]
    is_public_form = view.access == "public" and kept_input.can_rerender()
    if not current_user.is_authenticated and not is_public_form:
        return login_manager.unauthorized()
    if current_user.is_authenticated and kept_input.is_typed_by_another():
        flashes.warning(
            f"You’re signed in as {current_user.username} now. The form belonged to another"
            " account, so nothing was changed."
        )
        return redirect_after_post(None, url_for("inbox.index"))
    if kept_input.can_rerender():
        return view(**(request.view_args or {}))
    return send_back()


def token_sentence() -> str:
    """Return why a form without a valid token was refused."""
    return STALE if request.cookies else NO_COOKIES


def send_back() -> Any:
    """Redirect to the page that the form was on, and say that nothing was changed."""
    flashes.warning(token_sentence())
    return redirect_after_post(page_before(""), url_for("web.start"))


def _refused(error: Refused) -> Response:
    return error_page(404 if isinstance(error, NotFound) else 400, str(error))


def _database_error(error: DBAPIError | PoolTimeout) -> Response:
    fault = database_fault(error)
    if fault is None:
        raise error
    words = explain(error, fault, db.engine.url)
    counters.count_fault("busy" if fault is LOCKED else fault.state)
    _log.error("the database: %s", words)
    return fault_page(fault)


def fault_page(fault: Fault) -> Response:
    """Return the page of a fault of the database or of Redis."""
    return error_page(fault.status, fault.sentence, 2 if fault.status == 503 else None)
