"""What every template has at hand, and the page for everything that goes wrong."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from . import clock, content, feedback
from .errors import NotThere, Refused
from .extensions import PACKAGE, cache, limiter, reading
from .faults import fault_of
from .inbox import queries
from .logs import record

_log = logging.getLogger(__name__)

#: For each status the heading and what to do; the sentence of a refusal goes before it.
WORDS = {
    400: ("That did not arrive as it should", "Nothing was changed. Go back and try again."),
    401: ("Sign in first", "This page belongs to somebody signed in."),
    403: ("Not allowed", "This page is not for this account."),
    404: ("Not here", "There is no such page, or it is somebody else’s."),
    405: ("Not like that", "This address takes another kind of request. Nothing was changed."),
    413: ("Too large", "What was sent is larger than this site takes. Nothing was changed."),
    415: ("Another format", "This address takes forms. Nothing was changed."),
    429: ("Too many tries", "Nothing was changed."),
    500: ("Something broke here", "It was recorded under the number below. Nothing was changed."),
    503: ("Not available now", "Try again in a moment."),
    507: ("No room left", "The disk of the database is full. Nothing was changed."),
}
EXPIRED = (
    "This form did not come from your session. Nothing was changed; load the page and send it"
    " again."
)


def label(count: int) -> str:
    """A count as it is shown: ``99+`` from a hundred on."""
    return "99+" if count >= 100 else str(count)


def zone() -> str:
    """The zone that times are shown in."""
    return current_user.timezone if current_user.is_authenticated else "UTC"


def _time(moment: datetime, words: str) -> Markup:
    title = f"{clock.full(moment, zone())} ({zone()})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        clock.iso(moment), title, words
    )


def ago(moment: datetime) -> Markup:
    """How long ago on this day, else the time of day."""
    return _time(moment, clock.ago(moment, zone(), clock.now()))


def full(moment: datetime) -> Markup:
    """Day, time and zone."""
    return _time(moment, clock.full(moment, zone()))


def short(moment: datetime) -> Markup:
    """Day and time."""
    return _time(moment, clock.short(moment, zone(), clock.now()))


def markdown_key(body: str) -> str:
    """Under what name a body's HTML is cached."""
    return f"markdown:{sha256(body.encode()).hexdigest()}"


def markdown(body: str) -> Markup:
    """A body as safe HTML, from the cache where it is there."""
    key = markdown_key(body)
    html = cache.get(key)
    if html is None:
        html = content.to_html(body)
        cache.set(key, html)
    return Markup(html)  # noqa: S704 - content.to_html has cleaned it


@dataclass(frozen=True, slots=True)
class Badge:
    """The unread count as a page shows it."""

    count: int

    @property
    def label(self) -> str:
        """``99+`` from a hundred on."""
        return label(self.count)


def badge() -> Badge:
    """The unread count of this request, asked once."""
    if "badge" not in g:
        with reading() as connection:
            g.badge = Badge(queries.count(connection, current_user, clock.now()))
    return cast("Badge", g.badge)


def banners() -> Sequence[Row[Any]]:
    """What stands on top of this page."""
    with reading() as connection:
        return queries.banners(connection, current_user, clock.now())


def _theme() -> str | None:
    found = request.cookies.get(theme_cookie())
    return found if found in {"light", "dark"} else None


def theme_cookie() -> str:
    """The name of the cookie that holds the theme."""
    return "__Host-theme" if current_app.config["HTTPS"] else "theme"


def _context() -> dict[str, Any]:
    from flask import session

    return {
        "reader": current_user,
        "badge": badge,
        "banners": banners,
        "flashes": feedback.flashes,
        "theme": _theme(),
        "zone_offer": session.get("zone_offer"),
        "registration_open": current_app.config["REGISTRATION_OPEN"],
        "asset_version": current_app.config["ASSET_VERSION"],
    }


def _asset_version() -> str:
    digest = sha256()
    for file in sorted((PACKAGE / "static").rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def set_up(app: Flask) -> None:
    """Filters, the template context and the error pages."""
    app.config["ASSET_VERSION"] = _asset_version()
    app.context_processor(_context)
    for function in (ago, full, short, markdown):
        app.add_template_filter(function)
    app.add_template_filter(content.excerpt, "excerpt")
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeout, _database_error)


def keeps_typed(view: Any) -> Any:
    """A view whose every change is behind a form: without its token it shows what was typed."""
    view.keeps_typed = True
    return view


def error_page(code: int, sentence: str = "", retry: int | None = None) -> Response:
    """The page for a status, or JSON where a script asks; with Retry-After in seconds."""
    title, advice = WORDS.get(code, WORDS[500 if code >= 500 else 400])
    said = sentence or advice
    number = g.get("request_id", "")
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if request.path.endswith(".json") or best == "application/json":
        response = jsonify(error=said, status=code, request_id=number)
    else:
        response = make_response(
            render_template(
                "errors/error.html",
                code=code, title=title, sentence=said, request_id=number, retry=retry is not None,
            )
        )  # fmt: skip
    response.status_code = code
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def _http_error(error: HTTPException) -> HTTPException | Response:
    if error.code is None or error.code < 400:
        return error
    if error.code == 429:
        return _too_many()
    response = error_page(error.code)
    if isinstance(error, InternalServerError):
        record("error", request=g.get("request_id", ""))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _too_many() -> Response:
    limit = limiter.current_limit
    wait = max(1, round(limit.reset_at - time.time())) if limit else 60
    record("too many tries", path=request.path, address=request.remote_addr)
    words = f"{wait // 60 + 1} minutes" if wait > 90 else f"{wait} seconds"
    return error_page(429, f"Nothing was changed. Wait {words}, then try again.", wait)


def _csrf_error(_error: CSRFError) -> Any:
    record("form without its token", path=request.path, address=request.remote_addr)
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "keeps_typed", False):
        return current_app.make_response(view(**(request.view_args or {})))
    return error_page(400, EXPIRED)


def _refused(error: Refused) -> Response:
    return error_page(404 if isinstance(error, NotThere) else 400, str(error))


def _database_error(error: DBAPIError | PoolTimeout) -> Response:
    fault = fault_of(error)
    if fault is None:
        raise error
    _log.error("the database: %s (%s)", fault.sentence, g.get("request_id", ""))
    return error_page(fault.status, fault.sentence, 2 if fault.status == 503 else None)
