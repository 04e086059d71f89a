"""A cache that never breaks a page: on failure it is empty for five seconds."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from flask import current_app
from flask_caching import Cache

from . import redis_state
from .extension_keys import CACHE_RETRY_AT

#: How long a failed cache is left alone, in seconds: each attempt may take 0.2 s.
RETRY_AFTER_SECONDS = 5.0


class ForgivingCache(Cache):
    """A cache that behaves as an empty one while its server cannot be reached."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value stored under a key, or None."""
        return _try(super().get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> bool | None:
        """Store a value; return whether it was stored."""
        return bool(_try(super().set, *args, **kwargs))

    def clear(self) -> bool:
        """Forget everything; return whether that worked."""
        return bool(_try(super().clear))


cache = ForgivingCache()


def _try(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if monotonic() < current_app.extensions.get(CACHE_RETRY_AT, 0.0):
        return None
    try:
        value = method(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - each kind of cache fails in its own way
        redis_state.failed(error)
        current_app.extensions[CACHE_RETRY_AT] = monotonic() + RETRY_AFTER_SECONDS
        return None
    redis_state.answered()
    return value
