"""The main story, with JavaScript and without it: nothing of it needs a script."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import Site
from tests.support.steps import press, row, said, sign_in, sign_out

both_ways = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
OLD, NEW = "The printer is back", "Lunch is at noon"
HOURS = timedelta(hours=27)


@both_ways
def test_what_is_dismissed_stays_so_and_is_put_back(
    site: Site, priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    site.send(priya, OLD, ago=HOURS)
    page = page_of(javascript=javascript)
    page.goto("/")
    sign_in(page, "priya")
    said(page, "You’re signed in.")
    expect(row(page, OLD)).to_be_visible()
    expect(row(page, NEW)).to_have_count(0)

    site.broadcast(NEW)
    page.reload()
    expect(row(page, NEW)).to_be_visible()
    expect(page.get_by_text("2 unread of 2")).to_be_visible()

    press(page, "Dismiss", NEW)
    said(page, f"Dismissed “{NEW}”.")
    expect(row(page, NEW)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    said(page, f"Restored “{NEW}”.")
    expect(row(page, NEW)).to_be_visible()

    press(page, "Dismiss", OLD)
    press(page, "Mark as read", NEW)
    sign_out(page)
    expect(page.get_by_text(OLD)).to_have_count(0)

    site.restart()
    sign_in(page, "priya")
    said(page, "You’re signed in.")
    expect(row(page, OLD)).to_have_count(0)
    expect(row(page, NEW)).to_be_visible()
    expect(page.get_by_text("0 unread of 1")).to_be_visible()
    page.get_by_role("link", name="Dismissed 1").click()
    press(page, "Restore", OLD)
    page.get_by_role("link", name=re.compile("^Inbox 2")).click()
    expect(row(page, OLD)).to_be_visible()


@both_ways
def test_the_zone_of_the_reader_is_the_zone_of_every_time(
    site: Site, priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    for number in range(3):
        site.send(priya, f"Report {number}", ago=timedelta(days=2 + 3 * number))
    number = site.send(priya, "Just now")
    page = page_of("priya", javascript=javascript)

    def times() -> dict[str, list[tuple[str, str]]]:
        found = {}
        for address in ("/inbox", f"/inbox/{number}", "/settings", "/compare"):
            page.goto(address)
            each = page.locator("main time").all()
            found[address] = [
                (str(one.get_attribute("datetime")), str(one.get_attribute("title")))
                for one in each
            ]
            assert each, f"no time on {address}"
        return found

    before = times()
    old = page.goto("/settings") and page.locator(".clock strong").inner_text()
    page.get_by_label("Find a time zone").fill("kolkata")
    if not javascript:
        page.get_by_role("button", name="Find").click()
    expect(page.locator(".zones label:visible")).to_have_count(2)
    page.get_by_role("radio", name="Asia/Kolkata").check()
    page.get_by_role("button", name="Save time zone").click()
    said(page, "Time zone changed to Asia/Kolkata.")
    expect(page.locator(".clock")).to_contain_text("Asia/Kolkata, IST, UTC+05:30")
    assert page.locator(".clock strong").inner_text() != old
    after = times()
    for address, shown in before.items():
        assert [title for _moment, title in shown] != [title for _moment, title in after[address]]
        assert all(title.endswith("UTC (UTC)") for _moment, title in shown)
        assert all(title.endswith("IST (Asia/Kolkata)") for _moment, title in after[address])
    assert [moment for moment, _title in before["/inbox"]] == [
        moment for moment, _title in after["/inbox"]
    ]
    page.goto("/inbox")
    expect(page.locator(".between")).to_contain_text("Times are in Asia/Kolkata (IST).")


@both_ways
def test_a_flash_goes_and_a_notification_stays(
    site: Site, priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of("priya", javascript=javascript)
    page.goto("/compare")
    flash, notes = page.locator("#flash .flash"), page.locator("#notification .notes li")
    page.locator("#flash").get_by_role("button", name="Success").click()
    expect(flash).to_contain_text("Success: Export finished.")
    page.locator("#notification").get_by_role("button", name="Warning").click()
    expect(notes).to_contain_text("Storage is 85% full")
    expect(flash).to_have_count(0)

    page.get_by_role("button", name="Flash and keep").click()
    expect(flash).to_contain_text("Export finished.")
    expect(notes).to_have_count(2)
    page.reload()
    expect(flash).to_have_count(0)
    expect(notes).to_have_count(2)

    page.get_by_role("button", name="Flash more than 1 KB").click()
    expect(flash).to_contain_text("is too long for a flash, so it is kept in your inbox.")
    flash.get_by_role("link", name="Open notification").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("This flash is larger than")
    assert len(page.locator(".prose").inner_text()) > 1024
    page.goto("/compare")
    notes.first.get_by_role("button").click()
    expect(notes).to_have_count(2)
    expect(flash).to_contain_text("Dismissed")


@both_ways
def test_everything_shown_can_be_read_or_dismissed_at_once(
    site: Site, priya: int, page_of: Callable[..., Page], javascript: bool
) -> None:
    for number in range(30):
        site.send(priya, f"Report {number}", ago=timedelta(minutes=number + 1))
    page = page_of("priya", javascript=javascript)
    page.goto("/inbox")
    expect(page.locator("li.row")).to_have_count(25)
    site.send(priya, "Came later")
    page.get_by_role("button", name="Dismiss all").click()
    said(page, "Dismissed 30 notifications.")
    expect(page.locator("li.row")).to_have_count(1)
    expect(row(page, "Came later")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    said(page, "Restored 30 notifications.")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("li.row")).to_have_count(6)
    page.get_by_role("link", name="Newer").click()
    expect(page.locator("li.row")).to_have_count(25)
    page.get_by_role("button", name="Mark all read").click()
    said(page, "Marked 31 notifications as read.")
    page.get_by_role("link", name="Unread 0").click()
    expect(page.get_by_text("No unread notifications.")).to_be_visible()
