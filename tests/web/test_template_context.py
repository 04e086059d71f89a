"""Values on every page: versions of static files, times, counts, bodies."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core import markdown
from notifications_app.web import template_context
from tests.support.people import sign_in


def test_every_address_of_a_static_file_carries_its_version(client: FlaskClient) -> None:
    found = re.findall(r'(?:href|src)="(/static/[^"#]+)', client.get("/login").text)
    assert found
    assert all(re.search(r"\?v=[0-9a-f]{10}$", one) for one in found)


def test_no_page_holds_a_script_or_a_style_of_its_own(client: FlaskClient, priya: int) -> None:
    pages_seen = [client.get("/login").text, client.get("/nowhere").text]
    sign_in(client, "priya", zone="Europe/Paris")
    client.post("/compare", data={"make": "keep:error"})
    pages_seen += [client.get(path).text for path in ("/compare", "/inbox", "/settings")]
    for page in pages_seen:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page, re.IGNORECASE)
        assert all('src="' in one for one in re.findall(r"<script[^>]*>", page))


def test_a_time_is_shown_in_the_readers_zone_and_in_utc_for_machines(
    client: FlaskClient, priya: int
) -> None:
    sign_in(client, "priya")
    page = client.get("/compare").text
    (utc, title) = re.findall(r'<time datetime="([^"]+)" title="([^"]+)">', page)[0]
    assert utc.endswith("Z")
    assert title.endswith("IST (Asia/Kolkata)")


@pytest.mark.parametrize(("count", "label"), [(0, "0"), (99, "99"), (100, "99+"), (5000, "99+")])
def test_a_count_is_shown_up_to_99(count: int, label: str) -> None:
    assert template_context.capped_count(count) == label
    assert template_context.Badge(count).label == label


def test_bodies_are_rendered_once_and_then_cached(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int]] = []

    def to_html(body: str, top: int) -> str:
        made.append((body, top))
        return f"<p>{body}{top}"

    monkeypatch.setattr(markdown, "to_html", to_html)
    with app.app_context():
        for body in ("one", "two", "one", "one"):
            assert template_context.markdown(body) == f"<p>{body}2"
        # In a row its headings begin further down: that is another page's HTML.
        for _time in range(2):
            assert template_context.markdown("one", 4) == "<p>one4"
    assert made == [("one", 2), ("two", 2), ("one", 4)]
