"""The answer to an action floats over the page, and nothing under the pointer moves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Console, Site
from tests.support.steps import press, row, said, tick, titles

TITLES = [f"Report {letter}" for letter in "ABCDEF"]


@pytest.fixture
def six(site: Site, priya: int) -> Site:
    """Six notifications on three days: one, one, four."""
    for title, days in zip(TITLES, (0, 1, 2, 2, 2, 2), strict=True):
        site.send(priya, title, "A line.", ago=timedelta(days=days, minutes=TITLES.index(title)))
    return site


def top(page: Page, title: str) -> float:
    """The top of a row on the screen."""
    box = row(page, title).bounding_box()
    assert box
    return box["y"]


def test_it_floats_at_the_bottom_and_closes(six: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    page.clock.install()
    page.goto("/inbox")
    before = top(page, TITLES[2])
    press(page, "Mark as read", TITLES[0])
    said(page, "Marked")
    assert top(page, TITLES[2]) == before
    flash = page.locator("#said .flash")
    box = flash.bounding_box()
    assert box
    assert box["x"] == 24
    assert box["y"] + box["height"] == 800 - 24
    expect(page.locator("#live")).to_contain_text(f"Marked “{TITLES[0]}” as read.")
    flash.get_by_role("button", name="Close").click()
    expect(flash).to_have_count(0)
    press(page, "Mark as read", TITLES[1])
    said(page, "Marked")
    page.keyboard.press("Escape")
    expect(flash).to_have_count(0)

    # A selection is cleared first.
    press(page, "Mark as read", TITLES[2])
    tick(page, TITLES[3])
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).to_be_hidden()
    expect(flash).to_be_visible()
    flash.hover()
    page.clock.run_for(20_000)
    expect(flash).to_be_visible()
    page.mouse.move(640, 100)
    flash.get_by_role("button", name="Close").focus()
    page.clock.run_for(20_000)
    expect(flash).to_be_visible()
    page.locator("#q").focus()
    page.clock.run_for(14_000)
    expect(flash).to_have_count(0)


def test_an_error_stays_until_it_is_closed(
    six: Site, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("Failed to fetch")
    console.expect("ERR_FAILED")
    page = page_of("priya")
    page.clock.install()
    page.goto("/inbox")
    page.route("**/dismiss", lambda route: route.abort())
    press(page, "Dismiss", TITLES[0])
    flash = page.locator("#said .flash.is-error")
    expect(flash).to_be_visible()
    page.clock.run_for(60_000)
    expect(flash).to_be_visible()
    page.keyboard.press("Escape")
    expect(flash).to_have_count(0)


def test_on_a_phone_it_is_above_the_navigation(six: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", width=390)
    page.goto("/inbox")
    press(page, "Mark as read", TITLES[0])
    said(page, "Marked")
    flash = page.locator("#said .flash").bounding_box()
    bar = page.locator(".main-nav").bounding_box()
    assert flash
    assert bar
    assert 0 < bar["y"] - (flash["y"] + flash["height"]) < 16


def test_without_a_script_it_stands_in_the_page(six: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", javascript=False)
    page.goto("/inbox")
    press(page, "Mark as read", TITLES[0])
    said(page, "Marked")
    flash = page.locator("#said .flash").bounding_box()
    heading = page.get_by_role("heading", level=1).bounding_box()
    assert flash
    assert heading
    assert flash["y"] + flash["height"] <= heading["y"]


@pytest.mark.parametrize("at", range(len(TITLES) - 1))
def test_a_second_click_at_the_same_point_hits_no_other_row(
    six: Site, page_of: Callable[..., Page], at: int
) -> None:
    page = page_of("priya")
    page.goto("/inbox")
    box = row(page, TITLES[at]).get_by_role("button", name="Dismiss").bounding_box()
    assert box
    point = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    after = top(page, TITLES[at + 1])
    page.mouse.click(*point)
    said(page, f"Dismissed “{TITLES[at]}”.")
    assert top(page, TITLES[at + 1]) == after
    page.mouse.click(*point)
    rest = [title for title in TITLES if title != TITLES[at]]
    assert titles(page) == rest
    # The next one as well: what went before it is still empty.
    press(page, "Dismiss", TITLES[at + 1])
    said(page, f"Dismissed “{TITLES[at + 1]}”.")
    page.mouse.click(*point)
    expect(page.locator("li.row")).to_have_count(4)
    page.mouse.move(640, 20)
    rest.remove(TITLES[at + 1])
    for title in rest[at:]:
        assert top(page, title) < after + 130
    margins = """() => [...document.querySelectorAll("li.row")]
      .map((row) => getComputedStyle(row).marginTop)"""
    assert set(page.evaluate(margins)) == {"0px"}
    page.reload()
    assert titles(page) == rest


def dismiss_twice(page: Page, title: str) -> tuple[float, float]:
    """Click twice at the cross of a row; return its point."""
    button = row(page, title).get_by_role("button", name="Dismiss")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    point = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*point)
    said(page, f"Dismissed “{title}”.")
    page.mouse.click(*point)
    return point


def test_a_long_list_stays_where_it_is(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    for number in range(28):
        site.send(priya, f"Report {number:02}", "A line.", ago=timedelta(hours=5 * number))
    page = page_of("priya")
    page.goto("/inbox")
    # The last row of a page: the first row of the next one does not take its place.
    dismiss_twice(page, "Report 24")
    expect(row(page, "Report 25")).to_be_visible()
    page.reload()
    row(page, "Report 20").scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    before = top(page, "Report 18"), top(page, "Report 21")
    assert scrolled > 0
    # A notification that arrives meanwhile pushes nothing down.
    site.send(priya, "A new report")
    dismiss_twice(page, "Report 20")
    expect(row(page, "A new report")).to_have_count(1)
    assert (top(page, "Report 18"), top(page, "Report 21")) == before
    assert 0 < page.evaluate("scrollY") - scrolled < 200
    expect(row(page, "Report 25")).to_have_count(1)


def test_it_is_not_between_the_pointer_and_the_list(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    for number in range(12):
        site.send(priya, f"Report {number:02}", "A line.", ago=timedelta(seconds=number))
    page = page_of("priya", width=390)
    page.goto("/inbox")
    middle = page.evaluate("document.querySelector('.main-nav').getBoundingClientRect().top") - 40

    def button_of(title: str) -> Any:
        return row(page, title).get_by_role("button", name="Dismiss").bounding_box()

    # Its button is below: the page cannot be scrolled up to bring it under the pointer.
    low = next(title for title in titles(page) if button_of(title)["y"] > middle)
    box = button_of(low)
    page.mouse.wheel(0, box["y"] + box["height"] / 2 - middle)
    page.wait_for_function("(y) => scrollY > 0 || y < 1", arg=box["y"] - middle)
    dismiss_twice(page, low)
    said(page, f"Dismissed “{low}”.")
    flash = page.locator("#said .flash").bounding_box()
    assert flash
    assert flash["y"] < 40


def test_a_double_click_acts_once(six: Site, page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    page.goto("/inbox")
    for title in TITLES[:2]:
        tick(page, title)
    page.locator(".bulk").get_by_role("button", name="Dismiss").dblclick()
    said(page, "Dismissed 2 notifications.")
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")
    said(page, "Dismissed 2 notifications.")
    press(page, "Mark as read", TITLES[2])
    said(page, f"Marked “{TITLES[2]}” as read.")
    menu = row(page, TITLES[2]).locator(".others")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Mute").dblclick()
    said(page, "Muted general.")
    assert page.url.endswith("/inbox")
