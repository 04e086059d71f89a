"""Until when something may sleep, by the reader's own clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifications_app.core import clock
from notifications_app.core.errors import BadInput, BadTime
from notifications_app.domain.inbox import snooze_times
from tests.support.moments import HOUR, NOW

INDIA, PARIS, APIA = "Asia/Kolkata", "Europe/Paris", "Pacific/Apia"


def wall(zone: str, moment: datetime) -> str:
    return f"{clock.local(moment, zone):%a %Y-%m-%d %H:%M}"


def utc(zone: str, words: str) -> datetime:
    """The moment at which the zone's clock shows this."""
    return clock.first_moment(datetime.fromisoformat(words), zone)


@pytest.mark.parametrize(
    ("zone", "now", "words", "walls"),
    [
        # An ordinary Friday.
        (INDIA, "2026-11-20 17:30", "Later today",
         ["Fri 2026-11-20 18:30", "Fri 2026-11-20 21:30", "Sat 2026-11-21 08:00",
          "Mon 2026-11-23 08:00"]),
        # Before and after midnight; there it is another day than in UTC.
        (INDIA, "2026-11-20 23:50", "In 4 hours",
         ["Sat 2026-11-21 00:50", "Sat 2026-11-21 03:50", "Sat 2026-11-21 08:00",
          "Mon 2026-11-23 08:00"]),
        (INDIA, "2026-11-21 00:10", "Later today",
         ["Sat 2026-11-21 01:10", "Sat 2026-11-21 04:10", "Sun 2026-11-22 08:00",
          "Mon 2026-11-23 08:00"]),
        (INDIA, "2026-11-20 20:00", "In 4 hours",
         ["Fri 2026-11-20 21:00", "Sat 2026-11-21 00:00", "Sat 2026-11-21 08:00",
          "Mon 2026-11-23 08:00"]),
        # On a Sunday tomorrow is Monday, on a Monday the next one is a week away.
        (PARIS, "2026-11-22 12:00", "Later today",
         ["Sun 2026-11-22 13:00", "Sun 2026-11-22 16:00", "Mon 2026-11-23 08:00",
          "Mon 2026-11-23 08:00"]),
        (PARIS, "2026-11-23 07:00", "Later today",
         ["Mon 2026-11-23 08:00", "Mon 2026-11-23 11:00", "Tue 2026-11-24 08:00",
          "Mon 2026-11-30 08:00"]),
        # The clocks go forward in the night, and back.
        (PARIS, "2027-03-27 23:30", "In 4 hours",
         ["Sun 2027-03-28 00:30", "Sun 2027-03-28 04:30", "Sun 2027-03-28 08:00",
          "Mon 2027-03-29 08:00"]),
        (PARIS, "2026-10-24 23:30", "In 4 hours",
         ["Sun 2026-10-25 00:30", "Sun 2026-10-25 02:30", "Sun 2026-10-25 08:00",
          "Mon 2026-10-26 08:00"]),
        # Samoa had no 30 December 2011: the first moment after is the next midnight.
        (APIA, "2011-12-29 12:00", "Later today",
         ["Thu 2011-12-29 13:00", "Thu 2011-12-29 16:00", "Sat 2011-12-31 00:00",
          "Mon 2012-01-02 08:00"]),
    ],
)  # fmt: skip
def test_the_choices_are_of_the_readers_own_day(
    zone: str, now: str, words: str, walls: list[str]
) -> None:
    found = snooze_times._all_choices(zone, utc(zone, now))
    found = [choice for choice in found if choice.name != "evening"]
    assert [choice.name for choice in found] == ["hour", "later", "tomorrow", "monday"]
    assert [choice.words for choice in found] == ["In 1 hour", words, "Tomorrow", "Next Monday"]
    assert [wall(zone, choice.until) for choice in found] == walls


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ("2026-11-20 12:00", ["hour", "later", "evening", "tomorrow", "monday"]),
        ("2026-11-20 14:00", ["hour", "later", "tomorrow", "monday"]),  # in 4 hours it is 18:00
        ("2026-11-20 16:59", ["hour", "later", "evening", "tomorrow", "monday"]),
        ("2026-11-20 17:00", ["hour", "later", "tomorrow", "monday"]),
        ("2026-11-22 12:00", ["hour", "later", "evening", "tomorrow"]),  # tomorrow is Monday
        ("2026-11-23 04:00", ["hour", "later", "evening", "tomorrow", "monday"]),
    ],
)
def test_what_is_offered_ends_at_different_moments(now: str, names: list[str]) -> None:
    found = snooze_times.choices(PARIS, utc(PARIS, now))
    assert [choice.name for choice in found] == names
    evening = [wall(PARIS, one.until)[-5:] for one in found if one.name == "evening"]
    assert evening in ([], ["18:00"])


def test_a_choice_of_an_older_page_is_still_understood() -> None:
    sunday = utc(PARIS, "2026-11-22 12:00")
    assert wall(PARIS, snooze_times.until("monday", "", PARIS, sunday)) == "Mon 2026-11-23 08:00"
    with pytest.raises(BadInput, match="There is no choice"):
        snooze_times.until("evening", "", PARIS, utc(PARIS, "2026-11-22 18:00"))


MOMENTS = st.datetimes(datetime(1975, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))


@given(zone=st.sampled_from(clock.zone_names()), now=MOMENTS)
@example(zone=APIA, now=utc(APIA, "2011-12-29 12:00"))
@example(zone=PARIS, now=datetime(2027, 3, 27, 20, tzinfo=UTC))
@settings(max_examples=400, derandomize=True, database=None, deadline=None)
def test_every_choice_is_ahead_and_shows_what_it_promises(zone: str, now: datetime) -> None:
    found = {choice.name: choice.until for choice in snooze_times._all_choices(zone, now)}
    found.pop("evening")
    assert all(until > now and until.tzinfo is UTC for until in found.values())
    assert (found["hour"], found["later"]) == (now + HOUR, now + 4 * HOUR)
    today = clock.local(now, zone).date()
    monday = next(d for d in (today + timedelta(n) for n in range(1, 8)) if d.weekday() == 0)
    for name, day in (("tomorrow", today + timedelta(1)), ("monday", monday)):
        promised = datetime.combine(day, time(8))
        shown = clock.local(found[name], zone).replace(tzinfo=None)
        before = clock.local(found[name] - timedelta(seconds=1), zone).replace(tzinfo=None)
        assert shown == promised or before < promised < shown


@pytest.mark.parametrize("name", ["hour", "later", "tomorrow", "monday"])
def test_a_choice_is_named_and_what_is_typed_beside_it_is_not_read(name: str) -> None:
    wanted = {one.name: one.until for one in snooze_times.choices(PARIS, NOW)}
    assert snooze_times.until(name, "nonsense", PARIS, NOW) == wanted[name]


@pytest.mark.parametrize("name", ["", "never", "Hour", "\0"])
def test_there_is_no_other_choice(name: str) -> None:
    with pytest.raises(BadInput, match="There is no choice"):
        snooze_times.until(name, "2026-11-21 09:00", PARIS, NOW)


@pytest.mark.parametrize(
    ("typed", "zone", "moment"),
    [
        ("2026-11-21T09:00", INDIA, "2026-11-21T03:30:00Z"),
        ("2026-11-21 09:00", PARIS, "2026-11-21T08:00:00Z"),
        # Twice that night: the first.
        ("2027-10-31T02:30", PARIS, "2027-10-31T00:30:00Z"),
    ],
)
def test_a_typed_time_is_in_the_readers_zone(typed: str, zone: str, moment: str) -> None:
    assert clock.iso(snooze_times.until("until", typed, zone, NOW)) == moment


GAP = "02:30 does not exist on that day in Europe/Paris. The next time that exists is 03:00."

PAST = "That time is past. Choose a later one (Europe/Paris)."

FAR = "That is more than five years away. Choose an earlier time."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2027-03-28T02:30", GAP),
        ("2026-11-20T13:59", PAST),
        ("2026-11-20T14:00", PAST),
        ("1970-01-01T00:00", PAST),
        ("2031-11-24T14:01", FAR),
        ("2999-12-31T23:59", FAR),
        ("", "Enter a date (1970 to 2999) and a time: 2026-11-20 09:00."),
        ("tomorrow", "Enter a date (1970 to 2999) and a time: 2026-11-20 09:00."),
        ("2026-02-30T09:00", "Enter a date (1970 to 2999) and a time: 2026-11-20 09:00."),
    ],
)  # fmt: skip
def test_a_typed_time_that_will_not_do_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(BadTime) as refusal:
        snooze_times.until("until", typed, PARIS, NOW)
    assert (str(refusal.value), refusal.value.field) == (sentence, "until")


@pytest.mark.parametrize(
    ("remembered", "suggested"),
    [
        ("", "2026-11-21T09:00"),
        ("2026-12-01T07:15", "2026-12-01T07:15"),
        ("2026-11-20T13:00", "2026-11-21T09:00"),
        ("nonsense", "2026-11-21T09:00"),
    ],
)
def test_the_field_begins_with_the_last_time_typed_if_it_is_to_come(
    remembered: str, suggested: str
) -> None:
    assert snooze_times.suggestion(remembered, PARIS, NOW) == suggested
