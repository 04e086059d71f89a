"""axe-core finds nothing on any page: light and dark, wide and narrow."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from notifications_app.core.database import reading
from notifications_app.core.signing import signing_keys
from notifications_app.domain.accounts import password_resets, queries
from tests.support.axe import violations
from tests.support.layout import BODY
from tests.support.site import Console, Site
from tests.support.steps import open_tab, press, row, said, tick


def test_pages_of_nobody(site: Site, page_of: Callable[..., Page], console: Console) -> None:
    console.expect("status of 4")
    page = page_of()
    page.goto("/login")
    expect(page.get_by_text("No account yet")).to_be_visible()
    found = violations(page)
    site.reader("ada", display_name="Ada", is_admin=True)
    number = site.reader("priya")
    with site.app.app_context(), reading() as connection:
        user = queries.credentials_by_id(connection, number)
        assert user is not None
        token = password_resets.token(signing_keys(), user)
    page.goto("/login")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Enter your username.")).to_be_visible()
    found += violations(page)
    for address in (f"/reset/{token}", "/reset/gone", "/nowhere"):
        page.goto(address)
        found += violations(page)
    assert not found


def test_registration(make_site: Callable[..., Site], page_of: Callable[..., Page]) -> None:
    open_site = make_site(REGISTRATION_OPEN=True)
    page = page_of()
    page.goto(f"{open_site.url}/register")
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    assert not violations(page)


def test_the_inbox(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", timezone_id="Asia/Kolkata")
    found = []
    for tab in ("inbox", "unread", "snoozed", "dismissed", "muted"):
        page.goto(f"/inbox?tab={tab}")
        found += violations(page)
    for category in ("success", "error", "warning", "info"):
        site.broadcast(f"A {category}", BODY, category=category, is_banner=True)
    page.goto("/inbox")
    page.get_by_role("listitem").get_by_role("button", name="Dismiss A success").click()
    said(page, "Dismissed “A success”.")
    page.locator(".account summary").click()
    page.evaluate("document.querySelector('.more').open = true")
    found += violations(page)
    for tab in ("unread", "dismissed"):
        page.goto(f"/inbox?tab={tab}")
        found += violations(page)
    assert not found


def test_the_inbox_at_work(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    for words in ("status of 4", "ERR_FAILED", "Failed to fetch"):
        console.expect(words)
    for title in ("Lunch", "Invoice", "Report", "New sign-in"):
        last = site.send(priya, title, BODY, topic=title.split()[-1].lower())
    page = page_of("priya")
    found = []
    # Menus, the bar for the selected, the sheet of keys, the help, a failure.
    page.goto("/inbox?q=-zebra")
    page.locator(".search-help summary").click()
    row(page, "Report").locator(".snooze summary").click()
    page.route("**/dismiss", lambda route: route.abort())
    press(page, "Dismiss", "Lunch")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    page.unroute("**/dismiss")
    row(page, "Report").locator(".snooze summary").click()
    found += violations(page)
    tick(page, "Report", "Invoice")
    page.locator(".bulk summary").click()
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    page.locator(".bulk summary").click()
    page.locator(".bulk").get_by_role("button", name="Tomorrow").click()
    said(page, "Snoozed 2 notifications")
    open_tab(page, "Snoozed")
    tick(page, "Report")
    found += violations(page)
    # Nothing found, with and without a way on; what cannot be searched for; chips; every tab.
    for address in (
        "/inbox?tab=unread&q=zebra+re:x&category=info", "/inbox?category=zebra",
        "/inbox?q=is:unread&topic=lunch", "/inbox?tab=all&q=-zebra",
    ):  # fmt: skip
        page.goto(address)
        found += violations(page)
    # A time that is past, in the menu of a row that stays open.
    page.goto("/inbox")
    menu = row(page, "Lunch").locator(".snooze")
    menu.locator("summary").click()
    menu.get_by_label("Until").fill("2020-02-29T10:30")
    menu.get_by_role("button", name="Snooze until then").click()
    expect(menu.get_by_text("That time is past.")).to_be_visible()
    found += violations(page)
    # Its own page: a time that is past, a muted topic.
    page.goto(f"/inbox/{last}")
    page.get_by_role("button", name="Mute topic sign-in").click()
    page.locator(".snooze-part summary").click()
    page.get_by_label("Until", exact=True).fill("2020-02-29T10:30")
    page.get_by_role("button", name="Snooze until then").click()
    expect(page.get_by_text("That time is past.")).to_be_visible()
    found += violations(page)
    page.goto("/inbox?tab=muted")
    expect(page.locator("li.row")).to_have_count(1)
    found += violations(page)
    page.goto("/settings#muted-topics")
    expect(page.get_by_role("button", name="Unmute sign-in")).to_be_visible()
    found += violations(page)
    assert not found


def test_one_notification(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    number = site.send(priya, "Read the notes", BODY, category="warning", action_url="/compare")
    page = page_of("priya")
    page.goto(f"/inbox/{number}")
    expect(page.get_by_role("button", name="Mark as unread")).to_be_visible()
    found = violations(page)
    page.get_by_role("button", name="Dismiss").click()
    page.goto(f"/inbox/{number}")
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    assert not found + violations(page)


def test_compare(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    for name in ("Error", "Warning"):
        page.goto("/compare")
        page.locator("#notification").get_by_role("button", name=name).click()
    page.locator("#flash").get_by_role("button", name="Info").click()
    assert not violations(page)


def test_settings_with_errors_and_refusals(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 4")
    site.cookie("priya")
    page = page_of("priya")
    page.goto("/settings?zone_query=asia/k")
    found = violations(page)
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".field-error")).to_have_count(2)
    expect(page).to_have_title("Error: Settings · Notifications")
    page.get_by_text("Sign out all others").click()
    found += violations(page)
    page.goto("/inbox?tab=nothing")
    found += violations(page)
    page.goto("/inbox?before=tampered")
    assert not found + violations(page)
