"""Broadcast statistics, cached for 60 seconds, and the words for their age."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from ...core import clock
from ...core.cache import cache
from .stats import Stats, compute_stats

CACHE_TIME = timedelta(seconds=60)
#: Increase it with each change of :class:`Stats`: cached values of older code would not fit.
CACHE_VERSION = 4


def cache_key(notification_id: int, changed_at: datetime | None) -> str:
    """Return the cache key; ``changed_at`` is the last edit or recall: either makes a new key."""
    return (
        f"figures:{CACHE_VERSION}:{notification_id}:{clock.micros(changed_at) if changed_at else 0}"
    )


def cached_stats(
    connection: Connection, notification_id: int, changed_at: datetime | None, now: datetime
) -> Stats:
    """Return the statistics of a notification, at most 60 seconds old; ``now`` is aware.

    ``changed_at`` is the moment of its last edit or recall, None without one.

    Raises:
        NotFound: if there is no such notification.
    """
    name = cache_key(notification_id, changed_at)
    found = cache.get(name)
    if isinstance(found, Stats) and now - found.made_at < CACHE_TIME:
        return found
    found = compute_stats(connection, notification_id, now)
    cache.set(name, found, timeout=int(CACHE_TIME.total_seconds()))
    return found


def age_phrase(found: Stats, now: datetime) -> str:
    """Format the age of statistics: ``updated just now``, ``updated 12 seconds ago``."""
    old = now - found.made_at
    return (
        "updated just now" if old < timedelta(seconds=1) else f"updated {clock.span_words(old)} ago"
    )
