"""The composer filled with an earlier broadcast."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, table
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import Group
from notifications_app.domain.broadcasts import sending
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.content import check
from tests.support.broadcast_pages import chosen, compose, key_in, value
from tests.support.database import everything
from tests.support.moments import LATER, NOW, at

INDEX = "/admin/broadcasts"


def send(app: Flask, channel: str = "everyone", **options: Any) -> int:
    """Send a broadcast with every field filled."""
    content = check("Hello", "A *body*", "warning", "billing",
                    action_url="/pay", action_label="Pay")  # fmt: skip
    with app.app_context():
        sent = sending.broadcast(channel, content, NOW, SendOptions(**options))
        db.session.commit()
        return int(sent.notification.id)


def test_its_words_are_there_and_its_times_are_not(app: Flask, admin: FlaskClient) -> None:
    number = send(
        app, "role:admin", is_banner=True, key="monday",
        arrives_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=2),
    )  # fmt: skip
    before = everything(app)
    with at(LATER):
        assert f'href="{INDEX}/{number}/again"' in admin.get(f"{INDEX}/{number}").text
        page = admin.get(f"{INDEX}/{number}/again")
    assert page.status_code == 200
    fields = {name: value(page, name) for name in ("title", "body", "topic", "action_url",
                                                   "action_label", "at", "expires_at")}  # fmt: skip
    assert fields == {"title": "Hello", "body": "A *body*", "topic": "billing",
                      "action_url": "/pay", "action_label": "Pay", "at": "",
                      "expires_at": ""}  # fmt: skip
    assert '<option value="warning" selected>' in page.text
    assert [chosen(page, name) for name in ("to", "when", "end")] == ["admins", "now", "never"]
    assert (
        "checked"
        in page.text.partition('name="is_banner"')[0].rpartition("<input")[2]
        + (page.text.partition('name="is_banner"')[2].partition(">")[0])
    )
    assert key_in(page) not in ("", "monday")
    assert everything(app) == before


@pytest.mark.parametrize("state", ["live", "scheduled", "expired", "recalled"])
def test_one_in_any_state_can_be_used_again(
    admin: FlaskClient, one_of_each: dict[str, int], state: str
) -> None:
    number = one_of_each[state]
    with at(LATER):
        assert f"/{number}/again" in admin.get(f"{INDEX}/{number}").text
        page = admin.get(f"{INDEX}/{number}/again")
        assert value(page, "title") == f"{state.capitalize()} one"
        assert compose(admin, title=value(page, "title"), key=key_in(page)).status_code == 303


def test_its_group_is_chosen_if_it_is_still_there(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        for name in ("billing", "ops"):
            groups.create(name)
        db.session.commit()
    number = send(app, "group:ops", local_at=(NOW + timedelta(days=1)).replace(tzinfo=None))
    with at(LATER):
        page = admin.get(f"{INDEX}/{number}/again")
        assert chosen(page, "to") == "group"
        assert '<option value="ops" selected>' in page.text
        with app.app_context():
            db.session.execute(sa.delete(table(Group)).where(Group.name == "ops"))
            db.session.commit()
        page = admin.get(f"{INDEX}/{number}/again")
    assert chosen(page, "to") == ""


def test_there_is_no_such_page_for_what_is_no_broadcast(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    with app.app_context():
        private = sending.notify([priya], check("Private"), NOW).notification.id
        db.session.commit()
    with at(LATER):
        for number in (private, 999, 0, 2**31):
            assert admin.get(f"{INDEX}/{number}/again").status_code == 404
        assert admin.post(f"{INDEX}/{private}/again").status_code == 405
