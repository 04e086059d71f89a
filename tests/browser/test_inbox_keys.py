"""Keys for pages, tabs, selecting and every action; the way back to a row; a time in the row."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from notifications_app.core import clock
from tests.support.site import Console, Site
from tests.support.steps import focused, row, said, titles


@pytest.fixture
def thirty(site: Site, priya: int) -> list[int]:
    """Two pages of notifications, "Report 00" on top."""
    return [
        site.send(priya, f"Report {number:02}", topic="office", ago=timedelta(minutes=number))
        for number in range(30)
    ]


def heard(page: Page, words: str) -> None:
    expect(page.locator("#live")).to_have_text(words)


def test_keys_turn_pages_open_tabs_and_select(
    thirty: list[int], page_of: Callable[..., Page]
) -> None:
    page = page_of("priya")
    page.goto("/inbox")
    page.keyboard.press("p")
    heard(page, "This is the first page.")
    page.keyboard.press("n")
    heard(page, "26–30 of 30")
    page.keyboard.press("j")
    focused(page, "Report 25")
    page.keyboard.press("n")
    heard(page, "This is the last page.")
    page.keyboard.press("p")
    heard(page, "1–25 of 30")
    for keys, words, ticked in (
        ("jx", "1 selected", 1), ("a", "25 selected", 25), ("a", "All 30 selected", 25),
        ("x", "All but 1: 29 selected", 24),
    ):  # fmt: skip
        page.keyboard.type(keys)
        heard(page, words)
        expect(page.locator("[name=ids]:checked")).to_have_count(ticked)
    page.keyboard.press("Escape")
    heard(page, "Nothing selected")
    row(page, "Report 03").get_by_role("checkbox").click()
    heard(page, "1 selected")
    page.keyboard.press("Escape")
    for key, name in (("3", "Snoozed"), ("5", "Muted"), ("2", "Unread"), ("1", "Inbox")):
        page.keyboard.press(key)
        current = page.locator(".tabs [aria-current]")
        expect(current).to_contain_text(name)


def test_keys_for_every_action_in_the_list(thirty: list[int], page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    page.goto("/inbox")
    page.keyboard.press("r")
    heard(page, "Choose a notification with j or k first.")
    page.keyboard.press("j")
    page.keyboard.press("r")
    heard(page, "This action doesn’t apply here.")
    page.keyboard.press("Shift+I")
    said(page, "Marked “Report 00” as read.")
    page.keyboard.press("u")
    said(page, "Marked “Report 00” as unread.")
    # A time of one's own: a refusal leaves the menu open, and Enter in the field means its button.
    page.keyboard.press("Shift+S")
    field = row(page, "Report 00").get_by_label("Until")
    expect(field).to_be_focused()
    there = clock.now() + timedelta(days=3)
    field.fill(f"{there:%Y-%m-%d}T10:30")
    field.press("Enter")
    said(page, "Snoozed “Report 00” until")
    focused(page, "Report 01")
    page.keyboard.type("3")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Snoozed")
    page.keyboard.type("ju")
    said(page, "Unsnoozed “Report 00”.")
    page.keyboard.type("1")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Inbox")
    page.keyboard.type("je")
    said(page, "Dismissed “Report 00”.")
    page.keyboard.type("4")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Dismissed")
    page.keyboard.type("jr")
    said(page, "Restored “Report 00”.")
    page.keyboard.type("1")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Inbox")
    page.keyboard.type("jm")
    said(page, "Muted office.")
    expect(page.locator("li.row")).to_have_count(0)


def test_keys_on_the_page_of_a_notification(
    thirty: list[int], page_of: Callable[..., Page]
) -> None:
    page = page_of("priya")
    page.goto(f"/inbox/{thirty[1]}")
    heading = page.get_by_role("heading", level=1)
    page.keyboard.press("j")
    expect(heading).to_have_text("Report 02")
    page.wait_for_load_state()
    for title in ("Report 01", "Report 00"):
        page.keyboard.press("k")
        expect(heading).to_have_text(title)
        page.wait_for_load_state()
    page.keyboard.press("k")
    heard(page, "This is the newest notification.")
    page.keyboard.press("m")
    said(page, "Muted office.")
    page.keyboard.press("m")
    said(page, "Unmuted office.")
    page.keyboard.press("Shift+S")
    expect(page.get_by_label("Until", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Mark as unread")).to_be_visible()
    page.keyboard.press("u")
    said(page, "Marked “Report 00” as unread.")
    page.goto(f"/inbox/{thirty[0]}")
    page.keyboard.press("e")
    said(page, "Dismissed “Report 00”.")
    page.goto(f"/inbox/{thirty[0]}")
    page.keyboard.press("r")
    said(page, "Restored “Report 00”.")
    for key in ("n", "p", "x", "Shift+X", "a"):
        page.keyboard.press("Shift+Z")  # so that the same sentence is there for each key anew
        said(page, "Nothing to redo.")
        page.keyboard.press(key)
        heard(page, "This action doesn’t apply here.")


def test_keys_lead_from_every_page_to_a_tab_and_to_the_search(
    thirty: list[int], page_of: Callable[..., Page]
) -> None:
    page = page_of("priya")
    for start in (f"/inbox/{thirty[1]}", "/settings"):
        for key, name in (("4", "Dismissed"), ("1", "Inbox")):
            page.goto(start)
            page.keyboard.press(key)
            expect(page.locator(".tabs [aria-current]")).to_contain_text(name)
        page.goto(start)
        page.keyboard.press("/")
        expect(page.get_by_label("Search notifications")).to_be_focused()


def test_going_back_returns_to_the_row(thirty: list[int], page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    page.goto("/inbox?topic=office")
    page.keyboard.type("jjj")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Report 02")
    page.go_back()
    focused(page, "Report 02")
    row(page, "Report 04").get_by_role("link", name="Report 04").click()
    page.locator("a.back").click()
    focused(page, "Report 04")
    expect(page).to_have_url(re.compile("topic=office"))
    # After walking on from page to page, it is the row of the last one.
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Report 04")
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Report 05")
    page.locator("a.back").click()
    focused(page, "Report 05")
    # Somebody who comes from elsewhere begins at the top.
    page.goto("/settings")
    page.goto("/inbox")
    expect(page.locator("li.row h3 a").first).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_on_a_phone_a_time_is_typed_in_the_row(
    thirty: list[int], page_of: Callable[..., Page], console: Console, javascript: bool
) -> None:
    console.expect("status of 400")
    page = page_of("priya", width=390, javascript=javascript)
    page.goto("/inbox")
    first = row(page, "Report 00")
    if javascript:
        first.locator(".others summary").click()
        first.get_by_role("button", name="Snooze…").click()
        expect(first.get_by_role("button", name="In 1 hour")).to_be_focused()
    else:
        first.locator(".snooze summary").click()
    field = first.get_by_label("Until")
    field.fill("2020-02-29T10:30")
    first.get_by_role("button", name="Snooze until then").click()
    expect(first.get_by_text("That time is past.")).to_be_visible()
    expect(field).to_have_value("2020-02-29T10:30")
    expect(field).to_be_focused()
    edges = page.evaluate(
        """() => {
          const box = document.querySelector(".snooze[open] .menu").getBoundingClientRect();
          return [box.left >= 0, box.right <= innerWidth,
            document.documentElement.scrollWidth <= innerWidth];
        }"""
    )
    assert edges == [True, True, True]
    there = clock.now() + timedelta(days=3)
    field.fill(f"{there:%Y-%m-%d}T10:30")
    first.get_by_role("button", name="Snooze until then").click()
    said(page, "Snoozed “Report 00” until")
    assert titles(page)[0] == "Report 01"
    expect(page).to_have_url(re.compile("/inbox$"))
