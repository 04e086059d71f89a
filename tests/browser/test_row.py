"""All of a row can be used: it opens, its action is a button, the rest is in a menu."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Site
from tests.support.steps import open_tab, row, said

TITLE = "Invoice 1042 failed"
both_ways = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


@pytest.fixture
def one_row(site: Site, priya: int) -> int:
    """A notification with an action."""
    site.send(priya, "Lunch is at noon", topic="office")
    return site.send(
        priya, TITLE, "A line.", topic="billing", action_url="/compare", action_label="Update card"
    )


@both_ways
@pytest.mark.parametrize("width", [1280, 390])
def test_the_whole_row_opens(
    one_row: int, page_of: Callable[..., Page], width: int, javascript: bool
) -> None:
    page = page_of("priya", width=width, javascript=javascript)
    for part in (".tile", ".excerpt", ".meta .word"):
        page.goto("/inbox")
        box = row(page, TITLE).locator(part).bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page).to_have_url(re.compile(rf"/inbox/{one_row}$"))


@both_ways
def test_what_else_is_in_the_row_lies_above_the_link(
    one_row: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of("priya", javascript=javascript)
    page.goto("/inbox")
    row(page, TITLE).get_by_role("link", name="billing").click()
    expect(page).to_have_url(re.compile(r"/inbox\?topic=billing$"))
    expect(page.locator("li.row")).to_have_count(1)
    row(page, TITLE).get_by_role("checkbox").check()
    expect(page.locator(".bulk")).to_be_visible()
    row(page, TITLE).get_by_role("link", name=f"Update card {TITLE}").click()
    expect(page).to_have_url(re.compile("/compare$"))


@both_ways
def test_a_topic_is_muted_and_unmuted_from_the_list(
    one_row: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of("priya", javascript=javascript)
    page.goto("/inbox")
    row(page, "Lunch is at noon").locator(".others summary").click()
    page.get_by_role("button", name="Mute office").click()
    said(page, "Muted office.")
    expect(page.locator("li.row")).to_have_count(1)
    open_tab(page, "Muted")
    page.get_by_role("button", name="Unmute office").first.click()
    said(page, "Unmuted office.")
    open_tab(page, "Inbox")
    expect(page.locator("li.row")).to_have_count(2)


def test_a_link_is_copied(one_row: int, site: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", width=390, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/inbox")
    row(page, TITLE).locator(".others summary").click()
    expect(row(page, TITLE).locator(".others .menu a").first).to_have_text(f"Update card {TITLE}")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#live")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}/inbox/{one_row}"
