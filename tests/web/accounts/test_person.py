"""The page of one person, and links to a new password."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions, groups
from notifications_app.domain.inbox import change_groups
from tests.support.account_pages import look, main_words, names, noted
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

LATER = NOON + timedelta(minutes=16)

NEW = "a new good password"


def test_a_person_is_shown_with_their_groups(app: Flask, admin: FlaskClient, priya: int) -> None:
    with app.app_context():
        for name in ("ops", "night"):
            groups.create(name)
            change_groups.join_group(name, [priya], NOON)
        db.session.commit()
    with at(NOON):
        sign_in(app.test_client(), "priya")
        page = admin.get(f"/admin/users/{priya}").text
    said = " ".join(re.sub("<[^>]+>", " ", page.partition("<dl")[2].partition("</dl>")[0]).split())
    assert "Signed in In 1 browser" in said
    assert "Time zone Asia/Kolkata" in said
    assert "Priya Raman</h1>" in page
    assert re.findall(r'href="/admin/groups/([^"]+)"', page) == ["night", "ops"]


def test_who_is_not_there_is_not_found(admin: FlaskClient) -> None:
    with at(NOON):
        assert admin.get("/admin/users/999").status_code == 404
        assert admin.post("/admin/users/999/reset-link").status_code == 404


def ask(client: FlaskClient, number: int, moment: Any = NOON, **data: str) -> Any:
    with at(moment):
        return client.post(f"/admin/users/{number}/reset-link", data=data)


def link_in(answer: Any) -> str:
    found = re.search(r'value="(http://localhost/reset/[^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def test_a_link_is_shown_once_and_works_once(app: Flask, admin: FlaskClient, priya: int) -> None:
    answer = ask(admin, priya, next="/admin/users?q=pri")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Reset link for Priya Raman" in answer.text
    assert "Works once, within 24 hours" in answer.text
    assert 'href="/admin/users?q=pri"' in answer.text
    assert noted(app) == [("user.reset-link-made", "user priya", 1)]
    assert "/reset/" not in look(admin).text
    visitor = app.test_client()
    with at(NOON + timedelta(hours=23)):
        used = visitor.post(link_in(answer), data={"password": NEW})
        assert used.headers["Location"] == "/login"
        assert visitor.get(link_in(answer)).status_code == 410
        sign_in(visitor, "priya", NEW)
        assert is_signed_in(visitor)


def test_a_link_makes_the_first_password_too(app: Flask, admin: FlaskClient) -> None:
    number = add_user(app, "grace", password_hash=None)
    link = link_in(ask(admin, number))
    visitor = app.test_client()
    with at(NOON):
        visitor.post(link, data={"password": NEW})
        sign_in(visitor, "grace", NEW)
        assert is_signed_in(visitor)
        assert names(look(admin, show="no-password")) == []


def test_a_link_lasts_a_day(app: Flask, admin: FlaskClient, priya: int) -> None:
    link = link_in(ask(admin, priya))
    with at(NOON + timedelta(hours=24, seconds=1)):
        assert app.test_client().get(link).status_code == 410


def test_who_is_inactive_gets_no_link(app: Flask, admin: FlaskClient, priya: int) -> None:
    with app.app_context():
        actions.set_active(priya, active=False)
        db.session.commit()
    answer = ask(admin, priya)
    assert answer.status_code == 400
    assert "“priya” is inactive. Activate the account" in answer.text
    assert "/reset/" not in answer.text
    assert noted(app) == []
    with at(NOON):
        assert "Create reset link" not in admin.get(f"/admin/users/{priya}").text


def test_the_password_is_asked_again_where_the_sign_in_is_a_while_ago(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    asked = ask(admin, priya, LATER, next="/admin/users?q=pri")
    assert asked.status_code == 200
    assert "Needed because you signed in over 15 minutes ago." in asked.text
    assert "field-error" not in asked.text
    assert 'name="next" value="/admin/users?q=pri"' in asked.text
    for wrong in ("", "wrong", NEW):
        refused = ask(admin, priya, LATER, password=wrong)
        assert refused.status_code == 400
        assert "This is not your current password." in refused.text
        assert "/reset/ey" not in refused.text
    assert noted(app) == []
    assert link_in(ask(admin, priya, LATER, password=PASSWORD))
    assert noted(app) == [("user.reset-link-made", "user priya", 1)]


def test_wrong_passwords_are_counted_and_links_are_not(
    make_app: Callable[..., Flask], priya: int, ada: int
) -> None:
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    with at(NOON):
        sign_in(client, "ada")
    for moment in (NOON, LATER):
        for _link in range(12):
            assert ask(client, priya, moment, password=PASSWORD).status_code == 200
    with at(LATER):  # all of it: by the real clock, the tries would have been long ago
        statuses = [ask(client, priya, LATER, password="wrong").status_code for _try in range(11)]
        assert statuses == [400] * 10 + [429]
        assert ask(client, priya, LATER, password=PASSWORD).status_code == 429


def test_a_link_leads_nowhere_else(admin: FlaskClient, priya: int) -> None:
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert "evil" not in ask(admin, priya, next=evil).text


def test_the_page_of_a_link_has_no_other_verb(admin: FlaskClient, priya: int) -> None:
    with at(NOON):
        assert admin.get(f"/admin/users/{priya}/reset-link").status_code == 405
        assert admin.post("/admin/users").status_code == 405
        assert admin.delete(f"/admin/users/{priya}").status_code == 405


def test_a_link_without_the_token_of_the_form_is_not_made(
    make_app: Callable[..., Flask], ada: int, priya: int
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada", csrf_token=token_in(client.get("/login")))
        answer = client.post(f"/admin/users/{priya}/reset-link", data={"csrf_token": "x"})
        assert "This page was out of date, so nothing was changed." in answer.text
        assert noted(app) == []
        token = token_in(client.get("/admin/users"))
        answer = client.post(f"/admin/users/{priya}/reset-link", data={"csrf_token": token})
        assert link_in(answer)


def put(client: FlaskClient, user_id: int, action: str, group: str) -> str:
    """Press a button of the groups; return the words of the page that follows."""
    with at(NOON):
        answer = client.post(
            f"/admin/users/{user_id}/groups", data={"action": action, "group": group}
        )
        assert answer.headers["Location"] == f"/admin/users/{user_id}#groups-title"
        return main_words(client.get(f"/admin/users/{user_id}"))


def test_a_person_is_added_to_a_group_and_removed_from_it(
    app: Flask, admin: FlaskClient, ada: int, priya: int
) -> None:
    with at(NOON):
        assert "There are no groups yet." in main_words(admin.get(f"/admin/users/{priya}"))
    with app.app_context():
        groups.create("ops")
        db.session.commit()
    said = put(admin, priya, "add", "ops")
    assert "Added 1 person to “ops”." in said
    assert "Remove from ops" in said
    said = put(admin, priya, "remove", "ops")
    assert "Removed 1 person from “ops”." in said
    assert "Not in any group." in said
    assert "Removed 0 people from “ops”. 1 was not in it." in put(admin, priya, "remove", "ops")
    assert noted(app) == [("group.joined", "group ops", ada), ("group.left", "group ops", ada)]


@pytest.mark.parametrize("group", ["nowhere", "", "a\0b", "x" * 500])
def test_a_group_that_is_not_there_is_said(
    app: Flask, admin: FlaskClient, priya: int, group: str
) -> None:
    before = everything(app)
    assert "There is no group “" in put(admin, priya, "add", group)
    assert everything(app) == before


def test_one_group_too_many_is_said(app: Flask, admin: FlaskClient, priya: int) -> None:
    with app.app_context():
        for number in range(groups.MAX_GROUPS_PER_USER + 1):
            groups.create(f"g{number}")
            if number:
                change_groups.join_group(f"g{number}", [priya], NOON)
        db.session.commit()
    before = everything(app)
    assert "“priya” would be in more than 50 groups." in put(admin, priya, "add", "g0")
    assert everything(app) == before
