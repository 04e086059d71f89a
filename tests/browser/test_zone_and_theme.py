"""The reader's zone is offered, found and kept; the theme goes before the system's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Site
from tests.support.steps import said, sign_in, sign_out

DARK, LIGHT = "rgb(16, 20, 28)", "rgb(246, 247, 250)"


def ground(page: Page) -> str:
    """The colour of the page."""
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.parametrize("answer", ["Use", "Keep"])
def test_the_zone_of_the_browser_is_offered_once(
    site: Site, priya: int, page_of: Callable[..., Page], answer: str
) -> None:
    site.send(priya, "Lunch is at noon")
    page = page_of(timezone_id="Asia/Kolkata")
    page.goto("/login?next=/compare")
    sign_in(page, "priya")
    here = "Asia/Kolkata"  # though Chromium still calls it Asia/Calcutta
    offer = page.locator(".offer")
    for address in ("/inbox", "/compare"):
        page.goto(address)
        expect(offer).to_contain_text(
            f"Your browser’s time zone is {here}, but times here are in UTC."
        )
    zone, shown = (here, f"{here} (IST)") if answer == "Use" else ("UTC", "UTC")
    page.get_by_role("button", name=f"{answer} {zone}").click()
    said(page, f"{zone}.")
    assert page.url.endswith("/compare")
    page.goto("/inbox")
    expect(offer).to_have_count(0)
    expect(page.locator(".between")).to_contain_text(f"Times are in {shown}.")
    sign_out(page)
    sign_in(page, "priya")
    expect(page.locator(".between")).to_contain_text(f"Times are in {shown}.")
    expect(offer).to_have_count(0)


def test_nothing_is_offered_to_somebody_who_has_chosen(
    site: Site, page_of: Callable[..., Page]
) -> None:
    site.reader("noor", timezone="Europe/Paris")
    page = page_of(timezone_id="Asia/Kolkata")
    page.goto("/login")
    sign_in(page, "noor")
    expect(page.locator(".between")).to_contain_text("Times are in Europe/Paris (CE")
    expect(page.locator(".offer")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_the_theme_of_the_cookie_goes_before_the_systems(
    priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of("priya", javascript=javascript, dark=True)
    page.goto("/settings")
    assert ground(page) == DARK
    for theme, colour in (("Light", LIGHT), ("Dark", DARK)):
        page.emulate_media(color_scheme="dark" if theme == "Light" else "light")
        page.get_by_label(theme, exact=True).check()
        page.get_by_role("button", name="Save theme").click()
        said(page, f"The theme is {theme.lower()} in this browser.")
        assert ground(page) == colour
        expect(page.get_by_label(theme, exact=True)).to_be_checked()
    page.get_by_label("System").check()
    page.get_by_role("button", name="Save theme").click()
    said(page, "The theme follows the system.")
    assert ground(page) == LIGHT
    assert "theme" not in {cookie.get("name") for cookie in page.context.cookies()}


def test_zones_are_found_while_typing_and_the_other_parts_keep_their_text(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya")
    page.goto("/settings")
    page.get_by_label("Name", exact=True).fill("Priya R.")
    query = page.get_by_label("Find a time zone")
    shown = page.locator(".zones label span:first-of-type")
    for words, found in (
        ("india", "Asia/Kolkata"), ("Kiev", "Europe/Kyiv"), ("+5:30", "Asia/Kolkata"),
        ("EST", "America/New_York"),
    ):  # fmt: skip
        query.fill(words)
        expect(shown.nth(1)).to_have_text(found)
    query.fill("atlantis")
    query.press("Enter")
    answer = page.locator("[data-zone-count]")
    expect(answer.get_by_text("No time zone matches “atlantis”.")).to_be_visible()
    expect(page.locator(".zones :checked")).to_have_value("UTC")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Priya R.")
    assert page.url.endswith("/settings")


def test_the_zone_of_the_browser_is_chosen_by_a_button(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya", timezone_id="Asia/Calcutta")
    page.goto("/settings")
    page.get_by_role("button", name="Use this browser’s time zone, Asia/Kolkata").click()
    expect(page.locator(".zones :checked")).to_have_value("Asia/Kolkata")
    page.get_by_role("button", name="Save time zone").click()
    said(page, "Time zone changed to Asia/Kolkata.")


def test_without_a_script_zones_are_found_by_a_button(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya", javascript=False)
    page.goto("/settings")
    expect(page.get_by_role("button", name="Use this browser’s time zone")).to_have_count(0)
    page.get_by_label("Find a time zone").fill("india")
    page.get_by_role("button", name="Find").click()
    assert page.url.endswith("zone_query=india#time-zone")
    page.get_by_role("radio", name="Asia/Kolkata").check()
    page.get_by_role("button", name="Save time zone").click()
    said(page, "Time zone changed to Asia/Kolkata.")
