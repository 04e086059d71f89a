"""The pages of people in a browser: axe finds nothing, nothing sticks out, a link is made."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from notifications_app import clock
from notifications_app.accounts import actions, groups
from notifications_app.extensions import db
from notifications_app.inbox import moves

from ..conftest import PASSWORD
from .site import Console, Site
from .steps import sign_in
from .test_axe import violations
from .test_layout import LONG, SMALL, sideways

NEW = "a new good password"


def people(site: Site) -> int:
    """An administrator, and people with everything long and everything missing; one of them."""
    site.reader("ada", display_name="Ada Lovelace", is_admin=True)
    site.reader("priya", display_name="Priya Raman", email="priya@example.org", password_hash=None)
    number = site.reader(
        "a" * 40,
        display_name=(LONG * 2)[:80],
        email=f"{'b' * 60}@{'c' * 60}.example",
        timezone="America/Argentina/ComodRivadavia",
    )
    gone = site.reader("noor", timezone="Asia/Kolkata")
    with site.app.app_context():
        actions.set_active(gone, active=False)
        for one in range(20):
            name = f"{'g' * 30}-{one}"
            groups.create(name)
            moves.join_group(name, [number], clock.now())
        db.session.commit()
    return number


def test_the_pages_of_people(site: Site, page_of: Callable[..., Page], console: Console) -> None:
    console.expect("status of 4")
    number = people(site)
    for one in range(60):
        site.reader(f"reader-{one}", password_hash=None)
    page = page_of("ada", width=390)
    found = []
    page.goto("/inbox")
    page.locator(".account summary").click()
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("table", name="People")).to_be_visible()
    for address in ("?q=o", "?show=no-password", "?show=inactive", "?q=zebra", f"?q={LONG * 4}"):
        page.goto(f"/admin/users{address}")
        found += violations(page) + sideways(page) + page.evaluate(SMALL)
    page.goto(f"/admin/users/{number}")
    expect(page.get_by_role("button", name="Make the link")).to_be_visible()
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_label("One-time link")).to_be_visible()
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    assert not found


def test_a_link_is_made_and_used_without_a_script(
    site: Site, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 4")
    people(site)
    page = page_of("ada", javascript=False)
    page.goto("/admin/users?show=no-password")
    page.get_by_role("button", name="Reset link for priya").click()
    expect(page.get_by_role("heading", name="Reset link for Priya Raman")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    link = page.get_by_label("One-time link").input_value()
    page.get_by_role("link", name="People").first.click()
    expect(page).to_have_url(f"{site.url}/admin/users?show=no-password")
    visitor = page_of()
    visitor.goto(link)
    visitor.get_by_label("New password").fill(NEW)
    visitor.get_by_role("button", name="Set the password").click()
    sign_in(visitor, "priya", NEW)
    expect(visitor.get_by_role("heading", name="Inbox")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Everybody has a password.")).to_be_visible()


def test_the_password_is_asked_for_again(
    site: Site, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 4")
    people(site)
    page = page_of("ada", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/admin/users")
    site.grow_old("ada")
    page.get_by_role("button", name="Reset link for priya").click()
    found = violations(page)
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_label("Your password")).to_be_focused()
    expect(page).to_have_title("Error: Priya Raman · People · Notifications")
    found += violations(page) + sideways(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.get_by_label("One-time link").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert not found
