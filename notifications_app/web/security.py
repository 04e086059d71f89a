"""Security headers, and HTTPS only."""

from flask import Flask, Response, abort, current_app, redirect, request
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
#: Pages whose address, or whose content, is a one-time link.
SECRET_ADDRESSES = {"accounts.reset", "accounts.reset_link"}
#: Endpoints for monitoring, which asks by address and on plain HTTP.
PLAIN = {"web.healthz", "web.readyz", "web.metrics"}
_HSTS = "max-age=31536000; includeSubDomains"


def register(app: Flask) -> None:
    """Enforce HTTPS if configured, and add the headers."""
    if app.config["HTTPS"]:
        app.before_request(_only_https)
    app.after_request(_add_headers)


def _only_https() -> AnyResponse | None:
    if request.is_secure or request.endpoint in PLAIN:
        return None
    if request.method not in {"GET", "HEAD"}:
        abort(403)
    return redirect(request.url.replace("http://", "https://", 1), 301)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.endpoint in SECRET_ADDRESSES:
        response.headers["Referrer-Policy"] = "no-referrer"
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
