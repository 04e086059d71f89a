"""Flash and notification side by side."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.content import CATEGORIES
from notifications_app.domain.inbox.models import Delivery, Notification
from tests.support.people import add_user, sign_in


@pytest.fixture
def reader(client: FlaskClient, priya: int, bystander: int) -> FlaskClient:
    sign_in(client, "priya")
    client.get("/inbox")  # takes the flash of the sign-in
    return client


def make(client: FlaskClient, what: str) -> Any:
    return client.post("/compare", data={"make": what})


def counts(client: FlaskClient) -> tuple[int, int]:
    """How many flashes and notifications the page shows to be there."""
    flashes, notifications = re.findall(r"Now: (\d+)", client.get("/compare").text)
    return int(flashes), int(notifications)


def of(app: Flask, user_id: int) -> list[tuple[str, str]]:
    """The categories and titles of somebody's notifications."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(Notification.category, Notification.title)
            .join(Delivery, Delivery.notification_id == Notification.id)
            .where(Delivery.user_id == user_id)
        )
        return [(row.category, row.title) for row in rows]


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_flash_is_gone_on_the_second_load(
    app: Flask, reader: FlaskClient, priya: int, category: str
) -> None:
    assert make(reader, f"flash:{category}").headers["Location"] == "/compare#flash"
    assert counts(reader) == (1, 0)
    assert counts(reader) == (0, 0)
    assert of(app, priya) == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_notification_stays(
    app: Flask, reader: FlaskClient, priya: int, bystander: int, category: str
) -> None:
    assert make(reader, f"notification:{category}").headers["Location"] == "/compare#notification"
    for _ in range(3):
        assert counts(reader) == (0, 1)
    ((found, title),) = of(app, priya)
    assert found == category
    assert title in reader.get("/inbox").text
    assert of(app, bystander) == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_kept_flash_is_both(app: Flask, reader: FlaskClient, priya: int, category: str) -> None:
    make(reader, f"keep:{category}")
    assert counts(reader) == (1, 1)
    assert counts(reader) == (0, 1)
    assert [found for found, _title in of(app, priya)] == [category]


def test_a_large_flash_becomes_a_notification_and_says_so(
    app: Flask, reader: FlaskClient, priya: int
) -> None:
    make(reader, "large")
    page = reader.get("/compare").text
    assert "is too long for a flash, so it is kept in your inbox." in page
    assert "Open notification" in page
    assert counts(reader) == (0, 1)
    assert len(of(app, priya)) == 1


@pytest.mark.parametrize(
    "bad",
    ["", "\0", "flash", "flash:", "flash:danger", "notification:", "notification:\0", "keep:x",
     "nothing:info", ":info", "FLASH:info", "9" * 20, "flash:info:more"],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(
    app: Flask, reader: FlaskClient, priya: int, bad: str
) -> None:
    assert make(reader, bad).status_code == 400
    assert counts(reader) == (0, 0)
    assert of(app, priya) == []


def test_nothing_asked_is_refused(reader: FlaskClient) -> None:
    assert reader.post("/compare").status_code == 400


def test_after_sign_out_the_flash_is_gone_and_the_notification_there(
    reader: FlaskClient,
) -> None:
    make(reader, "flash:error")
    make(reader, "notification:error")
    reader.post("/logout")
    sign_in(reader, "priya")
    assert counts(reader) == (1, 1)  # the flash of the sign-in
    assert counts(reader) == (0, 1)


def test_another_browser_sees_the_notification_only(app: Flask, reader: FlaskClient) -> None:
    make(reader, "flash:error")
    make(reader, "notification:error")
    other = app.test_client()
    sign_in(other, "priya")
    other.get("/inbox")
    assert counts(other) == (0, 1)
    assert counts(reader) == (1, 1)


def test_the_newest_three_stand_on_the_page(reader: FlaskClient) -> None:
    for _ in range(5):
        make(reader, "notification:info")
    page = reader.get("/compare").text
    assert "Now: 5" in page
    assert re.findall(r'<a href="/inbox/(\d+)" dir="auto">', page) == ["5", "4", "3"]


def test_beside_the_buttons_is_the_code_that_does_it(reader: FlaskClient) -> None:
    page = unescape(reader.get("/compare").text)
    for code in (
        'flash("Export finished.", "success")',
        "get_flashed_messages(with_categories=True)",
        'notify(current_user, "Export finished", category="success")',
        'flashes.success("Export finished.", keep=True)',
    ):
        assert code in page


@pytest.mark.parametrize(("setting", "links"), [("on", 1), ("navigation", 1), ("off", 0)])
def test_the_page_is_in_the_account_menu_in_the_navigation_or_nowhere(
    make_app: Callable[..., Flask], setting: str, links: int
) -> None:
    app = make_app(COMPARE_PAGE=setting)
    add_user(app, "priya")
    client = app.test_client()
    sign_in(client, "priya")
    page = client.get("/inbox").text
    nav = page[page.index('class="main-nav"') : page.index('class="account"')]
    assert page.count('href="/compare"') == links
    assert ('href="/compare"' in nav) is (setting == "navigation")
    status = 404 if setting == "off" else 200
    assert client.get("/compare").status_code == status
    assert client.post("/compare", data={"make": "flash:info"}).status_code == (
        404 if setting == "off" else 303
    )
