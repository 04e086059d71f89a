"""Monitoring: errors go to Sentry if configured; in debug mode views are timed."""

from time import perf_counter

from flask import Flask, Response, g

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
        app.before_request(_start)
        app.after_request(_server_timing)


def _start() -> None:
    g.started = perf_counter()


def _server_timing(response: Response) -> Response:
    milliseconds = (perf_counter() - g.started) * 1000
    response.headers["Server-Timing"] = f"view;dur={milliseconds:.1f}"
    return response
