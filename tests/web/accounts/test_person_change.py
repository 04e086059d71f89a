"""The pages that change an account: they ask first, and say what was done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.broadcasts.sending import notify
from notifications_app.domain.content import check
from notifications_app.web.accounts.person_change import CHANGES
from tests.support.account_pages import main_words, noted
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in
from tests.support.second_factor import switch_on

LATER = NOON + timedelta(minutes=16)


def open_page(client: FlaskClient, user_id: int, change: str, moment: Any = NOON) -> Any:
    with at(moment):
        return client.get(f"/admin/users/{user_id}/{change}")


def press(client: FlaskClient, user_id: int, change: str, moment: Any = NOON, **data: str) -> Any:
    with at(moment):
        return client.post(f"/admin/users/{user_id}/{change}", data=data)


def followed(client: FlaskClient, answer: Any) -> str:
    """The words of the page that an answer leads to, over any further redirect."""
    assert answer.status_code == 303, main_words(answer)
    with at(NOON):
        return main_words(client.get(answer.headers["Location"], follow_redirects=True))


def state(app: Flask, user_id: int) -> tuple[bool, bool] | None:
    """Whether an account is an administrator's, and active; None if there is no such account."""
    with app.app_context():
        found = sa.select(User.is_admin, User.is_active).where(User.id == user_id)
        row = db.session.execute(found).first()
        return None if row is None else (row.is_admin, row.is_active)


def deactivate(app: Flask, user_id: int) -> None:
    with app.app_context():
        actions.set_active(user_id, active=False)
        db.session.commit()


def test_a_person_becomes_an_administrator_and_an_ordinary_reader_again(
    app: Flask, admin: FlaskClient, ada: int, priya: int
) -> None:
    page = open_page(admin, priya, "grant-admin")
    assert "Make Priya Raman an administrator?" in main_words(page)
    assert state(app, priya) == (False, True)
    answer = press(admin, priya, "grant-admin")
    assert answer.headers["Location"] == f"/admin/users/{priya}"
    assert "“priya” is now an administrator." in followed(admin, answer)
    assert state(app, priya) == (True, True)
    said = followed(admin, press(admin, priya, "revoke-admin"))
    assert "“priya” is no longer an administrator." in said
    assert state(app, priya) == (False, True)
    assert noted(app) == [
        ("user.admin-granted", "user priya", ada), ("user.admin-revoked", "user priya", ada),
    ]  # fmt: skip


def test_a_deactivated_person_is_signed_out_and_comes_back_when_activated(
    app: Flask, admin: FlaskClient, ada: int, priya: int
) -> None:
    theirs = app.test_client()
    with at(NOON):
        sign_in(theirs, "priya")
    assert "signed out everywhere" in main_words(open_page(admin, priya, "deactivate"))
    said = followed(admin, press(admin, priya, "deactivate"))
    assert "“priya” can no longer sign in. 1 sign-in ended." in said
    assert "Inactive" in said
    with at(NOON):
        assert not is_signed_in(theirs)
    assert "“priya” can sign in again." in followed(admin, press(admin, priya, "activate"))
    assert state(app, priya) == (False, True)
    assert [entry[0] for entry in noted(app)] == ["user.deactivated", "user.activated"]


def test_the_page_before_a_deletion_says_what_goes_and_what_stays(
    app: Flask, admin: FlaskClient, ada: int, priya: int
) -> None:
    with app.app_context():
        for title in ("One", "Two"):
            notify([ada], check(title), NOON, SendOptions(sender_id=priya))
        db.session.commit()
    before = everything(app)
    said = main_words(open_page(admin, priya, "delete"))
    assert "Deleted The account, the inbox with everything in it and all sign-ins." in said
    assert "The 2 notifications that Priya Raman sent, shown as from the system" in said
    assert "This can’t be undone." in said
    assert everything(app) == before


def test_a_person_is_deleted_and_what_they_sent_stays(
    app: Flask, admin: FlaskClient, ada: int, priya: int
) -> None:
    with app.app_context():
        notify([ada], check("From Priya"), NOON, SendOptions(sender_id=priya))
        db.session.commit()
    answer = press(admin, priya, "delete")
    assert answer.headers["Location"] == "/admin/users"
    assert "Deleted “priya”." in followed(admin, answer)
    assert state(app, priya) is None
    assert [row for row in everything(app)["notifications"] if "From Priya" in row]
    assert noted(app) == [("user.deleted", "user priya", ada)]
    assert open_page(admin, priya, "delete").status_code == 404


@pytest.mark.parametrize("change", ["revoke-admin", "deactivate", "delete"])
def test_the_last_administrator_stays(
    app: Flask, admin: FlaskClient, ada: int, change: str
) -> None:
    before = everything(app)
    assert "This is your own account." in main_words(open_page(admin, ada, change))
    page = press(admin, ada, change)
    assert page.status_code == 400
    assert "“ada” is the last active administrator." in main_words(page)
    assert everything(app) == before


@pytest.mark.parametrize(
    ("change", "sentence", "stays_signed_in"),
    [
        ("revoke-admin", "“ada” is no longer an administrator.", True),
        ("deactivate", "“ada” can no longer sign in.", False),
        ("delete", "Deleted “ada”.", False),
    ],
)
def test_an_administrator_leaves_these_pages_after_changing_their_own_account(
    app: Flask, admin: FlaskClient, ada: int, change: str, sentence: str, stays_signed_in: bool
) -> None:
    add_user(app, "hopper", is_admin=True)
    answer = press(admin, ada, change)
    assert answer.headers["Location"] == "/"
    assert sentence in followed(admin, answer)
    with at(NOON):
        assert is_signed_in(admin) is stays_signed_in
        assert admin.get("/admin/users").status_code == (404 if stays_signed_in else 303)
    with admin.session_transaction() as session:
        assert ("_user_id" in session) is stays_signed_in


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("grant-admin", "“hopper” is already an administrator."),
        ("activate", "“hopper” is already active."),
    ],
)
def test_a_change_with_nothing_to_do_says_so(
    app: Flask, admin: FlaskClient, method: str, change: str, sentence: str
) -> None:
    hopper = add_user(app, "hopper", is_admin=True)
    before = everything(app)
    with at(NOON):
        answer = admin.open(f"/admin/users/{hopper}/{change}", method=method)
    assert sentence in followed(admin, answer)
    assert everything(app) == before


@pytest.mark.parametrize("change", CHANGES)
def test_the_password_is_asked_again_where_the_sign_in_is_a_while_ago(
    app: Flask, admin: FlaskClient, priya: int, change: str
) -> None:
    if change == "activate":
        deactivate(app, priya)
    if change == "revoke-admin":
        press(admin, priya, "grant-admin")
    if change == "reset-2fa":
        switch_on(app, priya)
    before = everything(app)
    assert "Needed because you signed in over 15 minutes ago." in main_words(
        open_page(admin, priya, change, LATER)
    )
    asked = press(admin, priya, change, LATER)
    assert asked.status_code == 200
    assert "field-error" not in asked.text
    refused = press(admin, priya, change, LATER, password="wrong")
    assert refused.status_code == 400
    assert "This is not your current password." in main_words(refused)
    assert everything(app) == before
    assert press(admin, priya, change, LATER, password=PASSWORD).status_code == 303
    assert everything(app) != before


def test_wrong_passwords_are_limited(make_app: Callable[..., Flask], priya: int, ada: int) -> None:
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    with at(NOON):
        sign_in(client, "ada")
    with at(LATER):
        statuses = [
            press(client, priya, "delete", LATER, password="wrong").status_code for _ in range(11)
        ]
    assert statuses == [400] * 10 + [429]


def test_a_change_asks_for_the_token_of_the_form(
    make_app: Callable[..., Flask], ada: int, priya: int
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada", csrf_token=token_in(client.get("/login")))
        client.get("/inbox")
        before = everything(app)
        page = client.post(f"/admin/users/{priya}/delete", data={"csrf_token": "x"})
        assert page.status_code == 400
        assert "Delete Priya Raman?" in main_words(page)
        assert everything(app) == before


def test_there_are_no_other_changes(admin: FlaskClient, priya: int) -> None:
    assert open_page(admin, priya, "promote").status_code == 404
    assert open_page(admin, 999, "delete").status_code == 404
    assert press(admin, 999, "delete").status_code == 404
