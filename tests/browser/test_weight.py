"""How much comes over the wire for an inbox of 25 rows: everything, as it is transferred."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.support.site import Site

FIRST, NEXT = 60 * 1024, 10 * 1024
BODY = "The card ending 4242 was declined by the bank. Update it before the {}th to keep the plan."


def test_the_inbox_is_light(site: Site, priya: int, page_of: Callable[..., Page]) -> None:
    for number in range(40):
        site.send(
            priya,
            f"Payment for invoice #{1042 + number} failed",
            BODY.format(number),
            category=("error", "warning", "info", "success")[number % 4],
            topic=("billing", "security")[number % 2],
            ago=timedelta(hours=7 * number),
        )
    page = page_of("priya")
    transferred: dict[str, int] = {}
    urls: dict[str, str] = {}
    protocol = page.context.new_cdp_session(page)
    protocol.on(
        "Network.requestWillBeSent",
        lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
    )
    protocol.on(
        "Network.loadingFinished",
        lambda event: transferred.update(
            {urls[event["requestId"]]: int(event["encodedDataLength"])}
        ),
    )
    protocol.send("Network.enable")

    def visit() -> int:
        transferred.clear()
        page.goto("/inbox", wait_until="networkidle")
        expect(page.locator("li.row")).to_have_count(25)
        return sum(transferred.values())

    first = visit()
    names = " ".join(transferred)
    # A browser with a window asks for the icon of the tab too.
    icon = page.request.get(str(page.locator("link[rel=icon]").get_attribute("href")))
    first += len(icon.body())
    assert all(name in names for name in ("/inbox", "base.css", "inbox.css", "app.js", "icons.svg"))
    assert first <= FIRST, transferred
    again = visit()
    assert 1000 < again <= NEXT, transferred
