"""Statistics as a chart: the words of the tiles, and the position of each bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ...core import clock
from ...core.text import counted
from ...domain.broadcasts.stats import Stats
from ...domain.broadcasts.stats_cache import age_phrase
from ...domain.broadcasts.stats_statements import LAST_HOUR
from ...domain.broadcasts.stats_wording import (
    audience_at_sending_phrase,
    hour_phrase,
    median_phrase,
    percentage,
    pruned_phrase,
    read_before_phrase,
)

#: The size of the chart in its own units; the page stretches it to the available width.
WIDTH, HEIGHT = 1000, 200
#: The fewest hours with a place on the chart, lest the first bar be as wide as the page.
FEWEST_PLACES = 12
#: The part of its place that a bar fills.
FILLED = 0.72
MOST_LABELS = 6
TABLES, SHORT = 3, 6


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure in words: its name, its value, and a remark."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the chart and of its table."""

    words: str
    count: int
    #: The hour is not over yet.
    is_running: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid, and the number of people it marks."""

    y: float
    number: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template shows of the statistics."""

    tiles: tuple[Tile, ...]
    #: Explains the bars, the peak and the hours still running; without a chart, the reason.
    #: Without tiles, it is the only text.
    sentence: str
    bars: tuple[Bar, ...]
    #: In order from the top down.
    lines: tuple[Line, ...]
    #: The label under each place of the chart; most are empty.
    labels: tuple[str, ...]
    #: The bars again, split into columns that are read one after the other.
    tables: tuple[tuple[Bar, ...], ...]
    total: str
    age: str
    width: int = WIDTH
    height: int = HEIGHT


def draw(found: Stats, zone: str, now: datetime) -> Chart:
    """Draw statistics for a reader in this zone; ``now`` is aware."""
    lines = _lines(max((count for _hour, count in found.hours), default=0))
    has_reads = any(count for _hour, count in found.hours)
    bars = _bars(found, lines[0].number) if has_reads else ()
    sentence = _sentence(found, zone) if bars else _nothing(found, zone, now)
    return Chart(
        tiles=_tiles(found, now),
        sentence=" ".join(filter(None, (sentence, pruned_phrase(found)))),
        bars=bars,
        lines=lines if bars else (),
        labels=_labels(len(bars)) if bars else (),
        tables=_tables(bars),
        total=f"{sum(count for _hour, count in found.hours):,}",
        age=age_phrase(found, now).capitalize(),
    )


def _tiles(found: Stats, now: datetime) -> tuple[Tile, ...]:
    def part(count: int) -> str:
        percent = percentage(count, found.audience)
        return f"{percent} of {found.audience:,}" if percent else ""

    if found.never_came:
        return ()
    audience = Tile(
        "Audience", f"{found.audience_now:,}", f"when sent: {audience_at_sending_phrase(found)}"
    )
    if not found.has_come(now):  # “No action yet 100%” would read as failure
        return (audience,)
    waited = "from arrival" if found.median_seconds_to_read is not None else "no reads yet"
    read = "; ".join(filter(None, [part(found.read), read_before_phrase(found)]))
    return (
        audience,
        Tile("Read", f"{found.read:,}", read),
        Tile("Dismissed", f"{found.dismissed:,}", part(found.dismissed)),
        Tile("Snoozed", f"{found.snoozed:,}", part(found.snoozed)),
        Tile("No action yet", f"{found.untouched:,}", part(found.untouched)),
        Tile("Median time to read", median_phrase(found), waited),
    )


def _lines(top: int) -> tuple[Line, ...]:
    """Return grid lines, top down: at most four steps of 1, 2 or 5 times a power of ten."""
    power = 10 ** max(len(str(max(top, 1))) - 2, 0)
    step = next(one * power for one in (1, 2, 5, 10, 20, 50) if one * power * 4 >= top)
    steps = max(-(-top // step), 1)
    return tuple(
        Line(round(HEIGHT - HEIGHT * number / steps, 2), number * step)
        for number in range(steps, -1, -1)
    )


def _places(hours: int) -> int:
    return max(hours, FEWEST_PLACES)


def _bars(found: Stats, top: int) -> tuple[Bar, ...]:
    place = WIDTH / _places(len(found.hours))
    return tuple(
        Bar(
            words=hour_phrase(hour),
            count=count,
            is_running=found.is_running(hour),
            x=round(place * (hour + (1 - FILLED) / 2), 2),
            y=round(HEIGHT - HEIGHT * count / top, 2),
            width=round(place * FILLED, 2),
            height=round(HEIGHT * count / top, 2),
        )
        for hour, count in found.hours
    )


def _labels(hours: int) -> tuple[str, ...]:
    places = _places(hours)
    step = next(one for one in (1, 2, 3, 4, 6, 8, 12) if -(-places // one) <= MOST_LABELS)
    words = [f"{hour} h" if hour < LAST_HOUR else f"{LAST_HOUR} h+" for hour in range(places)]
    return tuple(word if hour % step == 0 else "" for hour, word in enumerate(words))


def _tables(bars: Sequence[Bar]) -> tuple[tuple[Bar, ...], ...]:
    size = len(bars) if len(bars) <= SHORT else -(-len(bars) // TABLES)
    return tuple(tuple(bars[start : start + size]) for start in range(0, len(bars), size or 1))


def _sentence(found: Stats, zone: str) -> str:
    since = f"arrived, {clock.full(found.released_at, zone)}"
    if found.is_local:
        since = f"arrived in the first time zone, {clock.full(found.released_at, zone)}"
    said = [f"Each bar is one hour since it {since}."]
    hour, most = max(found.hours, key=lambda one: (one[0] < LAST_HOUR, one[1], -one[0]))
    if most:
        said.append(f"Busiest hour: {hour_phrase(hour)}, with {counted(most, 'read')}.")
    running = [count for hour, count in found.hours if found.is_running(hour)]
    pale = sum(count > 0 for count in running)
    if pale:
        bars = (
            "The pale bar is an hour that isn’t" if pale == 1 else "Pale bars are hours that aren’t"
        )
        said.append(f"{bars} over yet.")
    elif running:
        said.append("No reads yet in the current hour.")
    return " ".join(said)


def _nothing(found: Stats, zone: str, now: datetime) -> str:
    if found.never_came:
        return "Recalled before anyone received it."
    if not found.has_come(now):
        where = " in the first time zone in use" if found.is_local else ""
        return (
            f"First delivery {clock.full(found.first_at, zone)}{where}."
            " Reads appear here once it’s out."
        )
    if found.pruned:
        return "Nobody else read it." if found.read else "Nobody read it."
    again = " since you notified everyone again" if found.read_before else ""
    if found.is_over:
        return f"Nobody read it{again}."
    return f"No reads yet{again}. They appear here, hour by hour."
