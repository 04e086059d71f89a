"""People in a browser: axe finds nothing, nothing sticks out, links are made, files imported."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.accounts import actions, groups
from notifications_app.domain.inbox import change_groups
from tests.support.axe import violations
from tests.support.layout import LONG, SMALL, sideways
from tests.support.people import PASSWORD
from tests.support.site import Console, Site
from tests.support.steps import said, sign_in

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
            change_groups.join_group(name, [number], clock.now())
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
    expect(page.get_by_role("button", name="Create reset link")).to_be_visible()
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    page.get_by_role("button", name="Create reset link").click()
    expect(page.get_by_label("One-time link")).to_be_visible()
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    for address in (
        f"/admin/users/{number}/delete", "/admin/users/1/revoke-admin", "/admin/users/new",
        "/admin/groups", f"/admin/groups/{'g' * 30}-1",
    ):  # fmt: skip
        page.goto(address)
        if page.get_by_role("button", name="Create account").count():
            page.get_by_role("radio", name="With a password").check()
            page.get_by_role("button", name="Create account").click()
            expect(page.get_by_label("Username")).to_be_focused()
        if page.get_by_role("button", name="Add to the group").count():
            page.get_by_label("Usernames or email addresses").fill(f"{LONG}, {LONG}@{LONG}.org")
            page.get_by_role("button", name="Add to the group").click()
            expect(page.get_by_text("There are no users")).to_be_visible()
        found += violations(page) + sideways(page) + page.evaluate(SMALL)
    assert not found


def test_the_life_of_an_account_without_a_script(site: Site, page_of: Callable[..., Page]) -> None:
    site.reader("ada", is_admin=True)
    page = page_of("ada", javascript=False)
    page.goto("/admin/users")
    page.get_by_role("link", name="New person").click()
    page.get_by_label("Username").fill("grace")
    page.get_by_label("Display name").fill("Grace Hopper")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("One-time link")).to_be_visible()
    page.goto("/admin/users")
    page.get_by_role("link", name="Groups").click()
    page.get_by_label("Name").fill("ops")
    page.get_by_role("button", name="Create group").click()
    page.get_by_label("Usernames or email addresses").fill("grace")
    page.get_by_role("button", name="Add to the group").click()
    said(page, "Added 1 person to “ops”.")
    page.get_by_role("link", name="Grace Hopper").click()
    page.get_by_role("button", name="Remove from ops").click()
    expect(page.get_by_text("Not in any group.")).to_be_visible()
    for link, button in (
        ("Make administrator", "Make administrator"),
        ("Remove administrator role", "Remove role"),
        ("Deactivate", "Deactivate"),
        ("Activate", "Activate"),
    ):
        page.get_by_role("link", name=link, exact=True).click()
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", name="Grace Hopper", exact=True)).to_be_visible()
    page.get_by_role("link", name="Delete account").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Delete account").click()
    page.get_by_role("button", name="Delete account").click()
    said(page, "Deleted “grace”.")
    expect(page.get_by_role("link", name="Grace Hopper")).to_have_count(0)


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
    visitor.get_by_role("button", name="Set password").click()
    sign_in(visitor, "priya", NEW)
    expect(visitor.get_by_role("heading", name="Inbox")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Everyone has a password.")).to_be_visible()


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
    page.get_by_role("button", name="Create reset link").click()
    expect(page.get_by_label("Your password")).to_be_focused()
    expect(page).to_have_title("Error: Priya Raman · People · Notifications")
    found += violations(page) + sideways(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Create reset link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.get_by_label("One-time link").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert not found


# ---- the import ----

CSV = "username,email,display_name,timezone,groups\n"


def choose(page: Page, content: str | Path, button: str) -> None:
    """Choose a file, or one of this content, and press a button of the form."""
    page.get_by_label("CSV file").set_input_files(
        content
        if isinstance(content, Path)
        else {"name": "people.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("javascript", [True, False])
def test_people_are_imported_and_given_links(
    site: Site, page_of: Callable[..., Page], console: Console, javascript: bool
) -> None:
    console.expect("status of 4")
    site.reader("ada", is_admin=True)
    page = page_of("ada", javascript=javascript)
    page.goto("/admin/users")
    page.get_by_role("link", name="Import people").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Choose a CSV file.")).to_be_visible()
    expect(page.get_by_label("CSV file")).to_be_focused()
    choose(page, f"{CSV}grace,,,Mars,\n", "Preview")
    expect(page.get_by_role("heading", name="1 of 1 line has errors.")).to_be_visible()
    good = f"{CSV}grace,,Grace H,Europe/Paris,ops\nlin,,,,\n"
    choose(page, good, "Preview")
    expect(page.get_by_text("grace, lin")).to_be_visible()
    page.get_by_role("button", name="Import 2 people").click()
    said(page, "Imported 2 people: 2 new (grace, lin)")
    expect(page).to_have_url(f"{site.url}/admin/users?show=no-password")
    page.get_by_role("button", name="Reset link for grace").click()
    expect(page.get_by_label("One-time link")).to_be_visible()


def test_the_page_of_the_import(site: Site, page_of: Callable[..., Page], console: Console) -> None:
    console.expect("status of 4")
    site.reader("ada", is_admin=True)
    page = page_of("ada")
    page.goto("/admin/users/import")
    found = violations(page) + sideways(page) + page.evaluate(SMALL)
    names = ["a" * 40, *(f"{'b' * 38}-{one}" for one in range(9))]
    groups_named = ";".join(f"{'g' * 38}-{one}" for one in range(9))
    choose(page, CSV + "".join(f"{name},,,,{groups_named}\n" for name in names), "Preview")
    expect(page.get_by_role("button", name="Import 10 people")).to_be_visible()
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    page.get_by_role("link", name="Choose another file").click()
    choose(page, f"{CSV}{LONG},,,,\n" + f"a,{'b' * 60}@{'c' * 60}.org,,,\n" * 300, "Preview")
    expect(page.get_by_role("heading", name="300 of 301 lines have errors.")).to_be_visible()
    expect(page.get_by_text("And 100 more.")).to_be_visible()
    # The list of wrong lines is long, and the same for axe at its hundredth row.
    page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+9)').forEach(e => e.remove())")
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    choose(page, "name\n", "Preview")
    expect(page.get_by_text("Line 1: The first line names the columns")).to_be_visible()
    found += violations(page) + sideways(page) + page.evaluate(SMALL)
    assert not found


def test_a_file_that_is_too_large_is_refused_on_the_page(
    site: Site, page_of: Callable[..., Page], console: Console, tmp_path: Path
) -> None:
    console.expect("status of 4")
    site.reader("ada", is_admin=True)
    large = tmp_path / "people.csv"
    large.write_bytes(b"username\n" + b"\n" * (17 << 20))
    page = page_of("ada")
    page.goto("/admin/users/import")
    choose(page, large, "Preview")
    expect(page.get_by_text("This file is over 16 MB.")).to_be_visible()
    choose(page, f"{CSV}grace,,,,\n", "Preview")
    expect(page.get_by_role("button", name="Import 1 person")).to_be_visible()
