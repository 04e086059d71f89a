"""The figures as pages show them: counted at most once a minute, and they say how old they are."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from ...core import clock
from ...core.cache import cache
from .stats import Figures, figures

KEPT = timedelta(seconds=60)
#: Goes up with each change of :class:`Figures`: what an older release left would not fit it.
FORM = 2


def key(number: int, changed_at: datetime | None) -> str:
    """Under what name the figures are cached: an edit may begin them anew, a recall ends them."""
    return f"figures:{FORM}:{number}:{clock.micros(changed_at) if changed_at else 0}"


def tallied(
    connection: Connection, number: int, changed_at: datetime | None, now: datetime
) -> Figures:
    """The figures of a notification, from the cache where they are there.

    Raises:
        NotThere: where there is no such notification.
    """
    name = key(number, changed_at)
    found = cache.get(name)
    if isinstance(found, Figures) and now - found.made_at < KEPT:
        return found
    found = figures(connection, number, now)
    cache.set(name, found, timeout=int(KEPT.total_seconds()))
    return found


def age(found: Figures, now: datetime) -> str:
    """How old figures are: ``as of now``, ``as of 12 seconds ago``."""
    old = now - found.made_at
    return "as of now" if old < timedelta(seconds=1) else f"as of {clock.span_words(old)} ago"
