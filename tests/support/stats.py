"""Figures of broadcasts, in the states that are shown differently."""

from dataclasses import replace

from notifications_app.domain.broadcasts.stats import Stats
from notifications_app.domain.broadcasts.stats_statements import HOUR, LAST_HOUR
from tests.support.moments import NOON

SOME = Stats(
    notification_id=12,
    title="Office hours change",
    channel="everyone",
    is_local=False,
    audience_now=18_204,
    audience_at_sending=18_190,
    read=1_500,
    read_before=0,
    dismissed=91,
    snoozed=0,
    acted=1_550,
    pruned=0,
    median_seconds_to_read=42 * 60 + 7,
    hours=((0, 300), (1, 1_180), (2, 20)),
    running_from=2,
    released_at=NOON,
    first_at=NOON,
    recalled_at=None,
    is_over=False,
    made_at=NOON + 2 * HOUR,
)
NONE_YET = replace(SOME, read=0, dismissed=0, acted=0, median_seconds_to_read=None,
                   hours=((0, 0),), running_from=0)  # fmt: skip
SCHEDULED = replace(NONE_YET, hours=(), running_from=None, released_at=NOON + 9 * HOUR,
                    first_at=NOON + 9 * HOUR)  # fmt: skip
FULL_DAY = tuple((hour, 10 * hour) for hour in range(LAST_HOUR + 1))
