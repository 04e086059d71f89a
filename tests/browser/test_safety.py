"""Text from people stays text, and answers stay on this site."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from notifications_app.core.errors import BadInput
from notifications_app.web.security import HEADERS
from tests.support.site import Console, Site
from tests.support.steps import sign_in, sign_out

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title><script>alert(1)</script>",
    "{% print(7 * 7) %}{# 7 #}${7 * 7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content=0;url=https://evil.example/>",
)
#: One for each title.
BODIES = (
    "[press](javascript:alert(1))",
    "[press](java\tscript:alert(1))",
    "[press](<javascript:alert(1)>)",
    "[press](data:text/html,<script>alert(1)</script>)",
    "[press](vbscript:alert(1)) [press](//evil.example)",
    "[press](/\\evil.example)",
    "[press][it]\n\n[it]: javascript:alert(1) 'x\" onmouseover=\"alert(1)'",
    "<javascript:alert(1)>",
    "![press](https://evil.example/pixel.png)",
    '[press](https://example.org/ "x\\" onmouseover=\\"alert(1)")',
    "```html\n<script>alert(1)</script>\n```",
    "| <img src=x onerror=alert(1)> |\n|---|\n| `<b onclick=alert(1)>` |",
)
#: Addresses that lead to another site, or nowhere.
ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "http:///evil.example",
    "https:evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/%5cevil.example",
    "/ /evil.example",
    "/\u00a0/evil.example",
    "https://127.0.0.1@evil.example/",
    ".evil.example",
    "@evil.example",
)


def touch_everything(page: Page) -> None:
    """Open, point at and focus what there is, as a curious reader does."""
    page.evaluate(
        """() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
          for (const element of document.querySelectorAll("body *")) {
            for (const kind of ["mouseover", "mouseenter", "pointerover", "animationend"])
              element.dispatchEvent(new Event(kind, { bubbles: true }));
            element.focus?.();
          }
        }"""
    )


@pytest.fixture
def outside() -> list[str]:
    """The requests that would have left this site."""
    return []


@pytest.fixture
def guarded(site: Site, page_of: Callable[..., Page], outside: list[str]) -> Callable[..., Page]:
    """A window whose requests to other sites are noted and go nowhere."""

    def keep_in(route: Route) -> None:
        outside.append(route.request.url)
        route.abort()

    def open_page(*args: str) -> Page:
        page = page_of(*args)
        page.route(lambda url: not url.startswith(f"{site.url}/"), keep_in)
        return page

    return open_page


def test_what_is_written_is_shown_as_it_is_written(
    site: Site, priya: int, guarded: Callable[..., Page], outside: list[str]
) -> None:
    ada = site.reader("ada", display_name=PAYLOADS[1], is_admin=True)
    numbers = [
        site.send(priya, title, f"{title}\n\n{body}", sender_id=ada, action_url="/compare?<b>='")
        for title, body in zip(PAYLOADS, BODIES, strict=True)
    ]
    site.broadcast(PAYLOADS[2], PAYLOADS[2], is_banner=True, action_url="/compare?<b>=%22'")
    page = guarded("priya")
    for address in ("/inbox?tab=unread", "/compare", "/inbox"):
        page.goto(address)
        touch_everything(page)
    shown = page.locator("li.row h3 [dir]").all_inner_texts()
    assert shown == [PAYLOADS[2], *reversed(PAYLOADS)]
    for number in numbers:
        page.goto(f"/inbox/{number}")
        touch_everything(page)
        kinds = page.evaluate("[...document.links].map((link) => link.protocol)")
        assert set(kinds) <= {"http:", "https:"}, (number, kinds)
        assert PAYLOADS[1] in page.locator(".one-text .meta").inner_text()
        assert page.locator(".prose").locator("img, script, svg, style").count() == 0
    assert not outside


@pytest.mark.parametrize("name", [PAYLOADS[1], PAYLOADS[2], PAYLOADS[4], PAYLOADS[5]])
def test_a_name_is_shown_as_it_is_typed(
    site: Site, priya: int, guarded: Callable[..., Page], name: str
) -> None:
    page = guarded("priya")
    page.goto("/settings")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save name").click()
    expect(page.locator(".flash")).to_contain_text("Display name changed to")
    expect(page.locator(".account .name")).to_have_text(name)
    page.goto("/settings?zone_query=" + quote(name))
    expect(page.get_by_text(f"No time zone matches “{name}”")).to_be_visible()
    touch_everything(page)


def test_links_and_topics_of_another_kind_are_refused(site: Site, priya: int) -> None:
    for url in (*ELSEWHERE, " javascript:alert(1)", "\x01javascript:alert(1)", "ftp://x.example"):
        if url not in {"https://evil.example/", "/%5cevil.example"}:
            with pytest.raises(BadInput):
                site.send(priya, "Title", action_url=url)
    for topic in PAYLOADS:
        with pytest.raises(BadInput):
            site.send(priya, "Title", topic=topic)


def test_the_way_on_after_signing_in_stays_on_this_site(
    site: Site, priya: int, guarded: Callable[..., Page], outside: list[str], console: Console
) -> None:
    console.expect("status of 404")
    page = guarded()
    page.goto("/login?next=" + quote(ELSEWHERE[2]))
    sign_in(page, "priya")
    expect(page).to_have_url(f"{site.url}/inbox")
    for target in ELSEWHERE:
        page.goto("/login?next=" + quote(target))
        assert page.url.startswith(f"{site.url}/"), (target, page.url)
        assert "evil" not in page.url or target == "/%5cevil.example", (target, page.url)
    sign_out(page)
    page.goto("/compare")
    assert "/login?next=" in page.url
    sign_in(page, "priya")
    expect(page).to_have_url(f"{site.url}/compare")
    assert not outside


def test_back_after_signing_out_shows_nothing(
    site: Site, priya: int, page_of: Callable[..., Page]
) -> None:
    number = site.send(priya, "For your eyes only", "The code is 4711.")
    page = page_of("priya")
    for address in ("/inbox", f"/inbox/{number}", "/settings"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.headers["cache-control"] == "no-store"
    sign_out(page)
    for _step in range(3):
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "eyes only" not in page.content()
        assert "Priya" not in page.content()


def test_the_policy_is_the_same_on_every_answer(
    site: Site, priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("status of 4")
    policies = {}
    page = page_of("priya")
    page.on(
        "response",
        lambda answer: policies.update(
            {(answer.status, answer.url): answer.headers.get("content-security-policy")}
        ),
    )
    for address in ("/", "/inbox", "/compare", "/settings", "/nowhere", "/inbox?before=x"):
        page.goto(address)
    page.goto("/reset/gone")
    statuses = {status for status, _url in policies}
    assert {200, 302, 400, 404, 410} <= statuses
    assert any("/static/" in url for _status, url in policies)
    assert set(policies.values()) == {HEADERS["Content-Security-Policy"]}


def test_the_policy_stops_what_a_page_did_not_bring(
    priya: int, page_of: Callable[..., Page], console: Console
) -> None:
    console.expect("policy")
    console.expect("Policy")
    page = page_of("priya")
    page.goto("/inbox")
    with page.expect_console_message(lambda said: said.text.startswith("refused by the policy")):
        page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "window.stolen = true";
              document.body.append(script);
            }"""
        )
    assert page.evaluate("window.stolen") is None
