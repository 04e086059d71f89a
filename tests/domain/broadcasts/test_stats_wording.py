"""Shares and ages of statistics in words."""

from datetime import timedelta

import pytest

from notifications_app.domain.broadcasts import stats_cache, stats_wording
from tests.support.stats import SOME

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, ""), (0, 9, "0%"), (9, 9, "100%"), (1, 3, "33%"), (1, 1_000, "under 1%"),
     (999, 1_000, "over 99%"), (5, 3, ""), (1, 0, "")],
)  # fmt: skip
def test_a_share_is_rounded_but_never_to_nothing_or_all(part: int, whole: int, said: str) -> None:
    assert stats_wording.percentage(part, whole) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "updated just now"), (1, "updated 1 second ago"), (12, "updated 12 seconds ago")],
)
def test_figures_say_how_old_they_are(seconds: int, said: str) -> None:
    assert stats_cache.age_phrase(SOME, SOME.made_at + seconds * SECOND) == said
