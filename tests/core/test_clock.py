from bisect import bisect_right
from datetime import UTC, datetime, timedelta, timezone

import pytest
import pytz
import time_machine
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, create_engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from notifications_app.core import clock
from notifications_app.core.errors import BadInput, BadTime, UnknownZone

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday; 17:30 in Kolkata
KOLKATA = "Asia/Kolkata"
things = Table("things", MetaData(), Column("id", Integer), Column("at", clock.UTCDateTime))


def utc(*parts):
    return datetime(*parts).replace(tzinfo=UTC)


def wall(*parts):
    return datetime(*parts)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        things.create(connection)
        yield connection
    engine.dispose()


def test_now_is_aware_and_in_utc():
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC


# --- UTCDateTime


def test_a_moment_is_stored_in_utc_and_given_back_aware(connection):
    india = timezone(timedelta(hours=5, minutes=30))
    connection.execute(things.insert(), {"id": 1, "at": NOON.astimezone(india)})
    stored = connection.exec_driver_sql("SELECT at FROM things").scalar_one()
    assert stored == "2026-11-20 12:00:00.000000"
    back = connection.execute(select(things.c.at)).scalar_one()
    assert (back, back.tzinfo) == (NOON, UTC)


def test_none_stays_none(connection):
    connection.execute(things.insert(), {"id": 1, "at": None})
    assert connection.execute(select(things.c.at)).scalar_one() is None


def test_a_naive_moment_is_refused_wherever_it_is_bound(connection):
    naive = wall(2026, 11, 20, 12)
    column = clock.UTCDateTime()
    with pytest.raises(Exception, match="offset from UTC"):
        connection.execute(things.insert(), {"id": 1, "at": naive})
    with pytest.raises(Exception, match="offset from UTC"):
        connection.execute(select(things).where(things.c.at < naive))
    with pytest.raises(ValueError, match="offset from UTC"):
        column.process_bind_param(naive, sqlite.dialect())


def test_returning_comparing_and_literals_speak_utc_too(connection):
    tokyo = timezone(timedelta(hours=9))
    insert = things.insert().returning(things.c.at)
    assert connection.execute(insert, {"id": 1, "at": NOON}).scalar_one() == NOON
    connection.execute(things.insert(), {"id": 2, "at": NOON + SECOND})
    until = select(things.c.id).where(things.c.at <= bindparam("until", literal_execute=True))
    assert connection.scalars(until, {"until": NOON.astimezone(tokyo)}).all() == [1]
    among = select(things.c.id).where(things.c.at.in_([NOON.astimezone(tokyo)]))
    assert connection.scalars(among).all() == [1]
    assert connection.execute(select(func.max(things.c.at))).scalar_one() == NOON + SECOND


def test_on_postgresql_it_has_a_zone_and_its_answers_are_brought_to_utc():
    dialect = postgresql.dialect()
    column = clock.UTCDateTime()
    assert column.compile(dialect) == "TIMESTAMP WITH TIME ZONE"
    paris = datetime(2026, 11, 20, 13, tzinfo=timezone(timedelta(hours=1)))
    for there in (column.process_bind_param, column.process_result_value):
        assert (there(paris, dialect), there(paris, dialect).tzinfo) == (NOON, UTC)
    literal = (things.c.at < paris).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    assert "2026-11-20 12:00:00+00:00" in str(literal)


# --- zones


def test_the_zones_to_choose_from():
    assert clock.zone_names() == tuple(pytz.common_timezones)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("us/pacific", "US/Pacific"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_has_one_spelling(typed, name):
    assert clock.zone_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "Mars/Base", "Europe/Paris ", "../UTC", "IST", "\0", "\ud800"]
)
def test_an_unknown_zone_is_refused_for_its_field(typed):
    with pytest.raises(UnknownZone) as refused:
        clock.zone_name(typed)
    assert refused.value.field == "timezone"
    assert str(refused.value).endswith(".")
    with pytest.raises(UnknownZone):
        clock.local(NOON, typed)


@pytest.mark.parametrize(
    ("zone", "offset", "abbreviation"),
    [
        (KOLKATA, "UTC+05:30", "IST"),
        ("Asia/Dubai", "UTC+04:00", "UTC+04"),
        ("Asia/Kathmandu", "UTC+05:45", "UTC+05:45"),
        ("America/Sao_Paulo", "UTC-03:00", "UTC-03"),
        ("UTC", "UTC+00:00", "UTC"),
        ("America/New_York", "UTC-05:00", "EST"),
    ],
)
def test_what_a_zone_is_called(zone, offset, abbreviation):
    assert clock.offset_words(NOON, zone) == offset
    assert clock.abbreviation(NOON, zone) == abbreviation


def test_summer_time_changes_what_a_zone_is_called():
    assert clock.abbreviation(utc(2026, 7, 1), "Europe/Paris") == "CEST"
    assert clock.offset_words(utc(2026, 7, 1), "Europe/Paris") == "UTC+02:00"


def test_a_naive_moment_has_no_place_on_any_clock():
    for question in (clock.local, clock.full, clock.time_of_day, clock.offset_words):
        with pytest.raises(ValueError, match="offset from UTC"):
            question(wall(2026, 11, 20), KOLKATA)
    with pytest.raises(ValueError, match="offset from UTC"):
        clock.iso(wall(2026, 11, 20))


# --- from a wall clock to a moment


def changes_of_clocks(zone, years):
    """The changes of a zone's clocks, with the offsets before and after: pytz's table."""
    tz = pytz.timezone(zone)
    times = getattr(tz, "_utc_transition_times", [])
    offsets = [info[0] for info in getattr(tz, "_transition_info", [])]
    return times, offsets, [i for i in range(1, len(times)) if times[i].year in years]


def first_showing(shown, near, times, offsets):
    """The first moment at which the clock shows that, by trying the offsets around a change."""
    tries = {shown - offset for offset in offsets[max(0, near - 4) : near + 5]}
    return min(t for t in tries if t + offsets[max(0, bisect_right(times, t) - 1)] == shown)


# 0001 to 1969 is local mean time and history; the ordinary years are 91,000 instants.
@pytest.mark.slow
@pytest.mark.parametrize("years", [range(1, 1970), range(1970, 2004), range(2004, 2038)])
def test_every_change_of_clocks_in_every_zone_to_the_second(years):
    instants = 0
    for zone in pytz.all_timezones:
        times, offsets, changes = changes_of_clocks(zone, years)
        for i in changes:
            change = times[i].replace(tzinfo=UTC)
            for moment in (change - SECOND, change, change + SECOND):
                shown = clock.local(moment, zone).replace(tzinfo=None)
                first = first_showing(shown, i, times, offsets).replace(tzinfo=UTC)
                assert clock.first_moment(shown, zone) == first <= moment, (zone, moment)
                instants += 1
            gap = offsets[i] - offsets[i - 1]
            if gap > timedelta(0):
                skipped = times[i] + offsets[i - 1] + gap / 2
                assert clock.first_moment(skipped, zone) == change, (zone, skipped)
                after = f"is .*{times[i] + offsets[i]:%H:%M}"
                with pytest.raises(BadTime, match=after):
                    clock.typed_moment(skipped, zone)
    assert instants > 25_000


@pytest.mark.parametrize(
    ("zone", "shown", "moment"),
    [
        ("Europe/Paris", (2026, 3, 29, 1, 59), utc(2026, 3, 29, 0, 59)),
        ("Europe/Paris", (2026, 3, 29, 2, 0), utc(2026, 3, 29, 1)),
        ("Europe/Paris", (2026, 3, 29, 2, 59, 59, 999_999), utc(2026, 3, 29, 1)),
        ("Europe/Paris", (2026, 10, 25, 2, 30), utc(2026, 10, 25, 0, 30)),  # and once more at 1:30
        ("Pacific/Apia", (2011, 12, 30, 12, 0), utc(2011, 12, 30, 10)),  # no such day there
        ("Pacific/Kwajalein", (1993, 8, 21, 23, 0), utc(1993, 8, 21, 12)),
        ("Pacific/Kwajalein", (1969, 9, 30, 15, 0), utc(1969, 9, 30, 4)),  # that day came twice
        ("Africa/Monrovia", (1972, 1, 7, 0, 20), utc(1972, 1, 7, 0, 44, 30)),
        ("Asia/Kolkata", (2999, 12, 31, 23, 59), utc(2999, 12, 31, 18, 29)),
        ("Etc/GMT+5", (2026, 11, 20, 9, 0), utc(2026, 11, 20, 14)),
        ("UTC", (2026, 11, 20, 9, 0, 0, 1), utc(2026, 11, 20, 9, 0, 0, 1)),
    ],
)
def test_the_first_moment_of_a_wall_time(zone, shown, moment):
    first = clock.first_moment(wall(*shown), zone)
    assert (first, first.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    ("zone", "shown", "sentence"),
    [
        (
            "europe/paris",
            (2026, 3, 29, 2, 30),
            "02:30 does not exist on that day in Europe/Paris. The next time that exists is 03:00.",
        ),
        (
            "Pacific/Apia",
            (2011, 12, 30, 9, 15, 30),
            (
                "09:15:30 does not exist on that day in Pacific/Apia. The next time that exists is"
                " Saturday 31 December 2011, 00:00."
            ),
        ),
    ],
)
def test_a_typed_time_that_is_skipped_is_refused_with_the_moment_after_it(zone, shown, sentence):
    with pytest.raises(BadTime) as refused:
        clock.typed_moment(wall(*shown), zone)
    assert str(refused.value) == sentence


def test_a_typed_time_that_exists_is_its_first_moment():
    assert clock.typed_moment(wall(2026, 10, 25, 2, 30), "Europe/Paris") == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-20 09:00", wall(2026, 11, 20, 9)),
        (" 2026-11-20T09:00 ", wall(2026, 11, 20, 9)),
        ("2026-11-20 09:00:07", wall(2026, 11, 20, 9, 0, 7)),
        ("1970-01-01 00:00", wall(1970, 1, 1)),
        ("2999-12-31 23:59", wall(2999, 12, 31, 23, 59)),
    ],
)
def test_a_wall_time_is_read(typed, meant):
    assert clock.parse_wall(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "tomorrow",
        "2026-11-20",
        "09:00",
        "2026-11-20 9:00",
        "2026-02-30 09:00",
        "2026-11-20 24:00",
        "2026-11-20 09:60",
        "2026-11-20 09:00:60",
        "20261120T0900",
        "1969-12-31 23:59",
        "3000-01-01 00:00",
        "12026-11-20 09:00",
        "2026-11-20 09:00Z",
        "2026-11-20 09:00+05:30",
        "2026-11-20  09:00",
        "2026-11-20 09:00\0",
        "2026-W47-5 09:00",
        "\u0662\u0660\u0662\u0666-11-20 09:00",
    ],
)
def test_anything_else_is_no_wall_time(typed):
    with pytest.raises(BadTime, match="2026-11-20 09:00"):
        clock.parse_wall(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        (" 7d ", timedelta(days=7)),
        ("02w", timedelta(days=14)),
        ("99999w", timedelta(days=699_993)),
    ],
)
def test_a_span_is_read_and_leaves_the_calendar_standing(typed, meant):
    assert clock.parse_span(typed) == meant
    assert utc(2999, 12, 31) + meant


@pytest.mark.parametrize(
    "typed",
    ["", "7", "d", "0m", "00d", "-1d", "7D", "1.5h", "7 d", "1y", "100000m", "\u0667d", "7d\0"],
)
def test_anything_else_is_no_span(typed):
    with pytest.raises(BadTime, match="30m, 12h, 7d or 2w"):
        clock.parse_span(typed)


def test_a_bad_time_is_bad_input():
    assert issubclass(BadTime, BadInput)


# --- a moment in the reader's words


@pytest.mark.parametrize(
    ("moment", "heading"),
    [
        (utc(2026, 11, 20, 18, 29), ("Today", "Friday 20 November")),
        (utc(2026, 11, 19, 18, 30), ("Today", "Friday 20 November")),  # midnight in Kolkata
        (utc(2026, 11, 19, 18, 29, 59), ("Yesterday", "Thursday 19 November")),
        (utc(2026, 11, 18, 12), ("Wednesday", "18 November")),
        (utc(2026, 11, 13, 18, 30), ("Saturday", "14 November")),  # six days ago
        (utc(2026, 11, 13, 18, 29), ("Friday 13 November", "")),  # seven
        (utc(2025, 12, 31, 18, 30), ("Thursday 1 January", "")),
        (utc(2025, 12, 31, 18, 29), ("Wednesday 31 December 2025", "")),
        (utc(2026, 11, 20, 18, 30), ("Saturday 21 November", "")),  # tomorrow
        (utc(2026, 11, 24, 12), ("Tuesday 24 November", "")),
        (utc(2027, 1, 1, 12), ("Friday 1 January 2027", "")),
    ],
)
def test_days_are_the_readers_own(moment, heading):
    assert clock.day_heading(moment, KOLKATA, NOON) == heading


def test_one_moment_falls_on_different_days_in_different_zones():
    moment, now = utc(2026, 11, 20, 2), utc(2026, 11, 20, 12)
    assert clock.day_heading(moment, "UTC", now)[0] == "Today"
    assert clock.day_heading(moment, "America/New_York", now)[0] == "Yesterday"


def test_days_of_23_and_of_25_hours_count_as_days():
    paris = "Europe/Paris"
    spring, autumn = utc(2026, 3, 29, 21, 59), utc(2026, 10, 25, 22, 59)  # 23:59 on each
    assert clock.day_heading(utc(2026, 3, 28, 23), paris, spring)[0] == "Today"
    assert clock.day_heading(utc(2026, 3, 28, 22, 59), paris, spring)[0] == "Yesterday"
    assert clock.day_heading(utc(2026, 10, 24, 22), paris, autumn)[0] == "Today"
    assert clock.day_heading(utc(2026, 10, 24, 21, 59), paris, autumn)[0] == "Yesterday"
    assert clock.ago(utc(2026, 10, 24, 22), paris, autumn) == "00:00"  # 24 hours ago, and today


def test_a_day_that_never_was_is_not_yesterday():
    now = utc(2011, 12, 30, 20)  # 31 December in Apia, which had no 30
    assert clock.day_heading(utc(2011, 12, 30, 9), "Pacific/Apia", now) == (
        "Thursday",
        "29 December",
    )


def test_the_whole_time_and_the_short_one():
    moment = utc(2026, 11, 17, 3, 30)
    assert clock.full(moment, KOLKATA) == "Tue 17 Nov 2026, 09:00 IST"
    assert clock.short(moment, KOLKATA, NOON) == "Tue 17 Nov, 09:00"
    assert clock.time_of_day(moment, KOLKATA) == "09:00"
    assert clock.short(moment, KOLKATA, utc(2026, 12, 31, 18, 30)) == "Tue 17 Nov 2026, 09:00"


def test_every_day_and_month_has_its_english_name():
    end = utc(2028, 12, 31)
    for days in range(7, 366):
        day = end - timedelta(days=days)
        assert clock.day_heading(day, "UTC", end) == (f"{day:%A {day.day} %B}", "")
        assert clock.short(day, "UTC", end) == f"{day:%a {day.day} %b}, 00:00"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(seconds=119), "1 min ago"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(minutes=60), "1 hour ago"),
        (timedelta(hours=2, minutes=59), "2 hours ago"),
        (timedelta(hours=17, minutes=30), "17 hours ago"),  # midnight in Kolkata
        (timedelta(hours=17, minutes=31), "23:59"),
        (timedelta(days=6), "17:30"),
        (timedelta(seconds=-59), "now"),
        (timedelta(minutes=-12), "in 12 min"),
        (timedelta(hours=-2), "in 2 hours"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_how_long_ago(before, words):
    assert clock.ago(NOON - before, KOLKATA, NOON) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "a moment"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59.9), "59 seconds"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=3.99), "3 hours"),
        (timedelta(hours=23.99), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=6), "6 days"),
        (timedelta(days=90), "90 days"),
        (timedelta(days=365), "1 year"),
    ],
)
def test_spans_in_words_are_never_longer_than_they_were(span, words):
    assert clock.span_words(span) == words


def test_moments_for_machines():
    assert clock.iso(utc(2026, 11, 17, 3, 30)) == "2026-11-17T03:30:00Z"
    assert clock.iso(utc(2026, 11, 17, 3, 30, 0, 7)) == "2026-11-17T03:30:00.000007Z"
    assert clock.iso(clock.local(utc(2026, 11, 17, 3, 30), KOLKATA)) == "2026-11-17T03:30:00Z"


def test_micros_count_whole_microseconds_and_come_back():
    moment = utc(2026, 11, 17, 3, 30, 0, 7)
    assert clock.micros(utc(1970, 1, 1, 0, 0, 1)) == 1_000_000
    assert clock.from_micros(clock.micros(moment)) == moment
    with pytest.raises(OverflowError):
        clock.from_micros(2**63)
