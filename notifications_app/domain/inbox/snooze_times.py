"""Until when a notification can be put to sleep: the choices, in the reader's own day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ...core import clock
from ...core.errors import BadInput, BadTime

MORNING = time(8)
#: The furthest that a snooze reaches.
MAX_SNOOZE = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to snooze: its name in a form, its words, and the moment of waking, in UTC."""

    name: str
    words: str
    until: datetime


def choices(zone: str, now: datetime) -> list[Choice]:
    """In an hour, in four, tomorrow at 8:00, next Monday at 8:00, by the reader's clock.

    A time that the clocks jump over means the first moment after it.
    """
    today = clock.local(now, zone).date()
    later = now + timedelta(hours=4)
    is_today = clock.local(later, zone).date() == today
    monday = today + timedelta(days=7 - today.weekday())

    def morning(days: int) -> datetime:
        return clock.first_moment(datetime.combine(today + timedelta(days), MORNING), zone)

    return [
        Choice("hour", "In 1 hour", now + timedelta(hours=1)),
        Choice("later", "Later today" if is_today else "In 4 hours", later),
        Choice("tomorrow", "Tomorrow", morning(1)),
        Choice("monday", "Next Monday", morning((monday - today).days)),
    ]


def until(choice: str, typed: str, zone: str, now: datetime) -> datetime:
    """The moment that was chosen, or the one that was typed for ``until``, in the reader's zone.

    Raises:
        BadTime: with the field ``until``, where the time cannot be read, does not exist in
            that zone, is past, or is too far away.
        BadInput: where there is no such choice.
    """
    for one in choices(zone, now):
        if one.name == choice:
            return one.until
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
    """What the field for a time begins with: the last one typed, if it is still to come."""
    try:
        if remembered and clock.first_moment(clock.parse_wall(remembered), zone) > now:
            return remembered
    except BadTime:
        pass
    wall = datetime.combine(clock.local(now, zone).date() + timedelta(days=1), time(9))
    return wall.strftime("%Y-%m-%dT%H:%M")
