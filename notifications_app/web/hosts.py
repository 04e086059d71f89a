"""The hosts that the site answers for: the check of each request, and its exceptions."""

from time import monotonic
from typing import Any

from flask import Flask, Request, g, request
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError
from werkzeug.routing import MapAdapter
from werkzeug.wsgi import get_host

from ..core import request_info
from ..core.extension_keys import REFUSED_HOSTS
from ..core.logs import record
from ..core.site_hosts import is_trusted

#: Monitoring asks by address, on plain HTTP and without a cookie.
HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
#: A refused host is logged once in this many seconds.
LOG_EVERY = 60.0
#: The number of refused hosts that are remembered; strangers choose the names.
_REMEMBERED = 100


class Site(Flask):
    """An application that answers for the hosts of ``TRUSTED_HOSTS``, and to health checks on any.

    Werkzeug's own check takes no IPv6 address and no capitals.
    """

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """Return the context of a request that has its id."""
        request_info.begin(environ)
        return super().request_context(environ)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the adapter that builds the addresses of this request.

        Raises:
            SecurityError: if the request asks for a host that is not trusted.
        """
        if request is None:
            return super().create_url_adapter(None)
        if request.path in HEALTH_PATHS:
            request.environ["HTTP_HOST"] = "localhost"
        elif trusted := self.config["TRUSTED_HOSTS"]:
            self._check(request, trusted)
        request.host = get_host(request.environ)
        return self.url_map.bind_to_environ(
            request.environ,
            server_name=self.config["SERVER_NAME"],
            subdomain=self.url_map.default_subdomain,
        )

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Refuse an untrusted host before anything can build an address with it."""
        g.request_id = request_info.request_id()
        if isinstance(request.routing_exception, SecurityError):
            raise request.routing_exception
        return super().preprocess_request()

    def _check(self, request: Request, trusted: list[str]) -> None:
        host = request.environ.get("HTTP_HOST")
        if not is_trusted(get_host(request.environ) if host is None else host, trusted):
            self._log_refusal(host or "", request.remote_addr)
            raise SecurityError("This host is not trusted.")

    def _log_refusal(self, host: str, address: str | None) -> None:
        now = monotonic()
        logged: dict[str, float] = self.extensions.setdefault(REFUSED_HOSTS, {})
        host = host[:100]
        if now - logged.get(host, -LOG_EVERY) < LOG_EVERY:
            return
        if len(logged) >= _REMEMBERED:
            if now - max(logged.values()) < LOG_EVERY / _REMEMBERED:
                return
            logged.clear()
        logged[host] = now
        record("host refused", host=host, address=address)
