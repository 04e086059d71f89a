"""Security headers, HTTPS only, trusted proxies, and an id for each request."""

import secrets

from flask import Flask, Response, abort, current_app, g, redirect, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000; includeSubDomains"


def register(app: Flask) -> None:
    """Give each request an id, enforce HTTPS if configured, add the headers, trust the proxies."""
    # Before all others, so that requests refused by an extension have an id too.
    app.before_request_funcs.setdefault(None, []).insert(0, _set_request_id)
    if app.config["HTTPS"]:
        app.before_request(_only_https)
    app.after_request(_add_headers)
    hops = app.config["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _set_request_id() -> None:
    g.request_id = secrets.token_hex(6)


def _only_https() -> AnyResponse | None:
    if request.is_secure or request.endpoint in {"web.healthz", "web.readyz"}:
        return None
    if request.method not in {"GET", "HEAD"}:
        abort(403)
    return redirect(request.url.replace("http://", "https://", 1), 301)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.endpoint == "static":
        # Read it now: a streamed response is not compressed, and its file stays open if the
        # client disconnects.
        response.direct_passthrough = False
        response.get_data()
        response.close()
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = _HSTS
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
