"""The settings of the server with short limits, for tests that wait for their end."""

from notifications_app.server.settings import *  # noqa: F403
from notifications_app.server.worker import Worker


class ImpatientWorker(Worker):
    """A worker that waits for nobody, and for a few connections only."""

    head_seconds = transfer_seconds = linger_seconds = 0.3
    tick = 0.1
    most_from_address = 5


worker_class = f"{__name__}.{ImpatientWorker.__name__}"
keepalive = 1
graceful_timeout = 3
