"""The settings of the server: ``gunicorn --config python:notifications_app.server.settings``.

gunicorn reads them by their names. ``make run``, ``make serve`` and docs/deploying.md share them;
an option on gunicorn's command line wins over each.
"""

from typing import Any

import click
from gunicorn import glogging

from ..core import data_folder
from ..core.config import SETTINGS, from_environment
from ..core.env_file import load_env_file
from ..core.logs import formatter

load_env_file(setting.name for setting in SETTINGS)
_SETTINGS = from_environment()


class Log(glogging.Logger):
    """gunicorn's log, in the format of the application's."""

    def setup(self, cfg: Any) -> None:
        """Configure the handlers."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(_SETTINGS["LOG_FORMAT"]))


def when_ready(server: Any) -> None:
    """Print where the server listens, and warn of what several processes lack."""
    addresses = " and ".join(str(listener) for listener in server.LISTENERS)
    click.echo(f"Serving on {addresses} (stop with Ctrl+C).")
    click.echo(data_folder.sentence(_SETTINGS))
    if server.cfg.workers > 1 and not _SETTINGS["REDIS_URL"]:
        server.log.warning("Without REDIS_URL, each process counts sign-in attempts for itself.")


bind = "127.0.0.1:8000"
workers = _SETTINGS["WORKERS"]
threads = _SETTINGS["THREADS"]
worker_class = "notifications_app.server.worker.Worker"
worker_connections = 1000
keepalive = 30
#: Seconds that requests have to end when the server is stopped.
graceful_timeout = 8
# X-Forwarded-* headers are for the application, which believes them with PROXY_HOPS only.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
# The worker parses in two steps, which the parser in C does not know.
http_parser = "python"
sendfile = False
control_socket_disable = True
logger_class = Log
loglevel = "warning"
