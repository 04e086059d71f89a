"""The headers of proxies: ignored, unless ``PROXY_HOPS`` says how many proxies there are."""

import os
import re
import ssl
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


class OwnAddress:
    """Middleware that keeps the script root in its normal form, and drops an odd one.

    The root is in front of every address of a page: ``//host`` would lead to another site.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        root = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = root if _PREFIX.fullmatch(root) else ""
        path = environ.get("PATH_INFO", "")
        environ["PATH_INFO"] = path if path.startswith("/") else f"/{path}"
        return self.app(environ, start_response)


class UnbelievingGunicorn:
    """Middleware that undoes gunicorn's own belief in the headers of a client on loopback.

    By default gunicorn takes the scheme from ``X-Forwarded-Proto`` and the script root from a
    header ``SCRIPT_NAME``, however many proxies are configured here.
    """

    def __init__(self, app: "WSGIApplication", *, has_proxies: bool) -> None:
        self.app = app
        self.has_proxies = has_proxies

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        if "gunicorn.socket" in environ:
            is_encrypted = isinstance(environ["gunicorn.socket"], ssl.SSLSocket)
            environ["wsgi.url_scheme"] = "https" if is_encrypted else "http"
            if "HTTP_SCRIPT_NAME" in environ and not self.has_proxies:
                own = os.environ.get("SCRIPT_NAME", "")
                path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
                environ["SCRIPT_NAME"] = own
                environ["PATH_INFO"] = path.removeprefix(own)
        return self.app(environ, start_response)


def register(app: Flask) -> None:
    """Believe the headers of as many proxies as are configured."""
    hops = app.config["PROXY_HOPS"]
    wsgi_app: WSGIApplication = OwnAddress(app.wsgi_app)
    if hops:
        wsgi_app = ProxyFix(wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
    app.wsgi_app = UnbelievingGunicorn(wsgi_app, has_proxies=bool(hops))  # type: ignore[method-assign]
