"""The settings of the server: ``gunicorn --config python:notifications_app.server.settings``.

gunicorn reads them by their names. ``make run``, ``make serve`` and docs/deploying.md share them;
an option on gunicorn's command line wins over each.
"""

import atexit
import logging
import os
import shutil
import tempfile
from typing import Any

import click
from dotenv import load_dotenv
from gunicorn import glogging

from ..core.config import from_environment
from ..core.counters import SHARED_FOLDER
from ..core.database import ROOT
from ..core.logs import Redact, formatter

load_dotenv(ROOT / ".env")
_SETTINGS = from_environment()


class Log(glogging.Logger):
    """gunicorn's log, in the format of the application's."""

    def setup(self, cfg: Any) -> None:
        """Configure the handlers, and one for the libraries that log a warning of their own."""
        super().setup(cfg)
        others = logging.StreamHandler()
        others.addFilter(lambda record: not record.name.startswith("notifications_app"))
        logging.getLogger().handlers = [others]
        logging.captureWarnings(capture=True)
        for handler in [*self.error_log.handlers, *self.access_log.handlers, others]:
            handler.addFilter(Redact())
            handler.setFormatter(formatter(_SETTINGS["LOG_FORMAT"]))


def _share_counters() -> None:
    """Make a folder in which the processes count together; it ends with this process."""
    folder = tempfile.mkdtemp(prefix="notifications-metrics-")
    os.environ[SHARED_FOLDER] = folder
    made_in = os.getpid()

    def delete() -> None:
        if os.getpid() == made_in:  # the workers are forks of it, and end earlier
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(delete)


# Before the application, whose counters look for it when their library is loaded.
if _SETTINGS["METRICS_TOKEN"]:
    _share_counters()


def when_ready(server: Any) -> None:
    """Print where the server listens, and warn of what several processes lack."""
    addresses = " and ".join(str(listener) for listener in server.LISTENERS)
    click.echo(f"Serving on {addresses} (stop with Ctrl+C).")
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
