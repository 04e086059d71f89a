"""The application with a temporary database, and a browser, for taking pictures.

The clock of this process, which also serves the pages, is stopped at 11:42 on Friday
20 November 2026 in Kolkata, so that the pictures are the same every time.
"""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import time_machine
from alembic import command
from alembic.config import Config
from morning import NOW, PASSWORD, fill
from office import open_office
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from notifications_app import create_app
from notifications_app.core.database import ROOT

IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-lcd-text"]
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


class Shown(NamedTuple):
    """The ids of the notification and of the broadcast that have pictures of their own."""

    card: int
    rota: int


@contextmanager
def set_up() -> Iterator[tuple[Callable[..., Page], Shown]]:
    """Start everything; yield a function that opens a window, and the ids for single pictures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        time_machine.travel(NOW, tick=False),
        _served(folder) as (url, shown),
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield lambda *size, scheme="light": _window(browser, url, size, scheme), shown
        browser.close()


@contextmanager
def _served(folder: str) -> Iterator[tuple[str, Shown]]:
    app = create_app(
        {
            "DATABASE_URL": f"sqlite:///{folder}/pictures.sqlite3",
            "SECRET_KEY": "of the pictures, and of nothing that is kept",
            "RATELIMIT_ENABLED": False,
        }
    )
    logging.disable()
    with app.app_context():
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["quiet"] = True
        command.upgrade(config, "head")
        shown = Shown(fill(), open_office())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", shown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _window(browser: Browser, url: str, size: tuple[int, int], scheme: str) -> Page:
    """Open a new window, signed out, on the sign-in page."""
    width, height = size
    context = browser.new_context(
        base_url=url,
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Asia/Kolkata",
        user_agent=LINUX,
        reduced_motion="reduce",
        viewport={"width": width, "height": height},
    )
    page = context.new_page()
    page.goto("/login")
    return page


def sign_in(page: Page, username: str = "priya") -> None:
    """Sign in by the form on the current page."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox")


def say(file: Path, *more: str) -> None:
    """Print one line about a picture: its path, ``more``, and its size."""
    print(f"{file.relative_to(ROOT)}:", *more, f"{file.stat().st_size // 1024} KB")
