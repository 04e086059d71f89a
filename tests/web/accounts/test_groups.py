"""The pages of groups: the list, making one, its members."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, reading
from notifications_app.domain.accounts import directory, groups
from notifications_app.domain.inbox import change_groups
from tests.support.account_pages import main_words, noted
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import add_user

PATH = "/admin/groups"


@pytest.fixture
def ops(app: Flask) -> str:
    """An empty group."""
    with app.app_context():
        groups.create("ops")
        db.session.commit()
    return f"{PATH}/ops"


def get(client: FlaskClient, address: str) -> Any:
    with at(NOON):
        return client.get(address)


def post(client: FlaskClient, address: str, **data: str) -> Any:
    with at(NOON):
        return client.post(address, data=data)


def said_after(client: FlaskClient, answer: Any) -> str:
    assert answer.status_code == 303, main_words(answer)
    return main_words(get(client, answer.headers["Location"]))


def members(app: Flask) -> list[str]:
    with app.app_context(), reading() as connection:
        return [row.username for row in groups.members(connection, "ops")]


def test_a_group_is_made_and_listed(app: Flask, admin: FlaskClient, ada: int) -> None:
    assert "No groups yet." in main_words(get(admin, PATH))
    answer = post(admin, PATH, group="Night-Shift")
    assert answer.headers["Location"] == f"{PATH}/night-shift"
    assert "Created the group “night-shift”. It has no members yet." in said_after(admin, answer)
    assert "night-shift 0 people" in main_words(get(admin, PATH))
    assert noted(app) == [("group.created", "group night-shift", ada)]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter a name."),
        ("ops", "The group “ops” already exists."),
        ("night shift", "can contain only a to z, 0 to 9 and single hyphens"),
        ("x" * 41, "at most 40"),
    ],
)
def test_a_name_that_cannot_be_is_said_beside_the_field(
    app: Flask, admin: FlaskClient, ops: str, name: str, sentence: str
) -> None:
    before = everything(app)
    page = post(admin, PATH, group=name)
    assert page.status_code == 400
    assert sentence.replace("at most 40", "40") in page.text.partition('id="group-error"')[2]
    assert f'value="{name}"' in page.text
    assert everything(app) == before


def test_people_are_added_by_name_or_address_and_removed(
    app: Flask, admin: FlaskClient, ada: int, priya: int, ops: str
) -> None:
    add_user(app, "grace", email="grace@example.org")
    assert "No members yet." in main_words(get(admin, ops))
    answer = post(admin, ops, people="Priya,\n GRACE@example.org; priya")
    assert "Added 2 people to “ops”." in said_after(admin, answer)
    assert members(app) == ["grace", "priya"]
    page = get(admin, ops)
    assert "ops 2 people" in main_words(page)
    again = post(admin, ops, people="priya ada")
    assert "Added 1 person to “ops”. 1 was already in it." in said_after(admin, again)
    answer = post(admin, ops, remove="priya", next=f"{ops}?after=x")
    assert answer.headers["Location"] == f"{ops}?after=x"
    assert members(app) == ["ada", "grace"]
    assert [entry[:2] for entry in noted(app)] == [
        ("group.joined", "group ops"), ("group.joined", "group ops"), ("group.left", "group ops"),
    ]  # fmt: skip


def test_every_unknown_name_is_said_and_what_was_typed_is_kept(
    app: Flask, admin: FlaskClient, priya: int, ops: str
) -> None:
    before = everything(app)
    page = post(admin, ops, people="priya, nobody, <b>, x@example.org, a\0b")
    assert page.status_code == 400
    error = page.text.partition('id="people-error"')[2].partition("</p>")[0]
    assert "There are no users “nobody”, “&lt;b&gt;”, “x@example.org” and “a" in error
    assert "priya, nobody, &lt;b&gt;, x@example.org" in page.text.partition("<textarea")[2]
    assert everything(app) == before
    nobody = post(admin, ops, people=" , \n")
    assert "Enter at least one username or email address." in main_words(nobody)


def test_a_group_that_is_not_there_is_not_found(app: Flask, admin: FlaskClient, priya: int) -> None:
    before = everything(app)
    for name in ("nowhere", "x" * 500, "%00"):
        assert get(admin, f"{PATH}/{name}").status_code == 404
        assert post(admin, f"{PATH}/{name}", people="priya").status_code == 404
    assert everything(app) == before


def test_the_members_are_paged(
    app: Flask, admin: FlaskClient, ops: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PAGE_SIZE", 2)
    names = [f"m{number}" for number in range(5)]
    people = [add_user(app, name, password_hash=None) for name in names]
    other = add_user(app, "m1a", password_hash=None)
    with app.app_context():
        change_groups.join_group("ops", people, NOON)
        groups.create("night")
        change_groups.join_group("night", [other], NOON)
        db.session.commit()

    def on(page: Any) -> list[str]:
        return re.findall(r'name="remove" value="([^"]+)"', page.text)

    def link(page: Any, words: str) -> str:
        found = re.search(rf'href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?{words}', page.text)
        assert found, words
        return found[1]

    page = get(admin, ops)
    seen = on(page)
    for _ in range(2):
        page = get(admin, link(page, "Next"))
        seen += on(page)
    assert seen == names
    assert on(get(admin, link(page, "Previous"))) == names[2:4]
    assert on(get(admin, link(page, "Back to the first"))) == names[:2]
    assert get(admin, f"{ops}?after=tampered").status_code == 400
