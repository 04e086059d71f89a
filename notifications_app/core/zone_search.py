"""Search of time zones: by city, country, older name, abbreviation or offset from UTC."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from . import clock
from .text import trim

#: How many matches a page shows.
MOST = 12
#: The order of equal matches: "EST" means New York before Panama.
_FIRST = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Europe/London", "Europe/Paris", "Europe/Berlin", "Asia/Kolkata", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip
#: Words that people type and the zone database does not have.
_WORDS = {
    "America/Anchorage": ("alaska time",),
    "America/Chicago": ("houston", "dallas", "austin", "texas", "central time", "minneapolis"),
    "America/Denver": ("colorado", "utah", "mountain time"),
    "America/Edmonton": ("calgary", "alberta"),
    "America/Halifax": ("atlantic time", "nova scotia"),
    "America/Los_Angeles": (
        "san francisco", "seattle", "san diego", "california", "oregon", "pacific time",
    ),
    "America/New_York": (
        "boston", "washington", "miami", "atlanta", "philadelphia", "florida", "georgia usa",
        "usa", "eastern time",
    ),
    "America/Sao_Paulo": ("rio de janeiro", "brasilia"),
    "America/Toronto": ("montreal", "ottawa", "ontario", "quebec"),
    "America/Vancouver": ("british columbia",),
    "Asia/Dubai": ("abu dhabi", "uae"),
    "Asia/Ho_Chi_Minh": ("hanoi",),
    "Asia/Jerusalem": ("haifa",),
    "Asia/Karachi": ("lahore", "islamabad"),
    "Asia/Kolkata": ("mumbai", "bombay", "delhi", "bangalore", "bengaluru", "chennai", "hyderabad"),
    "Asia/Riyadh": ("jeddah", "mecca"),
    "Asia/Seoul": ("busan",),
    "Asia/Shanghai": ("beijing", "peking", "shenzhen", "guangzhou"),
    "Asia/Tokyo": ("osaka", "kyoto"),
    "Africa/Johannesburg": ("cape town", "durban", "pretoria"),
    "Australia/Sydney": ("canberra",),
    "Europe/Amsterdam": ("holland", "rotterdam", "the hague", "den haag"),
    "Europe/Athens": ("thessaloniki",),
    "Europe/Belgrade": ("beograd", "kosovo", "pristina"),
    "Europe/Berlin": (
        "munich", "münchen", "hamburg", "frankfurt", "cologne", "köln", "stuttgart", "düsseldorf",
    ),
    "Europe/Brussels": ("bruxelles", "brussel", "antwerp", "antwerpen"),
    "Europe/Bucharest": ("bucuresti",),
    "Europe/Copenhagen": ("københavn",),
    "Europe/Istanbul": ("turkiye", "ankara"),
    "Europe/Kyiv": ("київ", "lviv", "odesa"),
    "Europe/Lisbon": ("lisboa", "porto"),
    "Europe/London": ("england", "scotland", "wales", "manchester", "edinburgh"),
    "Europe/Madrid": ("barcelona", "valencia", "sevilla", "seville"),
    "Europe/Moscow": ("moskva", "москва", "saint petersburg"),
    "Europe/Paris": ("lyon", "marseille", "toulouse"),
    "Europe/Prague": ("praha", "brno"),
    "Europe/Rome": ("roma", "milan", "milano", "naples", "napoli"),
    "Europe/Stockholm": ("gothenburg", "göteborg"),
    "Europe/Vienna": ("wien", "graz"),
    "Europe/Warsaw": ("warszawa", "kraków", "gdańsk", "łódź", "wrocław"),
    "Europe/Zurich": ("geneva", "genève", "basel", "bern"),
    "GMT": ("etc/gmt", "greenwich", "greenwich mean time"),
    "Pacific/Auckland": ("wellington", "christchurch"),
    "UTC": ("etc/utc", "zulu", "universal", "uct", "coordinated universal time"),
}  # fmt: skip
#: Names of countries, by their two letters, that the zone database spells in another way.
_COUNTRIES = {
    "AE": ("emirates",),
    "AT": ("österreich",),
    "AU": ("commonwealth of australia",),
    "BE": ("belgië", "belgique"),
    "BR": ("brasil",),
    "CD": ("drc", "democratic republic of the congo"),
    "CG": ("republic of the congo",),
    "CH": ("schweiz", "suisse", "svizzera"),
    "CI": ("ivory coast",),
    "CN": ("prc",),
    "CV": ("cabo verde",),
    "CZ": ("czechia", "česko"),
    "DE": ("deutschland",),
    "DK": ("danmark",),
    "ES": ("españa",),
    "FI": ("suomi",),
    "GB": ("united kingdom", "great britain", "northern ireland"),
    "GR": ("hellas",),
    "HR": ("hrvatska",),
    "HU": ("magyarország",),
    "IS": ("ísland",),
    "IT": ("italia",),
    "JP": ("nippon", "nihon"),
    "KP": ("dprk",),
    "MO": ("macao",),
    "NL": ("nederland",),
    "NO": ("norge",),
    "PL": ("polska",),
    "RU": ("russian federation",),
    "SE": ("sverige",),
    "TC": ("turks and caicos islands",),
    "TL": ("timor-leste",),
    "TR": ("turkiye",),
    "US": ("united states of america",),
    "VA": ("holy see",),
    "VG": ("british virgin islands",),
    "VI": ("us virgin islands",),
}
#: Words that change no name, and letters without an accent to remove.
_UNIMPORTANT = {"and", "of", "the"}
_SPELLINGS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "\u0131": "i", "æ": "ae"})
_OFFSET = re.compile(
    r"(?:(?P<name>utc|gmt)\s*)?(?P<sign>[+\-\u2010-\u2013\u2212])?\s*(?P<hours>\d{1,2})"
    r"(?::?(?P<minutes>[0-5]\d)|[.,](?P<part>\d{1,2}))?(?:\s*h)?",
    re.ASCII,
)
#: Parts of an hour; another number after the point is minutes, as in "+5.30".
_PARTS = {"0": "00", "25": "15", "5": "30", "50": "30", "75": "45"}


@dataclass(frozen=True, slots=True)
class Matches:
    """The zones that a search found: the best few, and how many there are."""

    zones: Sequence[str]
    count: int


def find_zones(query: str, now: datetime, most: int = MOST) -> Matches:
    """Return the best matches of a query; none for an empty one.

    ``now`` decides offsets, which change with daylight saving time.
    """
    words = _normal(query)
    if not words:
        return Matches((), 0)
    scores = _by_offset(query, now) or _by_words(words, now.date())
    found = sorted(scores, key=lambda zone: (scores[zone], *_order(zone)))
    return Matches(found[:most], len(found))


def _normal(text: str) -> str:
    """Return the words of a text in lower case, without accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_SPELLINGS)
    words = re.findall(r"[^\W_]+", re.sub(r"[\u0300-\u036f'’]", "", letters))
    important = [word for word in words if word not in _UNIMPORTANT]
    return " ".join("st" if word == "saint" else word for word in important)


def _by_offset(query: str, now: datetime) -> dict[str, int]:
    match = _OFFSET.fullmatch(trim(query).casefold())
    if match is None:
        return {}
    name, sign, hours, minutes, part = match.groups()
    is_offset = name or sign or (minutes and ":" in match[0])
    minutes = _PARTS.get(part, part) if part else minutes or "00"
    wanted = f"UTC{'+' if sign in {None, '+'} else '-'}{int(hours):02}:{minutes:0>2}"
    if wanted == "UTC-00:00":
        wanted = "UTC+00:00"
    found = _terms() if is_offset else ()
    return {zone: 0 for zone in found if clock.offset_words(now, zone) == wanted}


def _by_words(words: str, day: date) -> dict[str, int]:
    abbreviations = _abbreviations(day)
    scores = {}
    for zone, terms in _terms().items():
        score = _score(words, (*terms, *abbreviations[zone]))
        if score is not None:
            scores[zone] = 0 if words == terms[0] else score
    return scores


def _score(words: str, terms: Sequence[str]) -> int | None:
    """Rate a match: a whole term, the start of a word in one, all words somewhere; else None."""
    if words in terms:
        return 1
    if any(f" {term}".find(f" {words}") >= 0 for term in terms):
        return 2
    joined = f" {' '.join(terms)}"
    if all(f" {word}" in joined for word in words.split()):
        return 3
    letters = words.replace(" ", "")
    is_inside = len(letters) > 3 and any(letters in term.replace(" ", "") for term in terms)
    return 4 if is_inside else None


def _order(zone: str) -> tuple[int, str]:
    return _FIRST.index(zone) if zone in _FIRST else len(_FIRST), zone


@lru_cache(1)
def _terms() -> dict[str, tuple[str, ...]]:
    """Return what each zone is found by: its whole name first, then city, countries, old names."""
    older = clock.older_zone_names()
    countries = clock.zone_countries()
    return {
        zone: tuple(
            dict.fromkeys(
                _normal(term)
                for term in (
                    zone,
                    *_with_city(zone),
                    *_countries(countries.get(zone, ())),
                    *(name for old in older.get(zone, ()) for name in _with_city(old)),
                    *_WORDS.get(zone, ()),
                )
            )
        )
        for zone in clock.zone_names()
        if not zone.startswith(("US/", "Canada/"))
    }


def _countries(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield from _COUNTRIES.get(name, ())


def _with_city(zone: str) -> Iterator[str]:
    yield zone
    yield zone.rpartition("/")[2]


@lru_cache(2)
def _abbreviations(day: date) -> dict[str, tuple[str, ...]]:
    """Return each zone's short names at that day and half a year later: EST and EDT."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    moments = (noon, noon + timedelta(days=182))
    names = {zone: {clock.abbreviation(moment, zone) for moment in moments} for zone in _terms()}
    return {
        zone: tuple(name.casefold() for name in names[zone] if name.isalpha()) for zone in names
    }
