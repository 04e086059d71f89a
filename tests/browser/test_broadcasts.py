"""The pages of broadcasts in a browser: written, tried, sent, edited and recalled, and readable."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.accounts import groups
from tests.support import inbox
from tests.support.axe import violations
from tests.support.layout import BODY, CODE, LONG, SMALL, TABLE, TITLES, sideways
from tests.support.site import Console, Site
from tests.support.steps import FOCUSED, row, said

LIST = "/admin/broadcasts"


@pytest.fixture
def ada(site: Site) -> int:
    """An administrator."""
    return site.reader("ada", display_name="Ada", is_admin=True, timezone="Europe/London")


def button(page: Page, name: str) -> None:
    """Press the button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_broadcast_is_written_tried_sent_edited_and_recalled(
    site: Site,
    ada: int,
    priya: int,
    page_of: Callable[..., Page],
    console: Console,
    javascript: bool,
) -> None:
    console.expect("status of 400")
    page, reader = page_of("ada", javascript=javascript), page_of("priya", javascript=javascript)
    page.goto("/inbox")
    page.locator(".main-nav").get_by_role("link", name="Broadcasts").click()
    expect(page.get_by_text("No broadcasts yet.")).to_be_visible()
    page.get_by_role("link", name="New broadcast").click()
    # A field that belongs to a choice is shown with it.
    expect(page.get_by_label("Arrives at")).to_be_hidden()
    page.get_by_label("At a specific time in Europe/London").first.check()
    expect(page.get_by_label("Arrives at")).to_be_visible()
    page.get_by_label("Now", exact=True).check()
    page.get_by_label("Title").fill("Lunch, {{display_name}}")
    page.get_by_label("Body").fill("It is **soup**.")
    page.get_by_label("Category").select_option("Warning")
    page.get_by_label("Delay by 5 minutes").uncheck()
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    # Enter in a field reviews it, and sends nothing.
    page.get_by_label("Title").press("Enter")
    shown = page.locator("#preview")
    expect(shown).to_contain_text("2 people would receive it now: ada, priya.")
    expect(shown).to_contain_text("Lunch, Ada")
    expect(shown.locator("strong", has_text="soup")).to_be_visible()
    expect(shown).to_be_in_viewport()
    reader.goto("/inbox")
    expect(reader.locator("li.row")).to_have_count(0)
    page.get_by_label("Title").fill("Supper, {{display_name}}")
    button(page, "Send to 2 people now")
    expect(
        page.locator("#main").get_by_text("Something changed after your last review.")
    ).to_be_visible()
    page.get_by_label("Title").fill("Lunch, {{display_name}}")
    button(page, "Review again")
    button(page, "Send to 2 people now")
    said(page, "Sent notification 1 “Lunch, {{display_name}}” to everyone (2 people) now.")
    reader.goto("/inbox")
    expect(row(reader, "Lunch, Priya Raman")).to_be_visible()
    row(reader, "Lunch, Priya Raman").get_by_role("button", name="Dismiss").click()
    said(reader, "Dismissed")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Title").fill("")
    button(page, "Save changes")
    expect(page.get_by_text("Enter a title.")).to_be_visible()
    expect(page.get_by_label("Body")).to_have_value("It is **soup**.")
    page.get_by_label("Title").fill("Dinner")
    button(page, "Save and notify again")
    said(page, "Changed the title of notification 1; it is unread again")
    reader.goto("/inbox")
    expect(row(reader, "Dinner")).to_have_class(re.compile("unread"))
    page.get_by_role("link", name="Recall", exact=True).click()
    expect(page.get_by_text("2 people received it.")).to_be_visible()
    button(page, "Recall for everyone")
    said(page, "Recalled notification 1. It is no longer in any inbox.")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    reader.goto("/inbox")
    expect(reader.locator("li.row")).to_have_count(0)
    page.goto(LIST)
    page.locator(".tabs").get_by_role("link", name="Recalled").click()
    expect(page.locator(".broadcast .tag")).to_have_text(["Recalled"])


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_double_click_and_the_way_back_send_once(
    site: Site, ada: int, page_of: Callable[..., Page], console: Console, javascript: bool
) -> None:
    console.expect("status of 400")
    page = page_of("ada", javascript=javascript)
    page.goto(f"{LIST}/new")
    page.get_by_label("Title").fill("Lunch")
    button(page, "Review")
    page.get_by_role("button", name="Send to 1 person in 5 minutes", exact=True).dblclick()
    expect(page).to_have_url(re.compile(r"/admin/broadcasts/1$"))
    page.goto(f"{LIST}/new")
    expect(page.get_by_label("Title")).to_have_value("")
    button(page, "Review")
    expect(page.locator(".field-error")).to_be_visible()
    page.goto(LIST)
    expect(page.locator(".broadcast")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_every_mistake_is_said_at_once_and_the_first_has_the_focus(
    site: Site, ada: int, page_of: Callable[..., Page], console: Console, javascript: bool
) -> None:
    console.expect("status of 400")
    number = site.broadcast("Lunch")
    page = page_of("ada", javascript=javascript)
    for address, name in (("new", "Review"), (f"{number}/edit", "Save changes")):
        page.goto(f"{LIST}/{address}")
        page.get_by_label("Title").fill("Kept")
        page.get_by_label("Body").fill("{{nam}}")
        page.get_by_label("Topic").fill("Two Words")
        page.get_by_label("Link", exact=False).first.fill("javascript:x")
        if address == "new":
            page.get_by_label("At each reader’s own time").check()
        page.get_by_label("After", exact=True).check()
        page.get_by_label("Length of time", exact=True).fill("soon")
        button(page, name)
        expect(page.locator(".field-error:visible")).to_have_count(5 if address == "new" else 4)
        expect(page.get_by_label("Body")).to_be_focused()
        expect(page.get_by_label("Title")).to_have_value("Kept")
        expect(page.get_by_label("Length of time", exact=True)).to_have_value("soon")


def fill_in(page: Page) -> None:
    """Everything that can be typed into the composer; it comes at each reader's own time."""
    page.goto(f"{LIST}/new")
    page.get_by_label("Title").fill("Good morning, {{display_name}}")
    page.get_by_label("Body").fill(BODY)
    page.get_by_label("Link", exact=False).first.fill("https://example.org")
    page.get_by_label("Also show as a banner").check()
    page.get_by_label("At each reader’s own time").check()
    tomorrow = clock.now() + timedelta(days=1)
    page.get_by_label("Arrives at").fill(tomorrow.strftime("%Y-%m-%dT09:00"))
    page.get_by_label("After", exact=True).check()
    expect(page.get_by_label("Delay by 5 minutes")).to_be_checked()


def test_axe_finds_nothing(
    site: Site, ada: int, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 400")
    page = page_of("ada", timezone_id="Europe/London")
    page.goto(LIST)
    found = violations(page)
    page.goto(f"{LIST}/new")
    page.get_by_label("A group").check()
    button(page, "Review")
    expect(page.locator(".field-error")).to_have_count(2)
    expect(page.get_by_label("Title")).to_be_focused()
    found += violations(page)
    page.get_by_label("People by name").check()
    page.get_by_label("Usernames or email addresses").fill("priya, nobody")
    page.get_by_label("Title").fill("Hello")
    button(page, "Review")
    expect(page.get_by_label("Usernames or email addresses")).to_be_focused()
    found += violations(page)
    fill_in(page)
    page.get_by_label("A group").check()
    button(page, "Review")
    expect(page.get_by_text("Choose a group.")).to_be_visible()
    found += violations(page)
    page.get_by_label("Everyone").check()
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("table", name="Arrival by time zone")).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="Schedule for").click()
    said(page, "Scheduled notification 1")
    found += violations(page)
    page.goto(f"{LIST}/1/edit")
    button(page, "Preview")
    expect(page.get_by_text("How it will look.")).to_be_visible()
    found += violations(page)
    for category in ("success", "error", "warning"):
        site.broadcast(f"A {category}", category=category)
    for address in ("", "/1/edit", "/1/recall", "/2"):
        page.goto(f"{LIST}{address}")
        found += violations(page)
    assert not found


def test_nothing_sticks_out_and_what_is_pressed_is_large_enough(
    site: Site, page_of: Callable[..., Page]
) -> None:
    site.reader("ada", display_name="W" * 80, is_admin=True)
    for count in range(12):
        zone = ("America/Argentina/ComodRivadavia", "America/North_Dakota/New_Salem")[count % 2]
        site.reader(f"{'a' * 30}{count}", timezone=zone)
    with site.app.app_context():
        groups.create("g" * 40)
        db.session.commit()
    bodies = [LONG * 9, "", TABLE, CODE, "🧵" * 400, "-"]
    numbers = [
        site.broadcast(
            title, body, topic="t" * 40, action_url="/" + "x" * 300, action_label="W" * 40
        )
        for title, body in zip(TITLES.values(), bodies, strict=True)
    ]
    page = page_of("ada")
    found = []
    for address in ("", *(f"/{number}" for number in numbers), "/1/edit", "/1/recall"):
        page.goto(f"{LIST}{address}")
        found += sideways(page)
    fill_in(page)
    page.get_by_label("Title").fill(LONG)
    page.get_by_label("Body").fill(TABLE + CODE)
    page.get_by_label("A group").check()
    button(page, "Review")
    found += sideways(page)
    page.get_by_label("Everyone").check()
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("table", name="Arrival by time zone")).to_be_visible()
    found += sideways(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found += page.evaluate(SMALL)
    page.get_by_role("button", name="Schedule for").click()
    found += sideways(page)
    for address in ("", "/1", "/1/edit", "/1/recall"):
        page.goto(f"{LIST}{address}")
        found += page.evaluate(SMALL)
    assert not found


def test_on_paper_there_are_figures_and_no_buttons(
    site: Site, ada: int, page_of: Callable[..., Page]
) -> None:
    number = site.broadcast("Lunch", is_banner=True)
    with site.app.app_context():
        inbox.act(ada, "read", [number], clock.now())
        db.session.commit()
    page = page_of("ada")
    page.goto(f"{LIST}/{number}")
    table = page.locator(".as-table table").first
    expect(table).to_be_hidden()
    page.emulate_media(media="print")
    expect(table).to_be_visible()
    box = table.bounding_box()
    assert box
    assert box["height"] > 40
    for control in (
        ".as-table summary",
        ".broadcast-head .buttons",
        ".as-read .banner .icon-button",
    ):
        expect(page.locator(control)).to_be_hidden()


def test_the_composer_goes_by_keyboard_alone(
    site: Site, ada: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("ada")
    page.goto(f"{LIST}/new")
    page.get_by_label("Title").focus()
    page.keyboard.type("Lunch")
    for _stop in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        assert here, "the focus is lost"
        assert here["framed"], here
        assert here["inView"], here
        if here["words"] == "Review":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_be_visible()
    page.get_by_role("button", name="Review again").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, "Sent notification 1 “Lunch” to everyone (1 person) from")


def test_a_message_is_counted_and_previewed_while_it_is_typed(
    site: Site, ada: int, page_of: Callable[..., Page], console: Console
) -> None:
    page = page_of("ada")
    page.goto(f"{LIST}/new")
    preview, body = page.locator(".live-preview"), page.get_by_label("Body")
    expect(preview).to_be_hidden()
    body.fill("**Bold** 🙂")
    expect(page.locator(".counter")).to_have_text("10 of 4,000 characters")
    expect(preview.locator("strong")).to_have_text("Bold")
    body.fill("x" * 4001)
    expect(page.locator(".counter")).to_have_text("4,001 of 4,000 characters: 1 too many")
    expect(preview).to_contain_text("No preview: A body has at most 4000 characters")
    page.get_by_label("Also show as a banner").check()
    body.fill("| a | b |\n|---|---|\n| 1 | 2 |")
    expect(preview.locator("table")).to_be_visible()
    expect(preview).to_contain_text("As a banner")
    assert violations(page) == []
    # On a phone a wide table scrolls; its words stay whole.
    page.set_viewport_size({"width": 390, "height": 844})
    body.fill("|" + " Column |" * 9 + "\n" + "|---" * 9 + "|\n|" + " words |" * 9)
    expect(preview.locator("th")).to_have_count(9)
    assert preview.locator("th").first.evaluate("cell => cell.clientHeight") < 50
    assert sideways(page) == []
