"""A real Chromium against a real server: each test has its own, on its own database.

``site`` is the server, ``page_of`` opens a browser window for somebody or for nobody. What a page
says on the console fails the test that opened it, unless the test expected it: an error, a
refusal of the content security policy, a resource that is not there.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.site import Console, Site

#: Chromium without its windows: pages are the same, and a test takes half the time.
SHELL, FULL = "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"
CHROMIUM = os.environ.get("CHROMIUM") or (SHELL if Path(SHELL).exists() else FULL)
HERE = Path(__file__).parent
#: No window is opened by a page, no name is looked up but the server's.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
REPORT = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        reason = f"There is no browser at {CHROMIUM}: set CHROMIUM to the path of one."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def make_site(make_app: Callable[..., Flask], browser: Browser) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(**settings: Any) -> Site:
        made.append(Site(make_app, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


@pytest.fixture
def priya(site: Site) -> int:
    """A reader who has not chosen a zone."""
    return site.reader("priya", display_name="Priya Raman")


@pytest.fixture
def console() -> Iterator[Console]:
    heard = Console()
    yield heard
    assert not heard


@pytest.fixture
def page_of(browser: Browser, site: Site, console: Console) -> Iterator[Callable[..., Page]]:
    """Open a window for somebody signed in, or for nobody."""
    contexts: list[BrowserContext] = []

    def open_page(
        user: str | None = None,
        *,
        javascript: bool = True,
        dark: bool = False,
        width: int = 1280,
        **options: Any,
    ) -> Page:
        options.setdefault("timezone_id", "UTC")
        context = browser.new_context(
            base_url=site.url,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 800},
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(REPORT)
        console.listen(context)
        if user:
            context.add_cookies([{"name": "session", "value": site.cookie(user), "url": site.url}])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
