"""A cache that never breaks a page: on failure it is empty for five seconds."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from flask import current_app
from flask_caching import Cache

#: How long a cache that failed is left alone, in seconds: each try may take 0.2 s.
RETRY_AFTER_SECONDS = 5.0
_BACK_AT = "notifications_app: cache is back at"


class ForgivingCache(Cache):
    """A cache that answers as an empty one while it cannot be reached."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value under a name, else None."""
        return _try(super().get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> bool | None:
        """Keep a value; return whether it was kept."""
        return bool(_try(super().set, *args, **kwargs))


cache = ForgivingCache()


def _try(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if monotonic() < current_app.extensions.get(_BACK_AT, 0.0):
        return None
    try:
        return method(*args, **kwargs)
    except Exception:  # noqa: BLE001 - each kind of cache fails in its own way
        current_app.extensions[_BACK_AT] = monotonic() + RETRY_AFTER_SECONDS
        return None
