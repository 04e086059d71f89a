"""By keyboard alone: Tab, Enter and Space reach everything, and the focus always shows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.people import PASSWORD
from tests.support.site import Site
from tests.support.steps import FOCUSED, row, said, tab_to


def test_the_whole_way_by_keyboard(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    site.send(priya, "Lunch is at noon", "In the **large** room.")
    page = page_of()
    page.goto("/")
    tab_to(page, "Username")
    page.keyboard.type("priya")
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    tab_to(page, "Keep me signed in")
    page.keyboard.press("Space")
    tab_to(page, "Sign in")
    page.keyboard.press("Enter")
    said(page, "You’re signed in.")
    assert any(cookie.get("expires", -1) > 0 for cookie in page.context.cookies())

    tab_to(page, "Close: You’re signed in.")
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, "Unread: Lunch is at noon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lunch is at noon")
    expect(page.get_by_role("button", name="Mark as unread")).to_be_visible()
    tab_to(page, "Mark as unread Lunch is at noon")
    page.keyboard.press("Space")
    said(page, "as unread.")
    assert row(page, "Lunch is at noon").get_attribute("class") == "row unread"
    tab_to(page, "Dismiss Lunch is at noon")
    page.keyboard.press("Space")
    said(page, "Dismissed “Lunch is at noon”.")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to(page, "Undo Dismissed “Lunch is at noon”.", most=2, key="Shift+Tab")
    page.keyboard.press("Enter")
    said(page, "Restored “Lunch is at noon”.")
    expect(page.get_by_role("button", name="Undo Restored “Lunch is at noon”.")).to_be_focused()

    tab_to(page, "Account of Priya Raman", key="Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, "Settings")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED)["words"] == "Account of Priya Raman"
    expect(page.locator(".account .menu")).to_be_hidden()
    page.keyboard.press("Space")
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You’re signed out.")).to_be_visible()


def test_the_skip_link_is_first_and_goes_to_the_content(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya")
    page.goto("/inbox")
    link = page.get_by_role("link", name="Skip to content")
    box = link.bounding_box()
    assert box is not None
    assert box["width"] <= 1
    tab_to(page, "Skip to content", most=1)
    shown = link.bounding_box()
    assert shown is not None
    assert shown["height"] >= 34
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_the_focus_shows_at_every_stop_of_every_page(
    site: Site, priya: int, page_of: Callable[..., Page], width: int, javascript: bool
) -> None:
    for number in range(8):
        last = site.send(priya, f"Report {number}", "One line.\n\n" * 20)
    site.broadcast("The office is closed on Monday", is_banner=True)
    page = page_of("priya", width=width, javascript=javascript)
    for address in ("/inbox", f"/inbox/{last}", "/compare", "/settings?zone_query=asia/k"):
        page.goto(address)
        stops = 0
        page.keyboard.press("Tab")
        while here := page.evaluate(FOCUSED):
            assert here["framed"], (address, here)
            assert here["inView"], (address, here)
            stops += 1
            assert stops < 120, address
            page.keyboard.press("Tab")
        assert stops >= 10, address


def test_reading_by_itself_does_not_lose_the_focus(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    number = site.send(priya, "Lunch is at noon")
    page = page_of("priya")
    # The answer waits until the focus is on the button that it takes away.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/inbox/{number}/read", hold)
    page.goto(f"/inbox/{number}")
    button = page.get_by_role("button", name="Mark as read")
    button.focus()
    held[0].continue_()
    expect(button).to_be_hidden()
    expect(page.get_by_role("button", name="Mark as unread")).to_be_focused()


def test_a_zone_is_chosen_by_the_arrow_keys(priya: int, page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    page.goto("/settings")
    tab_to(page, "Find a time zone")
    page.keyboard.type("asia/ka")
    expect(page.locator(".zones label").nth(1)).to_contain_text("Asia/Kabul")
    tab_to(page, " ".join(page.locator(".zones label").first.inner_text().split()))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", checked=True, name="Asia/Kabul")).to_be_focused()
    tab_to(page, "Save time zone")
    page.keyboard.press("Enter")
    said(page, "Time zone changed to Asia/Kabul.")
