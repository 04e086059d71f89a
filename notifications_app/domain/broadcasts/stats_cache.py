"""The figures as pages show them: counted at most once a minute, and they say how old they are."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from ...core import clock
from ...core.cache import cache
from .stats import Stats, compute_stats

CACHE_TIME = timedelta(seconds=60)
#: Goes up with each change of :class:`Figures`: what an older release left would not fit it.
CACHE_VERSION = 2


def cache_key(notification_id: int, changed_at: datetime | None) -> str:
    """Under what name the figures are cached: an edit may begin them anew, a recall ends them."""
    return (
        f"figures:{CACHE_VERSION}:{notification_id}:{clock.micros(changed_at) if changed_at else 0}"
    )


def cached_stats(
    connection: Connection, notification_id: int, changed_at: datetime | None, now: datetime
) -> Stats:
    """The figures of a notification, from the cache where they are there.

    Raises:
        NotThere: where there is no such notification.
    """
    name = cache_key(notification_id, changed_at)
    found = cache.get(name)
    if isinstance(found, Stats) and now - found.made_at < CACHE_TIME:
        return found
    found = compute_stats(connection, notification_id, now)
    cache.set(name, found, timeout=int(CACHE_TIME.total_seconds()))
    return found


def age_phrase(found: Stats, now: datetime) -> str:
    """How old figures are: ``as of now``, ``as of 12 seconds ago``."""
    old = now - found.made_at
    return "as of now" if old < timedelta(seconds=1) else f"as of {clock.span_words(old)} ago"
