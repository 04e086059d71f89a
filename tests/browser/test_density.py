"""How much of the list a screen shows: whole rows, with a banner on top."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Site
from tests.support.steps import said, sign_in

BODY = "The card ending 4242 was declined by the bank. Update it before the {}th to keep the plan."
#: The rows that are in view from edge to edge, above the bar of a phone.
WHOLE = """() => {
  const bar = document.querySelector(".main-nav");
  const bottom = getComputedStyle(bar).position === "fixed"
    ? bar.getBoundingClientRect().top : innerHeight;
  return [...document.querySelectorAll("li.row")].map((row) => row.getBoundingClientRect())
    .filter((box) => box.top >= 0 && box.bottom <= bottom).map((box) => Math.round(box.height));
}"""


@pytest.fixture
def full(site: Site, priya: int) -> Site:
    """Two days of notifications, and five banners."""
    for number in range(40):
        site.send(
            priya,
            f"Payment for invoice #{1042 + number} of the Team plan failed",
            BODY.format(number) * (1 + number % 3),
            category=("error", "warning", "info", "success")[number % 4],
            topic=("billing", "security")[number % 2],
            ago=timedelta(hours=3 * number),
            action_url="/compare" if number % 3 == 0 else None,
            action_label="Update card" if number % 3 == 0 else None,
        )
    for number in range(4):
        site.broadcast(
            f"Maintenance number {number} on Sunday",
            is_banner=True,
            category="warning",
            ago=timedelta(days=9 - number),
        )
    return site


@pytest.mark.parametrize(
    ("width", "height", "least"), [(1280, 800, 7), (1920, 1080, 12), (390, 844, 4)]
)
def test_a_screen_shows_many_whole_rows(
    full: Site, page_of: Callable[..., Page], width: int, height: int, least: int
) -> None:
    page = page_of("priya", width=width)
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/inbox")
    widths = """() => new Set([...document.querySelectorAll("li.row")]
      .map((row) => row.offsetWidth)).size"""
    assert page.evaluate(widths) == 1
    heights = page.evaluate(WHOLE)
    assert len(heights) >= least
    if width > 680:
        assert all(56 <= row <= 64 for row in heights), heights


@pytest.mark.parametrize(("width", "height", "more"), [(1280, 800, 2), (390, 844, 2)])
def test_compact_rows_show_more(
    full: Site, page_of: Callable[..., Page], width: int, height: int, more: int
) -> None:
    page = page_of("priya", width=width)
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/inbox")
    comfortable = len(page.evaluate(WHOLE))
    page.goto("/settings")
    page.get_by_role("radio", name="Compact").check()
    page.get_by_role("button", name="Save theme, rows and shortcuts").click()
    said(page, "Inbox rows are compact.")
    page.goto("/inbox")
    heights = page.evaluate(WHOLE)
    assert len(heights) >= comfortable + more
    assert all(40 <= row <= (48 if width > 680 else 80) for row in heights), heights


def test_one_banner_stands_and_the_others_unfold(full: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", javascript=False)
    page.goto("/inbox")
    banners = page.locator("#banners .banner").locator("visible=true")
    expect(banners).to_have_count(1)
    expect(banners).to_contain_text("Maintenance number 3")
    more = page.get_by_text("+3 more")
    more.click()
    expect(banners).to_have_count(4)
    more.click()
    banners.get_by_role("button", name="Dismiss Maintenance number 3").click()
    expect(banners).to_contain_text("Maintenance number 2")
    expect(page.get_by_text("+2 more")).to_be_visible()


def test_the_zone_offer_does_not_push_a_banner_down(
    full: Site, page_of: Callable[..., Page]
) -> None:
    page = page_of(timezone_id="Asia/Kolkata")
    page.goto("/login?next=/inbox")
    sign_in(page, "priya")
    offer = page.locator(".offer")
    expect(offer).to_contain_text("Your browser’s time zone is Asia/Kolkata")
    assert (
        page.evaluate(
            "document.querySelector('main').compareDocumentPosition(document.querySelector('.offer'))"
        )
        == 4
    )  # after it


def test_on_phones_the_search_unfolds(full: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", width=390, javascript=False)
    page.goto("/inbox")
    field = page.get_by_label("Search notifications")
    expect(field).to_be_hidden()
    page.locator(".search-fold summary").click()
    field.fill("1042")
    field.press("Enter")
    expect(page.locator("li.row")).to_have_count(1)
    expect(field).to_have_value("1042")
    expect(page.locator(".search-foot")).to_contain_text("1 result for “1042”.")
