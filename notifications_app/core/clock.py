"""Time: UTC inside, the reader's zone on the page. The only module that imports pytz.

A zone is given by its IANA name; an unknown one raises :class:`UnknownZone`. A moment is an
aware datetime; a naive one raises ValueError. A wall time is naive: the time that a clock on
a wall shows.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import humanize
import pytz
from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from .errors import BadInput, BadTime, UnknownZone
from .text import refuse_invisible, trim

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
with pytz.open_resource("tzdata.zi") as _source:  # type: ignore[attr-defined]
    #: Older names, such as the Asia/Calcutta that browsers still send, mapped to today's.
    _LINKS = {
        line.split()[2]: line.split()[1]
        for line in _source.read().decode().splitlines()
        if line.startswith("L ")
    }
_SPELLINGS = {
    name.casefold(): name
    if name in pytz.common_timezones_set or _LINKS.get(name) not in pytz.common_timezones_set
    else _LINKS[name]
    for name in pytz.all_timezones
}
#: The release of the IANA database that the rules come from, such as ``2026a``.
ZONE_DATA_VERSION: str = pytz.OLSON_VERSION  # type: ignore[attr-defined]
#: Every name that an account may hold: a zone may be renamed after it was chosen.
EVERY_ZONE = frozenset(pytz.all_timezones)
#: The offset from UTC, which SQLite drops.
_OFFSET = "+00:00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIZES = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WALL = re.compile(r"(19[7-9]\d|2\d{3})-\d\d-\d\d[ T]([01]\d|2[0-3]):\d\d(:\d\d)?", re.ASCII)
_SPAN = re.compile(r"0*([1-9]\d{0,4})([mhdw])", re.ASCII)


class UTCDateTime(TypeDecorator[datetime]):
    """A column type for moments: stored in UTC, returned aware, on SQLite and PostgreSQL alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Convert the moment to UTC; raise ValueError if it is naive."""
        return value and _utc(value)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the moment in UTC: SQLite drops the offset, PostgreSQL uses its session's."""
        return value and (_utc(value) if value.tzinfo else value.replace(tzinfo=UTC))

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the conversion of a result: on SQLite, text, in one step instead of three."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _from_sqlite


def _from_sqlite(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + _OFFSET)


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"A moment carries its offset from UTC; {moment!r} has none.")
    return moment.astimezone(UTC)


def zone_names() -> tuple[str, ...]:
    """Return the zones to choose from, in alphabetical order."""
    return tuple(pytz.common_timezones)


def zone_countries() -> dict[str, list[str]]:
    """Return the countries of each zone: their names in English, and their two letters."""
    countries: dict[str, list[str]] = {}
    for code, zones in pytz.country_timezones.items():
        for zone in zones:
            words = [pytz.country_names.get(code, code), code]
            countries.setdefault(zone_name(zone), []).extend(words)
    return countries


def older_zone_names() -> dict[str, list[str]]:
    """Return the older names of each zone that has one: Asia/Calcutta, US/Eastern, Japan."""
    older: dict[str, list[str]] = {}
    for name, target in _LINKS.items():
        if name not in pytz.common_timezones_set or name.startswith(("US/", "Canada/")):
            older.setdefault(zone_name(target), []).append(name)
    return older


def zone_name(name: str) -> str:
    """Return the name to store for a zone given in any case; an older alias becomes today's.

    Raises:
        UnknownZone: if there is no such zone.
    """
    name = trim(name)
    try:
        refuse_invisible(name, "timezone", "time zone")
    except BadInput as refusal:
        raise UnknownZone(str(refusal), "timezone") from None
    if name.casefold() not in _SPELLINGS:
        raise UnknownZone("There is no such time zone. Use one like Europe/Paris.", "timezone")
    return _SPELLINGS[name.casefold()]


def local(moment: datetime, zone: str) -> datetime:
    """Convert a moment to a zone's local time, aware."""
    return _utc(moment).astimezone(pytz.timezone(zone_name(zone)))


def offset_words(moment: datetime, zone: str) -> str:
    """Return the zone's offset from UTC at that moment: ``UTC+05:30``."""
    return f"UTC{local(moment, zone).isoformat()[-6:]}"


def abbreviation(moment: datetime, zone: str) -> str:
    """Return the zone's short name at that moment: ``IST``; ``UTC+04`` if it has only digits."""
    name = local(moment, zone).tzname() or ""
    return name if name.isalpha() else offset_words(moment, zone).removesuffix(":00")


def first_moment(wall: datetime, zone: str) -> datetime:
    """Return the first moment, in UTC, at which the zone's clock shows ``wall`` or a later time.

    A wall time that occurs twice (autumn) means the first; one that the clocks skip (spring)
    means the first moment after the gap.
    """
    tz, second = pytz.timezone(zone_name(zone)), timedelta(seconds=1)
    try:
        return tz.localize(wall, is_dst=None).astimezone(UTC)
    except pytz.InvalidTimeError as error:
        both = sorted(tz.localize(wall, is_dst=side).astimezone(UTC) for side in (True, False))
        if isinstance(error, pytz.AmbiguousTimeError):
            return both[0]
    before, after = (moment.replace(microsecond=0) for moment in both)
    while after - before > second:  # search for the second at which the clocks change
        middle = before + (after - before) // second // 2 * second
        if local(middle, zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def typed_moment(wall: datetime, zone: str) -> datetime:
    """Convert a wall time that a person typed for a zone to a moment, in UTC.

    Raises:
        BadTime: if the clocks skip that time; the sentence offers the first moment after it.
    """
    moment = first_moment(wall, zone)
    shown = local(moment, zone).replace(tzinfo=None)
    if shown == wall:
        return moment
    day = "" if shown.date() == wall.date() else f"{_day(shown)} {shown.year}, "
    skipped, next_time = (t.time().isoformat().removesuffix(":00") for t in (wall, shown))
    raise BadTime(
        f"{skipped} does not exist on that day in {zone_name(zone)}."
        f" The next time that exists is {day}{next_time}."
    )


def parse_wall(text: str) -> datetime:
    """Parse ``YYYY-MM-DD HH:MM``, also with a T or with seconds, to a naive time.

    Raises:
        BadTime: if the text is no such time between 1970 and 2999.
    """
    text = trim(text)
    try:
        return datetime.fromisoformat(text if _WALL.fullmatch(text) else "")
    except ValueError:
        raise BadTime("Enter a date (1970 to 2999) and a time: 2026-11-20 09:00.") from None


def parse_span(text: str) -> timedelta:
    """Parse a length of time: ``30m``, ``12h``, ``7d`` or ``2w``.

    Raises:
        BadTime: if the text is nothing of the kind, or zero.
    """
    match = _SPAN.fullmatch(trim(text))
    if match is None:
        raise BadTime(
            "Enter a length of time such as 30m, 12h, 7d or 2w, with at most five digits."
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _day(wall: datetime, letters: int | None = None) -> str:
    """Format a day as ``Tuesday 17 November``, each name cut to ``letters``; in English always."""
    weekday, month = _DAYS[wall.weekday()], _MONTHS[wall.month - 1]
    return f"{weekday[:letters]} {wall.day} {month[:letters]}"


def day_heading(moment: datetime, zone: str, now: datetime) -> tuple[str, str]:
    """Return the heading of a day in the reader's zone, and the date beside it in smaller print."""
    wall, today = local(moment, zone), local(now, zone)
    day, days_ago = _day(wall), (today.date() - wall.date()).days
    if days_ago in (0, 1):
        return ("Yesterday" if days_ago else "Today"), day
    if 1 < days_ago < 7:
        return _DAYS[wall.weekday()], day.partition(" ")[2]
    return (day if wall.year == today.year else f"{day} {wall.year}"), ""


def wall_words(wall: datetime) -> str:
    """Format a wall time in full: ``Tue 17 Nov 2026, 09:00``."""
    return f"{_day(wall, 3)} {wall.year}, {wall:%H:%M}"


def full(moment: datetime, zone: str) -> str:
    """Format a moment in full with its zone: ``Tue 17 Nov 2026, 09:00 IST``."""
    return f"{wall_words(local(moment, zone))} {abbreviation(moment, zone)}"


def short(moment: datetime, zone: str, now: datetime) -> str:
    """Format day and time: ``Tue 17 Nov, 09:00``; with the year unless it is the current one."""
    wall = local(moment, zone)
    is_this_year = wall.year == local(now, zone).year
    return f"{_day(wall, 3)}, {wall:%H:%M}" if is_this_year else wall_words(wall)


def time_of_day(moment: datetime, zone: str) -> str:
    """Format the time alone: ``09:00``."""
    return f"{local(moment, zone):%H:%M}"


def ago(moment: datetime, zone: str, now: datetime) -> str:
    """Format the time since a moment of the same local day; on other days, the time of day.

    A moment ahead is ``in 12 min``, one less than a minute away ``now``.
    """
    past = _utc(now) - _utc(moment)
    if abs(past) < timedelta(minutes=1):
        return "now"
    if past < timedelta(0):
        return f"in {span_words(past)}"
    if past < timedelta(days=1) and local(moment, zone).date() == local(now, zone).date():
        return f"{span_words(past)} ago"
    return time_of_day(moment, zone)


def span_words(delta: timedelta) -> str:
    """Format a length of time in its largest unit, rounded down: ``12 min``, ``3 hours``."""
    delta = abs(delta)
    unit = next((size for size in _SIZES if delta >= size), _SIZES[-1])
    words = humanize.naturaldelta(delta - delta % unit, months=False)
    return re.sub(r"minutes?", "min", re.sub(r"^an? (?!moment)", "1 ", words))


def iso(moment: datetime) -> str:
    """Format a moment for machines, in UTC: ``2026-11-17T03:30:00Z``."""
    return _utc(moment).isoformat().removesuffix("+00:00") + "Z"


def micros(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970 in UTC, the unit of stamps and cursors."""
    return (_utc(moment) - _EPOCH) // timedelta(microseconds=1)


def from_micros(count: int) -> datetime:
    """Return the UTC moment ``count`` microseconds after 1970.

    Raises:
        OverflowError: if a datetime cannot hold it.
    """
    return _EPOCH + timedelta(microseconds=count)
