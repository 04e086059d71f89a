"""The settings in a browser: parts that are saved one by one and keep each other's text."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Console
from tests.support.steps import said


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_part_is_saved_where_it_is_and_the_others_keep_their_text(
    priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of("priya", javascript=javascript)
    page.goto("/settings")
    page.get_by_label("Name", exact=True).fill("Priya R.")
    page.get_by_role("switch").uncheck()
    page.get_by_label("Dark", exact=True).check()
    page.get_by_role("button", name="Save theme").click()
    said(page, "Not saved yet: display name.")
    assert page.url.endswith("/settings#theme")
    expect(page.locator("#theme")).to_be_in_viewport()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Priya R.")
    expect(page.get_by_label("Dark", exact=True)).to_be_checked()
    expect(page.get_by_role("switch")).not_to_be_checked()


def test_enter_saves_the_part_that_it_is_pressed_in(
    priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 400")
    page = page_of("priya")
    page.goto("/settings")
    page.get_by_label("Name", exact=True).fill("Priya R.")
    page.get_by_label("Current password").fill("not this one")
    page.get_by_label("New password").fill("short")
    page.get_by_label("New password").press("Enter")
    expect(page.get_by_text("This is not your current password.")).to_be_visible()
    expect(page.get_by_text("this one has 5.")).to_be_visible()
    expect(page.get_by_label("Current password")).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Priya R.")


def test_without_a_script_enter_saves_all_that_was_changed(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya", javascript=False)
    page.goto("/settings")
    page.get_by_label("Dark", exact=True).check()
    page.get_by_label("Name", exact=True).fill("Priya R.")
    page.get_by_label("Name", exact=True).press("Enter")
    said(page, "Display name changed to “Priya R.”.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
