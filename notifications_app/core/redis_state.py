"""Whether Redis answers: one line in the log when it stops, and one when it answers again."""

import logging
from typing import Any

from flask import current_app

from .config import redis_timeouts
from .extension_keys import REDIS_AWAY, REDIS_CLIENT

_log = logging.getLogger("notifications_app")


def failed(error: BaseException) -> None:
    """Record that Redis did not answer; limits and cache are in this process meanwhile."""
    if not current_app.extensions.get(REDIS_AWAY):
        current_app.extensions[REDIS_AWAY] = True
        _log.warning("Redis does not answer: %s", type(error).__name__)


def answered() -> None:
    """Record that Redis answered."""
    if current_app.extensions.get(REDIS_AWAY):
        current_app.extensions[REDIS_AWAY] = False
        _log.warning("Redis answers again.")


def answers() -> bool:
    """Ask Redis, for at most 0.2 seconds, whether it is there."""
    client: Any = current_app.extensions.get(REDIS_CLIENT)
    if client is None:
        from redis import Redis

        client = Redis.from_url(current_app.config["REDIS_URL"], **redis_timeouts())
        current_app.extensions[REDIS_CLIENT] = client
    try:
        client.ping()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
        failed(error)
        return False
    answered()
    return True
