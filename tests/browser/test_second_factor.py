"""A second factor in a browser: set up, signed in with, lost; without a script and in the dark."""

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
import segno
from playwright.sync_api import Page, expect

from notifications_app.core import clock
from tests.support.axe import violations
from tests.support.layout import SMALL, sideways
from tests.support.people import PASSWORD
from tests.support.second_factor import SECRET, code_at, switch_on, wrong_code
from tests.support.site import Console, Site
from tests.support.steps import said, sign_in, sign_out

#: Whether each module of the QR code is dark, read from the picture as a camera sees it.
MODULES = """(image) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const rows = [];
  for (let y = 2; y < canvas.height; y += 5) {
    const row = [];
    for (let x = 2; x < canvas.width; x += 5) {
      row.push(context.getImageData(x, y, 1, 1).data[0] < 128);
    }
    rows.push(row);
  }
  return rows;
}"""


def set_up(page: Page) -> str:
    """Press Set up; returns the secret that the page shows."""
    page.goto("/settings")
    page.get_by_role("link", name="Set up second factor").click()
    page.get_by_role("button", name="Set up").click()
    return page.locator(".secret").inner_text().replace(" ", "")


def switch_it_on(page: Page) -> tuple[str, list[str]]:
    """Set it up; returns the secret and the recovery codes."""
    secret = set_up(page)
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Switch on").click()
    codes = page.locator(".recovery-codes code")
    expect(codes).to_have_count(10)
    return secret, codes.all_inner_texts()


def enter(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Continue").click()


def enter_recovery(page: Page, code: str) -> None:
    if not page.get_by_label("Recovery code").is_visible():
        page.get_by_text("No access to your app?").click()
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_it_is_set_up_signed_in_with_and_lost(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console, javascript: bool
) -> None:
    console.expect("status of 4")
    page = page_of("priya", javascript=javascript)
    secret, codes = switch_it_on(page)
    expect(page.get_by_role("button", name="Print")).to_be_visible(visible=javascript)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "recovery-codes-priya.txt"
    assert download.value.path().read_text().split()[-10:] == codes
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("10 recovery codes left.")).to_be_visible()
    sign_out(page)

    page.goto("/login?next=/compare")
    sign_in(page, "priya")
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    enter(page, wrong_code(clock.now(), secret))
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    expect(page).to_have_title("Error: Enter your code · Notifications")
    used = pyotp.TOTP(secret).at(clock.now())
    enter(page, used)  # that of the set-up, unless the step has passed since
    if page.url.endswith("/login/code"):
        enter_recovery(page, codes[0].lower())
        said(page, "You used a recovery code")
    expect(page).to_have_url(f"{site.url}/compare")
    sign_out(page)

    page.goto("/login")
    sign_in(page, "priya")
    enter_recovery(page, codes[0] if "zzzz" in used else codes[1])
    expect(page).to_have_url(f"{site.url}/inbox")
    sign_out(page)
    page.goto("/login")
    sign_in(page, "priya")
    enter_recovery(page, codes[1])
    expect(page.get_by_label("Recovery code")).to_be_focused()
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    page.get_by_role("link", name="Back to sign-in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_it_is_switched_off_and_new_codes_are_made_without_a_script(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 4")
    codes = switch_on(site.app, priya)
    page = page_of("priya", javascript=False)
    page.goto("/settings")
    page.get_by_role("link", name="Manage second factor").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Get new recovery codes").click()
    new = page.locator(".recovery-codes code").all_inner_texts()
    assert len(new) == 10
    page.goto("/settings/second-factor")
    for code in (codes[1], new[0]):
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Switch off").click()
    said(page, "Your second factor is off.")


def test_a_camera_sees_the_code_that_segno_draws(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya", dark=True)
    secret = set_up(page)
    address = page.get_by_role("link", name="open your app").get_attribute("href") or ""
    assert f"secret={secret}&" in address
    drawn = page.locator(".qr-code").evaluate(MODULES)
    wanted = segno.make_qr(address, error="m").matrix_iter(border=4)
    assert drawn == [[bool(module) for module in row] for row in wanted]


def test_the_codes_are_copied(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", permissions=["clipboard-read", "clipboard-write"])
    _secret, codes = switch_it_on(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_its_pages_are_without_fault(
    site: Site, page_of: Callable[..., Page], console: Console, width: int, dark: bool
) -> None:
    console.expect("status of 4")
    ada, priya = site.reader("ada", is_admin=True), site.reader("priya")
    page = page_of("ada", width=width, dark=dark)
    found: list[Any] = []

    def look() -> None:
        nonlocal found
        found += violations(page) + sideways(page) + page.evaluate(SMALL)

    page.goto("/settings")
    look()
    page.goto("/settings/second-factor")
    look()
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Enter the code that your app shows.")).to_be_visible()
    look()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Save your recovery codes")).to_be_visible()
    look()
    page.goto("/settings/second-factor")
    page.get_by_role("button", name="Get new recovery codes").click()
    expect(page.locator(".field-error")).to_have_count(2)
    look()
    page.goto("/settings#second-factor")
    look()
    switch_on(site.app, priya)
    page.goto(f"/admin/users/{priya}")
    look()
    page.get_by_role("link", name="Reset second factor").click()
    expect(page.get_by_role("heading", name="Reset the second factor of priya?")).to_be_visible()
    look()
    page.get_by_role("button", name="Reset second factor").click()
    said(page, "Reset the second factor of “priya”")
    assert ada
    stranger = page_of(width=width, dark=dark)
    switch_on(site.app, priya)
    stranger.goto("/login")
    sign_in(stranger, "priya")
    found += violations(stranger) + sideways(stranger)
    stranger.get_by_text("No access to your app?").click()
    enter_recovery(stranger, "ABCD")
    expect(stranger.get_by_text("This code is wrong")).to_be_visible()
    found += violations(stranger) + sideways(stranger) + stranger.evaluate(SMALL)
    assert not found


def test_those_who_must_have_one_are_led_to_it_and_on(
    make_site: Callable[..., Site], page_of: Callable[..., Page]
) -> None:
    strict = make_site(REQUIRE_2FA="everyone")
    strict.reader("noor")
    page = page_of(javascript=False, width=390)
    page.goto(f"{strict.url}/compare")
    sign_in(page, "noor")
    expect(page).to_have_url(re.compile("/settings/second-factor"))
    expect(page.get_by_text("Your account must have one.")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.get_by_role("button", name="Set up").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("link", name="I have saved them").click()
    expect(page).to_have_url(f"{strict.url}/compare")


def test_the_code_of_an_hour_ago_is_late(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 4")
    switch_on(site.app, priya)
    page = page_of()
    page.goto("/login")
    sign_in(page, "priya")
    now = clock.now()
    enter(page, code_at(now.replace(year=now.year - 1), SECRET))
    expect(page.get_by_text("This code is wrong, has expired")).to_be_visible()
    enter(page, f"{code_at(clock.now())[:3]} {code_at(clock.now())[3:]}")
    expect(page).to_have_url(f"{site.url}/inbox")
