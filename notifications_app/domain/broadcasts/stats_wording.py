"""Statistics in words, for the page and the command."""

from datetime import timedelta

from ...core import clock
from .stats import Stats
from .stats_statements import LAST_HOUR
from .wording import people_phrase

DASH = "–"


def percentage(part: int, whole: int) -> str:
    """Format a part in percent, never rounded to 0 or 100; empty if it is not a part of a whole."""
    if not 0 <= part <= whole or not whole:
        return ""
    percent = round(100 * part / whole)
    if percent == 0 and part:
        return "under 1%"
    if percent == 100 and part < whole:
        return "over 99%"
    return f"{percent}%"


def hour_phrase(hour: int) -> str:
    """Format an hour since the release: ``2–3 h``, ``48 h+``."""
    return f"{LAST_HOUR} h+" if hour >= LAST_HOUR else f"{hour}–{hour + 1} h"


def median_phrase(found: Stats) -> str:
    """Format the median time to read: ``42 min``; a dash if nobody has read it."""
    seconds = found.median_seconds_to_read
    return DASH if seconds is None else clock.span_words(timedelta(seconds=seconds))


def read_before_phrase(found: Stats) -> str:
    """Format the earlier part of the reads: ``31 before you notified everyone again``, or empty."""
    if not found.read_before:
        return ""
    return f"{found.read_before:,} before you notified everyone again"


def pruned_phrase(found: Stats) -> str:
    """Say whom the hours and the median leave out, in a sentence; empty if nobody."""
    if not found.pruned:
        return ""
    people = people_phrase(found.pruned)
    return f"Hours and median leave out {people} who dismissed it before it was pruned."


def audience_at_sending_phrase(found: Stats) -> str:
    """Format the audience at sending: ``18,190``, ``not recorded``."""
    known = found.audience_at_sending
    return "not recorded" if known is None else f"{known:,}"
