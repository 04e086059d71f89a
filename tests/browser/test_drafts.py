"""Drafts: typed text is there again after a click elsewhere, Back, or another sign-in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions as accounts
from tests.support.axe import violations
from tests.support.site import Console, Site
from tests.support.steps import press, row, said, sign_in, sign_out, tick

RESTORED = "Restored what you typed."
NEW = "/admin/broadcasts/new"


@pytest.fixture
def ada(site: Site) -> int:
    return site.reader("ada", is_admin=True)


def leave(page: Page, word: str = "Inbox") -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=word).click()
    page.wait_for_url(f"**/{word.lower()}*")


def test_a_composed_text_is_there_until_it_is_sent(
    ada: int, page_of: Callable[..., Page], console: Console
) -> None:
    page = page_of("ada")
    page.goto(NEW)
    page.get_by_label("Title").fill("Half a title")
    page.get_by_label("Administrators").check()
    leave(page)
    assert console.asked_to_leave == 1
    page.go_back()
    expect(page.locator(".draft-note")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Half a title")
    expect(page.get_by_label("Administrators")).to_be_checked()
    assert not violations(page)
    # From the review, which is another page, it is not lost either.
    page.get_by_label("Title").fill("A whole title")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    assert console.asked_to_leave == 1  # it was sent, not left
    page.goto(NEW)
    expect(page.get_by_label("Title")).to_have_value("A whole title")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    # Back to the review asks for no form to be sent again.
    leave(page)
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("A whole title")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Send to 1 person").click()
    expect(page.get_by_role("heading", name="A whole title")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("")
    page.goto(NEW)
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.locator(".draft-note")).to_have_count(0)


def test_a_discarded_draft_is_gone(ada: int, page_of: Callable[..., Page]) -> None:
    page = page_of("ada")
    page.goto(NEW)
    page.get_by_label("Title").fill("Half a title")
    page.reload()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.locator(".draft-note")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("")


def test_a_sign_out_in_another_tab_loses_nothing_and_another_account_gets_nothing(
    site: Site, ada: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 401")
    console.expect("status of 400")
    site.reader("grace", is_admin=True)
    page = page_of("ada")
    page.goto(NEW)
    page.get_by_label("Title").fill("Half a title")
    page.get_by_label("Body").fill("With a body")
    other = page.context.new_page()
    other.goto("/inbox")
    sign_out(other)
    sign_in(other, "grace")
    other.goto(NEW)
    expect(other.get_by_label("Title")).to_have_value("")
    sign_out(other)
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("your text is kept.")).to_be_visible()
    assert not violations(page)
    sign_in(page, "ada")
    assert not violations(page)
    page.get_by_role("button", name="Continue to the form").click()
    said(page, RESTORED)
    expect(page.get_by_label("Body")).to_have_value("With a body")
    # The draft in the tab outlasts the sign-in too; a sign-out in the tab itself deletes it.
    page.goto(NEW)
    expect(page.get_by_label("Title")).to_have_value("Half a title")
    sign_out(page)
    sign_in(page, "ada")
    page.goto(NEW)
    expect(page.get_by_label("Title")).to_have_value("")


def test_a_typed_snooze_time_outlasts_the_session(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 40")
    site.send(priya, "Lunch")
    page = page_of("priya")
    page.goto("/inbox")
    tick(page, "Lunch")
    page.locator(".bulk summary").click()
    page.locator(".bulk [name=until]").fill("2031-02-03T04:05")
    with site.app.app_context():
        accounts.end_all(priya)
        db.session.commit()
    page.locator(".bulk").get_by_role("button", name="Snooze until then").click()
    expect(page.get_by_text("your text is kept.")).to_be_visible()
    sign_in(page, "priya")
    page.get_by_role("button", name="Continue to the form").click()
    expect(page.locator(".bulk [name=until]")).to_have_value("2031-02-03T04:05")
    page.locator(".bulk").get_by_role("button", name="Snooze until then").click()
    said(page, "Snoozed 1 notification until")


def test_a_list_from_before_another_sign_in_works_at_the_second_click(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    site.send(priya, "Lunch")
    page = page_of("priya")
    page.goto("/inbox")
    other = page.context.new_page()
    other.goto("/inbox")
    sign_out(other)
    sign_in(other, "priya")
    expect(row(other, "Lunch")).to_be_visible()
    press(page, "Dismiss", "Lunch")
    said(page, "This page was out of date, so nothing was changed.")
    press(page, "Dismiss", "Lunch")
    said(page, "Dismissed “Lunch”.")
    sign_out(page)


def test_settings_and_searches_keep_their_text_but_no_password(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    site.send(priya, "Lunch")
    page = page_of("priya")
    page.goto("/settings")
    page.get_by_label("Current password").fill("a secret")
    leave(page)
    assert console.asked_to_leave == 0
    page.get_by_label("Search notifications").fill("half a wo")
    leave(page, "Settings")
    assert console.asked_to_leave == 0
    expect(page.get_by_label("Current password")).to_have_value("")
    page.get_by_label("Name", exact=True).fill("Pri")
    page.get_by_label("Find a time zone").fill("tokyo")
    page.get_by_label("Asia/Tokyo").check()
    leave(page)
    assert console.asked_to_leave == 1
    expect(page.get_by_label("Search notifications")).to_have_value("half a wo")
    leave(page, "Settings")
    expect(page.locator(".draft-note")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Pri")
    expect(page.get_by_label("Asia/Tokyo")).to_be_checked()
    assert "secret" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.get_by_role("button", name="Save name").click()
    said(page, "Display name changed to “Pri”.")
    expect(page.locator(".draft-note")).to_have_count(0)
    leave(page)  # the zone that is not saved yet is no text
    leave(page, "Settings")
    expect(page.get_by_label("Asia/Tokyo")).to_be_checked()
