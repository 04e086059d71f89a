"""The moments at which tests play, and a clock that stands still there."""

from datetime import UTC, datetime, timedelta
from functools import partial

import time_machine

HOUR = timedelta(hours=1)
#: Noon of a Friday: tests that care about the time pass it in.
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: The readers of the fixtures came at NOON; what is broadcast from now on is for them.
NOW = NOON + HOUR
#: When the pages are asked for.
LATER = NOW + timedelta(minutes=10)
#: Until when what is snoozed sleeps.
UNTIL = NOW + timedelta(days=1)

#: ``with at(NOON + timedelta(hours=8)):`` the clock stands at that moment.
at = partial(time_machine.travel, tick=False)
