"""The search of time zones."""

from datetime import UTC, datetime

import pytest

from notifications_app.core.zone_search import MOST, find_zones

WINTER, SUMMER = datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "zone"),
    [
        ("india", "Asia/Kolkata"),
        ("IN", "Asia/Kolkata"),
        ("Mumbai", "Asia/Kolkata"),
        ("Calcutta", "Asia/Kolkata"),
        ("Kiev", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("us/eastern", "America/New_York"),
        ("japan", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Côte d’Ivoire", "Africa/Abidjan"),
        ("united states", "America/New_York"),
        ("uk", "Europe/London"),
        ("Germany", "Europe/Berlin"),
        ("france paris", "Europe/Paris"),
        ("+5:30", "Asia/Kolkata"),
        ("UTC+0530", "Asia/Kolkata"),
        ("gmt +9", "Asia/Tokyo"),
        ("\u22125", "America/New_York"),
        ("EST", "America/New_York"),
        ("EDT", "America/New_York"),
        ("ist", "Asia/Kolkata"),
        ("UTC", "UTC"),
        ("GMT", "GMT"),
        ("united kingdom", "Europe/London"),
        ("Great Britain", "Europe/London"),
        ("Czechia", "Europe/Prague"),
        ("ivory coast", "Africa/Abidjan"),
        ("the Netherlands", "Europe/Amsterdam"),
        ("Bosnia and Herzegovina", "Europe/Sarajevo"),
        ("Saint Lucia", "America/St_Lucia"),
        ("United States of America", "America/New_York"),
        ("Deutschland", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("Łódź", "Europe/Warsaw"),
        ("Kraków", "Europe/Warsaw"),
        ("krakow", "Europe/Warsaw"),
        ("København", "Europe/Copenhagen"),
        ("Київ", "Europe/Kyiv"),
        ("newyork", "America/New_York"),
        ("Buenos-Aires", "America/Argentina/Buenos_Aires"),
        ("Pacific Time", "America/Los_Angeles"),
        ("california", "America/Los_Angeles"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
        ("Greenwich", "GMT"),
        ("5:30", "Asia/Kolkata"),
        ("UTC5:30", "Asia/Kolkata"),
        ("+5.5", "Asia/Kolkata"),
        ("+5,5", "Asia/Kolkata"),
        ("+5.30", "Asia/Kolkata"),
        ("+5.75", "Asia/Kathmandu"),
        ("\u20135", "America/New_York"),
        ("UTC 0", "Europe/London"),
        ("Easter", "Pacific/Easter"),
    ],
)
def test_a_zone_is_found_by(query: str, zone: str) -> None:
    assert find_zones(query, WINTER).zones[0] == zone


@pytest.mark.parametrize(
    "query",
    ["", " ", "%", "\0", "[", "🙂", "+25", "+5:99", "+5.99", "5", "530", "the", "x" * 999],
)
def test_nothing_is_found_by(query: str) -> None:
    found = find_zones(query, WINTER)
    assert (list(found.zones), found.count) == ([], 0)


def test_an_offset_is_the_one_of_the_moment() -> None:
    assert "Europe/London" in find_zones("+0", WINTER).zones
    assert "Europe/London" not in find_zones("+0", SUMMER, most=99).zones
    assert find_zones("+1", SUMMER).zones[0] == "Europe/London"


def test_the_best_matches_are_returned_and_all_are_counted() -> None:
    found = find_zones("america", WINTER)
    assert len(found.zones) == MOST == 12
    assert found.count > 100
    assert not any(zone.startswith(("US/", "Canada/")) for zone in found.zones)
