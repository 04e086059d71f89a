"""The page of the audit log."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.audit.actions import add_entry
from tests.support.moments import NOON, at
from tests.support.people import add_user, sign_in

SEND = "broadcast send --title Hello"


def add(app: Flask, count: int, **more: Any) -> None:
    """Entries about users 1, 2, …, a minute apart."""
    with app.app_context():
        for number in range(count):
            values: dict[str, Any] = {"actor_id": None, "now": NOON + timedelta(minutes=number)}
            add_entry("user.created", f"user {number + 1}", **{**values, **more})
        db.session.commit()


def shown(answer: Any) -> list[int]:
    """The numbers of the users that a page speaks of."""
    words = answer.text.split('<span class="where">user ')[1:]
    return [int(one.partition("<")[0]) for one in words]


def link(answer: Any, rel: str) -> str:
    """Where the page leads to."""
    before, found, _after = answer.text.partition(f'rel="{rel}"')
    assert found, rel
    return str(before.rpartition('href="')[2].partition('"')[0])


def test_the_page_turns_by_id_however_many_have_come_since(
    app: Flask, client: FlaskClient, ada: int
) -> None:
    add(app, 120)
    sign_in(client, "ada")
    first = client.get("/admin/audit")
    assert shown(first) == list(range(120, 70, -1))
    assert 'rel="prev"' not in first.text
    second = client.get(link(first, "next"))
    assert shown(second) == list(range(70, 20, -1))
    add(app, 1)
    third = client.get(link(second, "next"))
    assert shown(third) == list(range(20, 0, -1))
    assert 'rel="next"' not in third.text
    assert shown(client.get(link(third, "prev"))) == list(range(70, 20, -1))
    assert shown(client.get(link(second, "prev"))) == list(range(120, 70, -1))
    assert "Back to the newest" in second.text


def test_the_page_before_the_first_full_one_is_the_newest(
    app: Flask, client: FlaskClient, ada: int
) -> None:
    add(app, 60)
    sign_in(client, "ada")
    second = client.get(link(client.get("/admin/audit"), "next"))
    assert shown(second) == list(range(10, 0, -1))
    newest = client.get(link(second, "prev"))
    assert shown(newest) == list(range(60, 10, -1))


@pytest.mark.parametrize("words", ["x", "\0", "9" * 20, "-", "1-1-x"])
def test_a_tampered_cursor_is_refused(client: FlaskClient, ada: int, words: str) -> None:
    sign_in(client, "ada")
    for name in ("before", "after"):
        assert client.get("/admin/audit", query_string={name: words}).status_code == 400


def test_times_are_in_the_administrators_zone(app: Flask, client: FlaskClient) -> None:
    number = add_user(app, "grace", is_admin=True, timezone="Asia/Kolkata")
    add(app, 1, actor_id=number, title="<b>bold</b>")
    with at(NOON):
        sign_in(client, "grace")
        page = client.get("/admin/audit").text
    assert "Fri 20 Nov, 17:30" in page
    assert "Fri 20 Nov 2026, 17:30 IST (Asia/Kolkata)" in page
    assert "title: &lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>" not in page


def test_what_has_a_page_is_linked_and_nothing_else(
    app: Flask, client: FlaskClient, ada: int, priya: int
) -> None:
    run = app.test_cli_runner().invoke
    run(args=["groups", "create", "ops"])
    for more in (
        ["--to-group", "ops"],
        ["--to-user", "priya"],
        ["--local", "--at", "2027-01-11 09:00"],
    ):
        run(args=[*SEND.split(), *more])
    add(app, 1, to="group:ops")
    with app.app_context():
        for subject in ("notification", "notification x", "notification 99", "person 1"):
            add_entry("broadcast.edited", subject, actor_id=None, now=NOON)
        db.session.commit()
    sign_in(client, "ada")
    page = client.get("/admin/audit").text
    linked = re.findall(r'<a class="where" href="([^"]*)">(.*?)</a>', page)
    assert linked == [(f"/admin/broadcasts/{n}", f"notification {n}") for n in (3, 1)]
    assert all(client.get(url).status_code == 200 for url, _words in linked)
    assert '<span class="where">notification 2</span>' in page
    assert page.count("to: the group ops") == 2
    assert "group:ops" not in page


def test_an_empty_log_says_what_will_stand_there(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada")
    assert "stands here, the newest first." in client.get("/admin/audit").text


def test_only_administrators_are_shown_the_way(app: Flask, ada: int, priya: int) -> None:
    for name, there in (("ada", True), ("priya", False)):
        client = app.test_client()
        sign_in(client, name)
        assert ("Audit log" in client.get("/inbox").text) is there


def test_who_is_signed_out_signs_in_first(client: FlaskClient, ada: int) -> None:
    answer = client.get("/admin/audit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/admin/audit")
