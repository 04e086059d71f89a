"""The cache, without which every page still works."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from flask import current_app
from flask_caching import Cache

#: For how many seconds a cache that failed is left alone: each try may take a fifth of one.
REST = 5.0


class ForgivingCache(Cache):
    """A cache that is away is an empty one, and is not asked again for some seconds."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """What is there under a name, else None."""
        return _asked(super().get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> bool | None:
        """Keep a value; whether it was kept."""
        return bool(_asked(super().set, *args, **kwargs))


def _asked(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if monotonic() < current_app.extensions.get("cache is back at", 0.0):
        return None
    try:
        return method(*args, **kwargs)
    except Exception:  # noqa: BLE001 - each kind of cache fails in its own way
        current_app.extensions["cache is back at"] = monotonic() + REST
        return None
