"""In windows of little height the bar for the selected and the menus are in view."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Site
from tests.support.steps import said

#: A phone held sideways, 1280 by 800 at 200 %, and two windows that are not high.
SIZES = [(844, 390), (640, 400), (1280, 320), (320, 320)]


@pytest.fixture
def many(site: Site, priya: int) -> Site:
    """A list of several screens."""
    for number in range(12):
        site.send(priya, f"Report {number:02}", "A line.", ago=timedelta(hours=number))
    return site


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_bar_for_the_selected_is_in_view(
    many: Site, page_of: Callable[..., Page], width: int, height: int
) -> None:
    page = page_of("priya", width=width)
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/inbox")
    bar = page.locator(".bulk")
    for box in (page.locator("[name=ids]").first, page.locator("[name=ids]").last):
        box.check()
        expect(bar).to_be_in_viewport(ratio=1)
        for button in bar.locator(".buttons > .button, summary").all():
            expect(button).to_be_in_viewport(ratio=1)
        bar.locator("summary").click()
        expect(bar.locator(".menu")).to_be_in_viewport(ratio=1)
        bar.locator("summary").click()
        box.uncheck()
    page.locator("[name=ids]").last.check()
    bar.locator("summary").click()
    bar.get_by_role("button", name="Tomorrow").click()
    said(page, "Snoozed 1 notification until")


@pytest.mark.parametrize(("width", "height"), [(844, 390), (1280, 320), (1280, 800)])
def test_menus_open_to_where_there_is_room(
    many: Site, page_of: Callable[..., Page], width: int, height: int
) -> None:
    page = page_of("priya", width=width)
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/inbox")
    for menu in (
        page.locator(".account"), page.locator("li.row .snooze").first,
        page.locator("li.row .snooze").last,
    ):  # fmt: skip
        menu.locator("summary").click()
        expect(menu.locator(".menu")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
