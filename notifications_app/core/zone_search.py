"""Search of time zones: by city, country, older name, abbreviation or offset from UTC."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
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
    "America/Chicago": ("houston", "dallas", "austin"),
    "America/Los_Angeles": ("san francisco", "seattle", "san diego"),
    "America/New_York": ("boston", "washington", "miami", "atlanta", "usa"),
    "America/Sao_Paulo": ("rio de janeiro", "brasilia"),
    "America/Toronto": ("montreal", "ottawa"),
    "Asia/Dubai": ("abu dhabi", "uae"),
    "Asia/Kolkata": ("mumbai", "bombay", "delhi", "bangalore", "bengaluru", "chennai", "hyderabad"),
    "Asia/Shanghai": ("beijing", "peking", "shenzhen", "guangzhou"),
    "Asia/Tokyo": ("osaka", "kyoto"),
    "Europe/Amsterdam": ("holland", "rotterdam"),
    "Europe/Berlin": ("munich", "hamburg", "frankfurt", "cologne"),
    "Europe/Istanbul": ("turkiye", "ankara"),
    "Europe/London": ("england", "scotland", "wales", "manchester"),
    "Europe/Madrid": ("barcelona",),
    "Europe/Rome": ("milan",),
    "Europe/Zurich": ("geneva", "bern"),
}
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-\u2212])\s*(\d{1,2})(?::?([0-5]\d))?")


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
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"[\u0300-\u036f'’]", "", letters)))


def _by_offset(query: str, now: datetime) -> dict[str, int]:
    match = _OFFSET.fullmatch(trim(query).casefold())
    if match is None:
        return {}
    sign = "+" if match[1] == "+" else "-"
    wanted = f"UTC{sign}{int(match[2]):02}:{match[3] or '00'}"
    if wanted == "UTC-00:00":
        wanted = "UTC+00:00"
    return {zone: 0 for zone in _terms() if clock.offset_words(now, zone) == wanted}


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
    return 4 if len(words) > 3 and any(words in term for term in terms) else None


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
                    *countries.get(zone, ()),
                    *(name for old in older.get(zone, ()) for name in _with_city(old)),
                    *_WORDS.get(zone, ()),
                )
            )
        )
        for zone in clock.zone_names()
        if not zone.startswith(("US/", "Canada/"))
    }


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
