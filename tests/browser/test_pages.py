"""The help of scripts, pages without them, and content for every reader."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Site
from tests.support.steps import press, row, said

LUNCH = "Lunch is at noon"
PAGES = ("/inbox", "/compare", "/settings")


def test_opening_one_marks_it_as_read_by_a_script(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    number = site.send(priya, LUNCH)
    site.send(priya, "Another")
    page = page_of("priya")
    page.goto(f"/inbox/{number}")
    expect(page.locator(".main-nav .count")).to_have_text(re.compile(r"^\s*1\s*unread\s*$"))
    expect(page.get_by_role("button", name=f"Mark as unread {LUNCH}")).to_be_visible()
    expect(page.get_by_role("button", name="Mark as read")).to_be_hidden()
    expect(page.locator(".history")).to_contain_text("Read now")
    assert page.url.endswith(f"/inbox/{number}")
    page.goto("/inbox")
    assert row(page, LUNCH).get_attribute("class") == "row"
    expect(page.locator(".flash")).to_have_count(0)


def test_opening_one_without_a_script_changes_nothing(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    number = site.send(priya, LUNCH)
    page = page_of("priya", javascript=False)
    for _time in range(2):
        page.goto(f"/inbox/{number}")
        expect(page.get_by_role("link", name="Inbox 1 unread")).to_be_visible()
        expect(page.get_by_role("button", name="Mark as unread")).to_be_hidden()
    page.get_by_role("button", name=f"Mark as read {LUNCH}").click()
    said(page, f"Marked “{LUNCH}” as read.")
    assert page.url.endswith(f"/inbox/{number}")
    expect(page.get_by_role("button", name=f"Mark as unread {LUNCH}")).to_be_visible()
    expect(page.get_by_role("link", name="Inbox", exact=True).first).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_banner_stands_on_every_page_until_it_is_dismissed(
    site: Site, priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    title = "The office is closed on Monday"
    number = site.broadcast(title, category="warning", is_banner=True)
    page = page_of("priya", javascript=javascript)
    banner = page.locator(".banner")
    for address in (*PAGES, f"/inbox/{number}", "/inbox?tab=dismissed"):
        page.goto(address)
        expect(banner).to_contain_text(f"Warning: {title}")
    page.goto("/compare")
    banner.get_by_role("button", name=f"Dismiss {title}").click()
    assert "/compare" in page.url
    said(page, f"Dismissed “{title}”.")
    for address in PAGES:
        page.goto(address)
        expect(banner).to_have_count(0)
    page.goto("/inbox?tab=dismissed")
    press(page, "Restore", title)
    expect(banner).to_be_visible()


def test_the_count_is_asked_for_when_the_page_is_looked_at_again(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya")
    page.clock.install()
    page.goto("/compare")
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    bell = page.get_by_role("link", name=re.compile("^Notifications"))
    expect(bell).to_have_accessible_name("Notifications")
    site.send(priya, LUNCH)
    page.evaluate(hide, True)
    page.evaluate(hide, False)  # a moment later: nothing is asked
    expect(bell).to_have_accessible_name("Notifications")
    page.evaluate(hide, True)
    page.clock.fast_forward(31_000)
    page.evaluate(hide, False)
    expect(bell).to_have_accessible_name("Notifications 1 unread")
    expect(page.get_by_role("link", name="Inbox 1 unread")).to_be_visible()


def test_the_count_goes_from_tab_to_tab(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    number = site.send(priya, LUNCH)
    page = page_of("priya")
    page.goto("/compare")
    other = page.context.new_page()
    other.goto(f"/inbox/{number}")
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()


def test_what_the_browser_stores_is_shown_as_it_is(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    number = site.send(priya, LUNCH, "A long message.\n\n" * 20)
    page = page_of("priya")
    page.goto("/inbox")
    page.locator(".more summary").click()
    page.reload()
    expect(page.locator(".more .prose")).to_be_visible()
    page.goto("/compare")
    expect(page.locator("[data-storage] code")).to_have_text(
        ["localStorage: badge = 1", f"sessionStorage: expanded = {number}"]
    )
    stored = page.evaluate("({...localStorage, ...sessionStorage})")
    assert stored == {"badge": "1", "expanded": str(number)}
    plain = page_of("priya", javascript=False)
    plain.goto("/compare")
    expect(plain.locator("[data-storage]")).to_contain_text("Only JavaScript can read this")


@pytest.mark.parametrize("count", [0, 1, 100])
def test_the_bell_says_how_many(
    site: Site, priya: int, page_of: Callable[..., Page], count: int
) -> None:
    for number in range(count):
        site.send(priya, f"Report {number}", ago=timedelta(minutes=number))
    words = {0: "", 1: " 1 unread", 100: " 99+ unread"}[count]
    page = page_of("priya")
    for address in PAGES:
        page.goto(address)
        for name in ("Notifications", "Inbox"):
            link = page.get_by_role("link", name=f"{name}{words}", exact=True)
            assert link.count() >= 1, (address, name)


def test_every_button_says_what_it_is_about_and_one_region_speaks(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    titles = ["Lunch is at noon", "The office is closed", "Report 7"]
    for title in titles:
        number = site.send(priya, title)
    page = page_of("priya")
    for address in (*PAGES, "/inbox?tab=unread", "/inbox?tab=dismissed", f"/inbox/{number}"):
        page.goto(address)
        assert page.locator("[role=status]").count() == 1, address
        assert page.locator("[aria-live], [role=alert], [role=log]").count() == 0, address
    page.goto("/inbox")
    for each in page.locator("li.row").all():
        title = each.locator("h3 [dir]").inner_text()
        assert title in titles
        for button in each.get_by_role("button").all():
            expect(button).to_have_accessible_name(re.compile(f"{re.escape(title)}$"))
        assert each.get_by_role("button").count() == 2
    press(page, "Dismiss", titles[0])
    said(page, f"Dismissed “{titles[0]}”.")
    page.goto("/inbox?tab=dismissed")
    expect(row(page, titles[0]).get_by_role("button")).to_have_accessible_name(
        f"Restore {titles[0]}"
    )
    page_out = page_of()
    page_out.goto("/login")
    assert page_out.locator("[role=status]").count() == 1
