"""The times until which a notification can be snoozed, in the reader's own day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ...core import clock
from ...core.errors import BadInput, BadTime

MORNING = time(8)
EVENING = time(18)
#: From then on, "This evening" is too near to be offered.
EVENING_OFFERED_BEFORE = time(17)
#: The longest snooze, about five years.
MAX_SNOOZE = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to snooze: its name in the form, its label, and its end in UTC."""

    name: str
    words: str
    until: datetime


def choices(zone: str, now: datetime) -> list[Choice]:
    """Return the choices to offer: in an hour, in four, this evening, tomorrow, next Monday.

    No two end at one moment: the first of them stays. Evenings are at 18:00, mornings at 8:00, in
    ``zone``. If the clocks skip a time, the first moment after it counts.
    """
    found: dict[datetime, Choice] = {}
    for choice in _all_choices(zone, now):
        is_late = clock.local(now, zone).time() >= EVENING_OFFERED_BEFORE
        if not (choice.name == "evening" and is_late):
            found.setdefault(choice.until, choice)
    return list(found.values())


def _all_choices(zone: str, now: datetime) -> list[Choice]:
    """Return every choice by name: a page may still show one that is no longer offered."""
    today = clock.local(now, zone).date()
    later = now + timedelta(hours=4)
    is_today = clock.local(later, zone).date() == today
    monday = today + timedelta(days=7 - today.weekday())

    def at(when: time, days: int) -> datetime:
        return clock.first_moment(datetime.combine(today + timedelta(days), when), zone)

    return [
        Choice("hour", "In 1 hour", now + timedelta(hours=1)),
        Choice("later", "Later today" if is_today else "In 4 hours", later),
        Choice("evening", "This evening", at(EVENING, 0)),
        Choice("tomorrow", "Tomorrow", at(MORNING, 1)),
        Choice("monday", "Next Monday", at(MORNING, (monday - today).days)),
    ]


def until(choice: str, typed: str, zone: str, now: datetime) -> datetime:
    """Return the end of a snooze, in UTC: a choice, or a time typed in the reader's zone.

    Raises:
        BadTime: with the field ``until``, if the time cannot be read, does not exist in that
            zone, is past, or is too far away.
        BadInput: with the field ``choice``, if there is no such choice.
    """
    for offered in _all_choices(zone, now):
        if offered.name == choice and offered.until > now:
            return offered.until
    if choice != "until":
        raise BadInput(f"There is no choice “{choice}”.", "choice")
    try:
        moment = clock.typed_moment(clock.parse_wall(typed), zone)
    except BadTime as error:
        raise BadTime(str(error), "until") from None
    if moment <= now:
        raise BadTime(f"That time is past. Choose a later one ({zone}).", "until")
    if moment > now + MAX_SNOOZE:
        raise BadTime("That is more than five years away. Choose an earlier time.", "until")
    return moment


def suggestion(remembered: str, zone: str, now: datetime) -> str:
    """Return the initial value of the time field: the time typed last if it is still ahead.

    Otherwise it is 9:00 tomorrow, in the reader's zone.
    """
    try:
        if remembered and clock.first_moment(clock.parse_wall(remembered), zone) > now:
            return remembered
    except BadTime:
        pass
    wall = datetime.combine(clock.local(now, zone).date() + timedelta(days=1), time(9))
    return wall.strftime("%Y-%m-%dT%H:%M")
