"""Nothing sticks out, whatever is written; what is pressed is large enough; motion is a choice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .site import Console, Site

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung"
TITLES = {
    "long words": (LONG * 3)[:140],
    "140 characters": ("Every word of this title is short. " * 5)[:140],
    "right to left": "هذا إشعار طويل باللغة العربية لاختبار اتجاه النص",
    "mixed": "The file تقرير المبيعات.xlsx is ready",
    "emoji": "👩🏽‍🚀🎉🧵" * 12,
    "address": "https://example.org/" + "a/b-c_d?e=f&" * 9,
}
TABLE = (
    "| one | two | three | four | five |\n|---|---|---|---|---|\n"
    + f"| {LONG} | b | c | d | {LONG} |\n" * 3
)
CODE = "```\n" + "curl -X PATCH https://pay.example/v1/plan/" + "x" * 300 + "\n```\n"
WIDTHS = (320, 390, 700, 1280)
SMALL = """() => [...document.querySelectorAll(
  "button, .button, summary, .tabs a, .main-nav a, .side-nav a, .menu a, input:not([type=hidden])")]
  .map((element) => [element, (element.matches("[type=radio], [type=checkbox]")
    ? element.labels[0] : element).getBoundingClientRect()])
  .filter(([element, box]) => element.checkVisibility() && box.width > 1
    && (box.height < 34 || box.width < 34))
  .map(([element, box]) => `${element.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)"""


def sideways(page: Page) -> list[str]:
    """At which widths the page can be scrolled sideways, and why."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate(
            """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth
              ? [] : [...document.querySelectorAll("body *")].filter((element) =>
                element.getBoundingClientRect().right > innerWidth + 0.5)
                .map((element) => element.outerHTML.slice(0, 90)).slice(0, 4)"""
        )
        found += [f"{page.url} at {width}: {words}" for words in wide]
    return found


def test_nothing_sticks_out(site: Site, page_of: Callable[..., Page], console: Console) -> None:
    console.expect("status of 4")
    name = "a" * 32
    number = site.reader(name, display_name=(LONG * 2)[:80])
    site.reader("ada", display_name="W" * 80, is_admin=True)
    shown = [
        site.send(number, title, body, action_url="/compare", action_label=LONG[:40])
        for (title, body) in zip(
            TITLES.values(), ["", LONG * 50, TABLE, CODE, "🧵" * 4000, "a b " * 1000], strict=True
        )
    ]
    site.broadcast(TITLES["long words"], TABLE, is_banner=True, category="error")
    site.broadcast(TITLES["right to left"], is_banner=True, action_url="/" + "x" * 200)
    page = page_of(name, timezone_id="America/Argentina/ComodRivadavia")
    found = []
    for address in ("/inbox", "/compare", "/settings?zone_query=argentina", "/nowhere"):
        page.goto(address)
        if address == "/inbox":
            for more in page.locator(".more summary").all():
                more.click()
        if address != "/nowhere":
            page.locator(".account summary").click()
        found += sideways(page)
    for one in shown:
        page.goto(f"/inbox/{one}")
        found += sideways(page)
    page.goto("/inbox")
    page.locator(".row-actions button[title=Dismiss]").last.click()
    expect(page.locator(".flash")).to_be_visible()
    found += sideways(page)
    page_out = page_of()
    for address in ("/login", f"/nowhere/{LONG}", "/reset/gone"):
        page_out.goto(address)
        found += sideways(page_out)
    assert not found


def test_nothing_sticks_out_of_any_tab(site: Site, page_of: Callable[..., Page]) -> None:
    number = site.reader("noor", timezone="America/Argentina/ComodRivadavia")
    topic = "a" * 40
    for ground in ("general", topic):
        bodies = [LONG * 9, "", TABLE, CODE, "🧵" * 400, "-"]
        for title, body in zip(TITLES.values(), bodies, strict=True):
            site.send(number, title, body, topic=ground)
    page = page_of("noor")
    page.goto(f"/inbox?topic={topic}&q=-{LONG}x")
    found = []
    for action in ("Snooze", "Dismiss", ""):
        for more in page.locator(".more summary").all():
            more.click()
        page.locator(".search-help summary").click()
        for pick in page.locator("[name=ids]").all()[::3]:
            pick.check()
        page.locator(".bulk summary").click()
        found += sideways(page)
        if action == "Snooze":
            page.locator(".bulk").get_by_role("button", name="Tomorrow").click()
        elif action:
            page.locator(".bulk").get_by_role("button", name="Dismiss the selected").click()
        if action:  # the words of this one: the flash of the last may still stand there
            expect(page.locator(".flash")).to_contain_text(
                "Snoozed" if action == "Snooze" else "Dismissed"
            )
            found += sideways(page)
    page.locator(".bulk summary").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += sideways(page)
    page.keyboard.press("Escape")
    page.goto("/settings")
    page.get_by_label("Topic to mute").select_option(topic)
    page.get_by_role("button", name="Mute this topic").click()
    expect(page.locator(".flash")).to_be_visible()
    found += sideways(page)
    for tab in ("inbox", "unread", "snoozed", "dismissed", "muted"):
        page.goto(f"/inbox?tab={tab}")
        assert page.locator("li.row").count() >= 1, tab
        page.locator("[name=ids]").first.check()
        found += sideways(page)
    page.goto(f"/inbox?tab=snoozed&q={LONG * 2}z")
    found += sideways(page)
    assert not found


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_pressed_is_large_enough(
    site: Site, priya: int, page_of: Callable[..., Page], width: int
) -> None:
    site.broadcast("The office is closed on Monday", "Line.\n\n" * 9, is_banner=True)
    number = site.send(priya, "Lunch is at noon", action_url="/compare")
    site.cookie("priya")
    page = page_of("priya", width=width)
    found = []
    for address in ("/inbox", f"/inbox/{number}", "/compare", "/settings?zone_query=asia/k"):
        page.goto(address)
        page.locator(".account summary").click()
        found += [f"{address}: {words}" for words in page.evaluate(SMALL)]
    page.goto("/inbox?q=-zebra")
    page.locator(".search-help summary").click()
    page.locator("[name=ids]").first.check()
    page.locator(".bulk summary").click()
    found += page.evaluate(SMALL)
    page.keyboard.press("?")
    found += page.evaluate(SMALL)
    page = page_of(width=width)
    page.goto("/login")
    found += page.evaluate(SMALL)
    assert not found


def test_motion_is_a_choice(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    page = page_of("priya", reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll("*")].filter((element) => {
      const style = getComputedStyle(element);
      return parseFloat(style.transitionDuration) > 0 || parseFloat(style.animationDuration) > 0;
    }).length"""
    for address in ("/inbox", "/compare", "/settings"):
        page.goto(address)
        assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_bar_of_a_phone_is_at_the_bottom_unless_there_is_no_room(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya", width=390)
    page.goto("/settings")
    bar = page.locator(".main-nav")
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 800
    page.set_viewport_size({"width": 640, "height": 360})
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] < 200
