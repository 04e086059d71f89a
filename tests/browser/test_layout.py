"""Nothing sticks out, whatever is written; what is pressed is large enough; motion is a choice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.layout import CODE, LONG, SMALL, TABLE, TITLES, sideways
from tests.support.site import Console, Site


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
            page.locator(".bulk").get_by_role(
                "button", name="Dismiss selected notifications"
            ).click()
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
    found += page.evaluate(SMALL)
    page.keyboard.press("Escape")
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


# ---- Words are whole, and nothing lies on anything else.

#: Words that should be on one line and are on several.
BROKEN = """selector => {
  const found = [];
  for (const element of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node; node = walker.nextNode();) {
      if (!node.data.trim() || node.parentElement.closest(".visually-hidden")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(node.data.trim());
    }
  }
  return found;
}"""
#: Pairs of elements that should be side by side and overlap.
OVERLAPPING = """selector => {
  const shown = [...document.querySelectorAll(selector)]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => element.checkVisibility() && box.width > 1);
  return shown.flatMap(([one, a], at) => shown.slice(at + 1)
    .filter(([two, b]) => !one.contains(two) && !two.contains(one)
      && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5)
    .map(([two]) => `${one.innerText.trim()} | ${two.innerText.trim()}`));
}"""


def faults(page: Page, widths: tuple[int, ...], *, whole: str, apart: str = "") -> list[str]:
    """At which widths words are broken within "whole", or what is to be "apart" is not."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {words} is broken" for words in page.evaluate(BROKEN, whole)]
        if apart:
            found += [f"{width}: {pair}" for pair in page.evaluate(OVERLAPPING, apart)]
    return found


def test_the_words_of_the_navigation_are_whole(site: Site, page_of: Callable[..., Page]) -> None:
    site.reader("ada", display_name="Wilhelmina Ada Maria of Wurttemberg", is_admin=True)
    page = page_of("ada")
    page.goto("/inbox")
    page.evaluate(
        """() => document.querySelectorAll("[data-badge]").forEach((badge) => {
          badge.hidden = false; badge.querySelector("[data-count]").textContent = "99+"; })"""
    )
    widths = (320, 340, 360, 390, 680, 681, 720, 780, 820, 821, 860, 900, 901, 940, 961, 1280)
    assert not faults(
        page,
        widths,
        whole=".brand, .main-nav a, .account .name",
        apart=".brand, .main-nav a > span:first-of-type, .main-nav .count, .account",
    )
    assert not sideways(page)
    for width in (681, 821, 901):
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.locator(".account summary")).to_be_in_viewport(ratio=1)


def test_the_table_of_people_is_readable_at_any_width(
    site: Site, page_of: Callable[..., Page]
) -> None:
    site.reader("ada", is_admin=True, timezone="Europe/Paris")
    zones = ("America/Argentina/Buenos_Aires", "America/North_Dakota/New_Salem", "UTC")
    for zone in zones:
        name = f"in-{zone.lower().replace('/', '-').replace('_', '-')}"
        site.reader(name, timezone=zone, password_hash=None, email=f"{name}@example.org")
    page = page_of("ada")
    page.goto("/admin/users")
    widths = (320, 340, 360, 390, 680, 681, 700, 780, 860, 900, 901, 930, 961, 1280)
    assert not faults(
        page,
        widths,
        whole=".people td",
        apart=".people :is(a, .where, .tag, .button, .label)",
    )
    expect(page.get_by_role("cell", name="America/Argentina/Buenos_Aires")).to_be_visible()


def test_labels_and_the_clock_are_whole(priya: int, page_of: Callable[..., Page]) -> None:
    page = page_of("priya")
    widths = (320, 340, 341, 360, 361, 390, 681, 1280)
    page.goto("/settings")
    found = faults(page, widths, whole=".clock strong")
    page.goto("/compare")
    found += faults(page, widths, whole=".make .button", apart=".make .button")
    assert not found


@pytest.mark.parametrize("width", [320, 390])
def test_on_phones_the_check_box_stands_on_the_meta_line(
    site: Site, priya: int, page_of: Callable[..., Page], width: int
) -> None:
    for body in ("", "A line.", "Two lines of text, at least on a phone. " * 3, "Long. " * 80):
        site.send(priya, "Lunch is at noon", body)
    page = page_of("priya", width=width)
    page.goto("/inbox")
    page.evaluate("document.querySelector('.more').open = true")
    for _time in range(2):  # with the long text unfolded, and folded
        for row in page.locator("li.row").all():
            boxes = {
                name: row.locator(name).bounding_box() for name in (".pick input", ".meta", ".tile")
            }
            pick, meta, tile = boxes.values()
            assert pick
            assert meta
            assert tile
            middle = pick["y"] + pick["height"] / 2
            assert meta["y"] <= middle <= meta["y"] + 24
            assert pick["x"] + pick["width"] <= meta["x"]
            assert tile["y"] + tile["height"] <= pick["y"]
            whole = row.bounding_box()
            assert whole
            assert whole["y"] + whole["height"] - (meta["y"] + meta["height"]) <= 16
        page.evaluate("document.querySelector('.more').open = false")


def test_the_current_tab_can_be_told_in_forced_colours(
    priya: int, page_of: Callable[..., Page]
) -> None:
    page = page_of("priya", forced_colors="active")
    page.goto("/inbox?tab=snoozed")
    underlined = page.evaluate(
        """() => [...document.querySelectorAll(".tabs a")].filter((tab) =>
          getComputedStyle(tab).borderBottomColor !== getComputedStyle(document.body.parentElement)
            .backgroundColor).map((tab) => tab.firstElementChild.innerText)"""
    )
    assert underlined == ["Snoozed"]


def test_on_paper_a_time_is_one_of_the_calendar(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    site.send(priya, "Lunch is at noon")
    page = page_of("priya")
    page.goto("/inbox")
    printed = """() => {
      const time = document.querySelector(".row .meta time");
      return [getComputedStyle(time, "::after").content, getComputedStyle(time).fontSize,
        time.title];
    }"""
    assert page.evaluate(printed)[0] == "none"
    page.emulate_media(media="print")
    words, size, title = page.evaluate(printed)
    assert words == f'"{title}"'
    assert "UTC" in title
    assert size == "0px"
