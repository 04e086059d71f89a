"""Take the pictures of the pages, for README: ``make screenshots``.

A temporary database with a morning's notifications, served from this process, whose clock stands
at 11:42 on Friday 20 November 2026 in Kolkata: the same pictures every time.
"""

import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import time_machine
from alembic import command
from alembic.config import Config
from flask import Flask
from morning import NOW, PASSWORD, fill
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from notifications_app import create_app
from notifications_app.extensions import ROOT

DOCS = Path(__file__).resolve().parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@contextmanager
def served(folder: str) -> Iterator[tuple[str, int]]:
    """The application on a database of its own: its address, and the one to show alone."""
    app: Flask = create_app(
        {
            "DATABASE_URL": f"sqlite:///{folder}/screenshots.sqlite3",
            "SECRET_KEY": "of the pictures, and of nothing that is kept",
            "RATELIMIT_ENABLED": False,
        }
    )
    logging.disable()
    with app.app_context():
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["quiet"] = True
        command.upgrade(config, "head")
        card = fill()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", card
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shoot(page: Page, name: str, width: int) -> None:
    """The whole page, as high as it is: what is fixed to the bottom stands at the bottom."""
    page.set_viewport_size({"width": width, "height": 780})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("scrollTo(0, 0)")
    file = DOCS / f"{name}-{width}.png"
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    # 256 colours are enough for a page, and git keeps every version.
    picture.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.relative_to(DOCS.parent)}: {width} x {height}, {file.stat().st_size // 1024} KB")


def sign_in(page: Page) -> None:
    """As Priya."""
    page.get_by_label("Username").fill("priya")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox")


def take(browser: Browser, url: str, card: int, scheme: Any, width: int) -> None:
    """All pages in one scheme at one width, and everything as it was before."""
    context = browser.new_context(
        base_url=url,
        color_scheme=scheme,
        timezone_id="Asia/Kolkata",
        user_agent=LINUX,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Username").fill("priya")
    shoot(page, f"login-{scheme}", width)
    sign_in(page)
    page.goto("/settings?zone_query=asia/k")
    shoot(page, f"settings-{scheme}", width)
    page.goto(f"/inbox/{card}")
    shoot(page, f"notification-{scheme}", width)
    page.goto("/inbox")
    page.get_by_role("button", name="Dismiss Weekly summary").click()
    shoot(page, f"inbox-{scheme}", width)
    page.get_by_role("button", name="Undo").click()
    page.goto("/compare")
    page.locator("#flash").get_by_role("button", name="Success").click()
    shoot(page, f"compare-{scheme}", width)
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    context.close()


def main() -> None:
    """Light and dark, wide and narrow."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        time_machine.travel(NOW, tick=False),
        served(folder) as (url, card),
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-lcd-text"],
        )
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                take(browser, url, card, scheme, width)
        browser.close()


if __name__ == "__main__":
    main()
