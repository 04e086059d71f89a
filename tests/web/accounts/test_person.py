"""The page of one person, and links to a new password."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions, groups
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.inbox import change_groups
from tests.support.account_pages import look, names
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

LATER = NOON + timedelta(minutes=16)

NEW = "a new good password"


def noted(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        entries = sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.actor_id)
        return [tuple(row) for row in db.session.execute(entries.order_by(AuditEntry.id))]


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
    assert "Groups night, ops Signed in In 1 browser" in said
    assert "Time zone Asia/Kolkata" in said
    assert "Priya Raman</h1>" in page


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
    assert "“priya” is inactive. Activate the account first." in answer.text
    assert "/reset/" not in answer.text
    assert noted(app) == []
    with at(NOON):
        assert "Make the link" not in admin.get(f"/admin/users/{priya}").text


def test_the_password_is_asked_again_where_the_sign_in_is_a_while_ago(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    asked = ask(admin, priya, LATER, next="/admin/users?q=pri")
    assert asked.status_code == 200
    assert "it is asked again" in asked.text
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
        assert "This form did not come from your session." in answer.text
        assert noted(app) == []
        token = token_in(client.get("/admin/users"))
        answer = client.post(f"/admin/users/{priya}/reset-link", data={"csrf_token": token})
        assert link_in(answer)
