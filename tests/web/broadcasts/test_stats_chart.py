"""The statistics as a page shows them: words, and bars that fit their place."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.domain.broadcasts import stats_cache
from notifications_app.domain.broadcasts.stats import Stats
from notifications_app.domain.broadcasts.stats_statements import HOUR, LAST_HOUR
from notifications_app.web.broadcasts import stats_chart
from tests.support.moments import NOON
from tests.support.stats import FULL_DAY, NONE_YET, SCHEDULED, SOME

SECOND = timedelta(seconds=1)

PAGE = '{% from "broadcasts/_stats.html" import stats with context %}{{ stats(drawing) }}'


def drawing(
    found: Stats = SOME, now: Any = NOON + 2 * HOUR, zone: str = "UTC"
) -> stats_chart.Chart:
    return stats_chart.draw(found, zone, now)


@pytest.fixture
def page(app: Flask) -> Callable[..., str]:
    """The HTML that the macro makes of statistics."""

    def render(found: Stats = SOME) -> str:
        with app.test_request_context():
            return render_template_string(PAGE, drawing=drawing(found))

    return render


def words(html: str) -> str:
    """The words on it, in one line each."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def svg(html: str) -> ET.Element:
    found = re.search(r"<svg role.*?</svg>", html, re.DOTALL)
    assert found
    return ET.fromstring(found[0])  # noqa: S314 - our own template made it


def test_the_tiles_say_of_how_many() -> None:
    assert [(one.name, one.value, one.note) for one in drawing().tiles] == [
        ("Audience", "18,204", "when sent: 18,190"),
        ("Read", "1,500", "8% of 18,190"),
        ("Dismissed", "91", "1% of 18,190"),
        ("Snoozed", "0", "0% of 18,190"),
        ("No action yet", "16,640", "91% of 18,190"),
        ("Median time to read", "42 min", "from arrival"),
    ]
    tiles = drawing(replace(NONE_YET, audience_at_sending=None)).tiles
    assert tiles[0].note == "when sent: not recorded"
    assert (tiles[1].note, tiles[5].value) == ("0% of 18,204", "–")


def test_earlier_reads_and_snoozes_have_their_figures() -> None:
    found = replace(SOME, read_before=1_200, snoozed=40)
    tiles = {one.name: (one.value, one.note) for one in drawing(found).tiles}
    assert tiles["Read"] == (
        "1,500", "8% of 18,190; 1,200 before you notified everyone again",
    )  # fmt: skip
    assert tiles["Snoozed"] == ("40", "under 1% of 18,190")
    assert tiles["No action yet"][0] == "16,600"
    again = replace(NONE_YET, read=7, read_before=7)
    assert drawing(again).bars == ()
    assert drawing(again).sentence.startswith("No reads yet since you notified everyone again.")


@pytest.mark.parametrize("found", [SCHEDULED, replace(SCHEDULED, is_local=True, released_at=NOON)])
def test_before_it_comes_to_anybody_there_is_only_the_audience(found: Stats) -> None:
    assert [one.name for one in drawing(found).tiles] == ["Audience"]
    assert len(drawing(found, found.first_at).tiles) == 6


def test_off_the_air_nobody_is_waited_for() -> None:
    assert drawing(replace(NONE_YET, is_over=True)).sentence == "Nobody read it."


def test_the_sentence_names_zone_peak_and_what_still_runs() -> None:
    assert drawing(zone="Asia/Kolkata").sentence == (
        "Each bar is one hour since it arrived, Fri 20 Nov 2026, 17:30 IST."
        " Busiest hour: 1–2 h, with 1,180 reads. The pale bar is an hour that isn’t over yet."
    )
    local = drawing(replace(SOME, is_local=True, running_from=1)).sentence
    assert local.startswith("Each bar is one hour since it arrived in the first time zone, Fri 20")
    assert local.endswith("Pale bars are hours that aren’t over yet.")
    assert "over yet" not in drawing(replace(SOME, running_from=None)).sentence
    quiet = drawing(replace(SOME, hours=((0, 300), (1, 1_200), (2, 0)))).sentence
    assert quiet.endswith("1–2 h, with 1,200 reads. No reads yet in the current hour.")
    late = ((0, 0), (LAST_HOUR, 1_500))
    assert "most" not in drawing(replace(SOME, hours=late, running_from=None)).sentence


def test_bars_stand_in_their_hour_and_reach_their_count() -> None:
    found = drawing()
    assert [line.number for line in found.lines] == [1_500, 1_000, 500, 0]
    assert [line.y for line in found.lines] == [0, 66.67, 133.33, 200]
    assert [(bar.words, bar.count, bar.is_running) for bar in found.bars] == [
        ("0–1 h", 300, False), ("1–2 h", 1_180, False), ("2–3 h", 20, True),
    ]  # fmt: skip
    first = found.bars[0]
    assert (first.x, first.y, first.width, first.height) == (11.67, 160, 60, 40)
    assert len(found.labels) == stats_chart.FEWEST_PLACES


def test_two_days_are_followed_by_all_that_is_later() -> None:
    found = drawing(replace(SOME, hours=FULL_DAY, running_from=None))
    assert [label for label in found.labels if label] == ["0 h", "12 h", "24 h", "36 h", "48 h+"]
    assert found.bars[-1].words == "48 h+"
    assert [len(part) for part in found.tables] == [17, 17, 15]
    assert [bar for part in found.tables for bar in part] == list(found.bars)


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=LAST_HOUR + 1).filter(any),
    st.none() | st.integers(0, LAST_HOUR),
)
def test_every_bar_is_within_the_chart(counts: list[int], running: int | None) -> None:
    found = drawing(
        replace(SOME, read=sum(counts), hours=tuple(enumerate(counts)), running_from=running)
    )
    top = found.lines[0].number
    assert max(counts) <= top < max(counts) * 2.6
    assert 2 <= len(found.lines) <= 5
    numbers = [line.number for line in found.lines]
    assert len({one - other for one, other in pairwise(numbers)}) == 1
    assert 1 <= sum(map(bool, found.labels)) <= stats_chart.MOST_LABELS
    edge = 0.0
    for bar, count in zip(found.bars, counts, strict=True):
        assert bar.x > edge
        edge = bar.x + bar.width
        assert bar.height == pytest.approx(stats_chart.HEIGHT * count / top, abs=0.01)
        assert bar.y + bar.height == pytest.approx(stats_chart.HEIGHT, abs=0.02)
    assert edge < stats_chart.WIDTH


def test_the_chart_is_an_image_with_a_name_and_its_table(page: Callable[..., str]) -> None:
    html = page()
    image = svg(html)
    named = [image.find(f"*[@id='{one}']") for one in image.attrib["aria-labelledby"].split()]
    assert [one.tag for one in named if one is not None] == ["title", "desc"]
    assert all(one is not None and one.text for one in named)
    rects = image.findall("rect")
    assert [one.get("class") for one in rects] == [None, None, "running"]
    assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=", html)
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>\s*<td>(.*?)</td>", html, re.DOTALL)
    assert [(words(name), count) for name, count in rows] == [
        ("0–1 h", "300"), ("1–2 h", "1,180"), ("2–3 h , not over yet", "20"),
    ]  # fmt: skip
    assert "Updated just now." in words(html)
    assert "Read 1,500 8% of 18,190" in words(html)
    assert "Total: 1,500." in words(html)


@pytest.mark.parametrize(
    ("found", "said"),
    [(NONE_YET, "No reads yet. They appear here, hour by hour."),
     (SCHEDULED, "First delivery Fri 20 Nov 2026, 21:00 UTC. Reads appear here once it’s out."),
     (replace(SCHEDULED, is_local=True), "21:00 UTC in the first time zone in use. Reads appear"),
     (replace(SCHEDULED, recalled_at=NOON), "Recalled before anyone received it.")],
)  # fmt: skip
def test_where_nobody_acted_a_sentence_stands_for_the_chart(
    page: Callable[..., str], found: Stats, said: str
) -> None:
    html = page(found)
    assert said in words(html)
    assert not re.search("<svg|<table|<details", html)


@pytest.mark.parametrize("now", [NOON + HOUR, NOON + 90 * HOUR])
def test_recalled_before_it_came_there_is_nothing_else_to_say(app: Flask, now: datetime) -> None:
    unseen = replace(SCHEDULED, recalled_at=SCHEDULED.first_at)
    with app.test_request_context():
        html = render_template_string(PAGE, drawing=drawing(unseen, now))
    assert words(html) == "Recalled before anyone received it."
    seen = replace(SCHEDULED, recalled_at=SCHEDULED.first_at + SECOND)
    assert len(drawing(seen, NOON + 90 * HOUR).tiles) == 6


def test_the_form_goes_up_when_the_figures_change() -> None:
    assert (stats_cache.CACHE_VERSION, len(fields(Stats))) == (4, 20)
