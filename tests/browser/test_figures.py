"""The figures of a broadcast in a browser: axe-core finds nothing, and nothing sticks out."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import render_template_string
from playwright.sync_api import Page, expect

from notifications_app.domain.broadcasts.stats import Stats
from notifications_app.web.broadcasts import stats_chart
from tests.support.axe import violations
from tests.support.site import Site
from tests.support.stats import FULL_DAY, NONE_YET, SOME

PAGE = """{% extends "broadcasts/_base.html" %}
{% from "broadcasts/_stats.html" import stats with context %}
{% block title %}Figures{% endblock %}
{% block main %}<h1>Office hours change</h1>{{ stats(drawing) }}{% endblock %}"""
DAY = replace(SOME, hours=tuple((hour, 900 - 17 * hour) for hour, _count in FULL_DAY), read=11_400,
              running_from=None)  # fmt: skip


@pytest.mark.parametrize("found", [SOME, DAY, NONE_YET], ids=["hours", "two days", "nothing"])
def test_the_figures_are_readable_everywhere(
    site: Site, page_of: Callable[..., Page], found: Stats
) -> None:
    site.reader("priya")
    drawn = stats_chart.draw(found, "UTC", found.made_at)
    site.app.add_url_rule(
        "/figures", "figures", lambda: render_template_string(PAGE, drawing=drawn)
    )
    page = page_of("priya")
    page.goto("/figures")
    table = page.get_by_text("Show as a table")
    expect(table).to_have_count(1 if found.read else 0)
    if found.read:
        expect(page.get_by_role("img", name="Reads in each hour")).to_be_visible()
        table.click()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == 320
