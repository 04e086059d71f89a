"""Monitoring: errors go to Sentry if configured; in debug mode views are timed."""

from flask import Flask, Response

from . import request_info
from .errors import Refused


def register(app: Flask) -> None:
    """Report errors to ``SENTRY_DSN``; in debug mode add a Server-Timing header to responses.

    Raises:
        Refused: if Sentry is configured and not installed.
    """
    if app.config["SENTRY_DSN"]:
        try:
            import sentry_sdk
        except ImportError:
            raise Refused("SENTRY_DSN needs the extra: notifications-app[sentry].") from None
        sentry_sdk.init(dsn=app.config["SENTRY_DSN"], send_default_pii=False)
    if app.debug:
        app.after_request(_server_timing)


def _server_timing(response: Response) -> Response:
    response.headers["Server-Timing"] = f"view;dur={request_info.seconds() * 1000:.1f}"
    return response
