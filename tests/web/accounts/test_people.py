"""The pages of people: who may see them, what they show, and links to a new password."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions, groups
from notifications_app.domain.accounts.models import User
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.inbox import change_groups, change_role
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

LATER = NOON + timedelta(minutes=16)
NEW = "a new good password"


@pytest.fixture
def admin(client: FlaskClient, ada: int, priya: int) -> FlaskClient:
    """Ada's browser, just signed in."""
    with at(NOON):
        sign_in(client, "ada")
        client.get("/inbox")  # takes the flash of the sign-in
    return client


def names(answer: Any) -> list[str]:
    """Who is in the list, from the top."""
    return re.findall(r'href="/admin/users/\d+"><bdi>([^<]*)</bdi>', answer.text)


def look(client: FlaskClient, **asked: str) -> Any:
    with at(NOON):
        return client.get("/admin/users", query_string=asked)


def tab_counts(answer: Any) -> dict[str, str]:
    found = re.findall(r'<span>([\w ]+)</span> <span class="tab-count">([\d,]+)', answer.text)
    return dict(found)


def follow(client: FlaskClient, answer: Any, rel: str) -> Any:
    """The page that this one leads to."""
    before, found, _after = answer.text.partition(f'rel="{rel}"')
    assert found, rel
    address = before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    with at(NOON):
        return client.get(address)


def noted(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        entries = sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.actor_id)
        return [tuple(row) for row in db.session.execute(entries.order_by(AuditEntry.id))]


# ---- the list ----


def test_the_list_says_what_there_is_to_say_of_each(
    app: Flask, admin: FlaskClient, bystander: int
) -> None:
    add_user(app, "grace", email="grace@example.org", password_hash=None)
    with app.app_context():
        actions.set_active(bystander, active=False)
        db.session.commit()
    page = look(admin)
    assert names(page) == ["ada", "grace", "noor", "Priya Raman"]
    rows = page.text.partition('<tbody role="rowgroup">')[2].split("</tr>")[:4]
    words = [" ".join(re.sub("<[^>]+>", " ", row.replace("<wbr>", "")).split()) for row in rows]
    assert words == [
        "ada Zone UTC Role Administrator State Active Reset link for ada",
        "grace grace@example.org Zone UTC Role Reader State No password Reset link for grace",
        "noor Zone UTC Role Reader State Inactive",
        "Priya Raman priya Zone Asia/Kolkata Role Reader State Active Reset link for priya",
    ]
    assert tab_counts(page) == {"Everyone": "4", "Admins": "1", "No password": "1", "Inactive": "1"}


@pytest.mark.parametrize(
    ("show", "shown"),
    [("everyone", ["ada", "grace", "lin", "noor", "Priya Raman"]), ("admins", ["ada"]),
     ("no-password", ["grace"]), ("inactive", ["lin", "noor"])],
)  # fmt: skip
def test_each_tab_shows_its_own(
    app: Flask, admin: FlaskClient, bystander: int, show: str, shown: list[str]
) -> None:
    add_user(app, "grace", password_hash=None)
    lin = add_user(app, "lin", password_hash=None)  # no link is to be made for who is locked out
    with app.app_context():
        for number in (bystander, lin):
            actions.set_active(number, active=False)
        db.session.commit()
    assert names(look(admin, show=show)) == shown


def test_there_are_no_other_tabs(admin: FlaskClient) -> None:
    assert look(admin, show="nobody").status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [("PRIY", ["Priya Raman"]), ("raman", ["Priya Raman"]), ("a r", ["Priya Raman"]),
     ("EXAMPLE.org", ["100% Émilie"]), ("éMILIE", ["100% Émilie"]), ("%", ["100% Émilie"]),
     ("_", ["under_score"]), ("\\", []), ("e\u0301milie", ["100% Émilie"]), (" ada ", ["ada"]),
     ("", ["ada", "100% Émilie", "Priya Raman", "under_score"])],
)  # fmt: skip
def test_a_part_of_a_name_or_an_address_finds_people(
    app: Flask, admin: FlaskClient, words: str, found: list[str]
) -> None:
    add_user(app, "emilie", display_name="100% Émilie", email="e@example.org")
    add_user(app, "under_score")
    page = look(admin, q=words)
    assert names(page) == found
    assert tab_counts(page)["Everyone"] == str(len(found))


@pytest.mark.parametrize("words", ["x" * 201, "a\0b"])
def test_what_cannot_be_searched_for_is_refused_beside_the_field(
    admin: FlaskClient, words: str
) -> None:
    page = look(admin, q=words, show="admins")
    assert page.status_code == 400
    assert 'id="search-error"' in page.text
    assert names(page) == []


def test_a_search_that_finds_nobody_leads_on(admin: FlaskClient) -> None:
    page = look(admin, q="<zebra>", show="admins").text
    assert "Nobody in Admins matches “<bdi>&lt;zebra&gt;</bdi>”." in page
    assert 'href="/admin/users?q=%3Czebra%3E">Search in Everyone instead.' in page
    assert "Everybody has a password." in look(admin, show="no-password").text
    assert "Nobody is inactive." in look(admin, show="inactive").text


def test_the_pages_turn_by_name_and_keep_what_was_asked(app: Flask, admin: FlaskClient) -> None:
    for number in range(120):
        add_user(app, f"n{number:03}", password_hash=None)
    first = look(admin, show="no-password", q="n")
    everybody = [f"n{number:03}" for number in range(120)]
    assert names(first) == everybody[:50]
    assert 'rel="prev"' not in first.text
    second = follow(admin, first, "next")
    assert names(second) == everybody[50:100]
    assert tab_counts(second)["No password"] == "120"
    assert names(follow(admin, second, "prev")) == everybody[:50]
    add_user(app, "n049x", password_hash=None)  # whoever comes between moves no page
    third = follow(admin, second, "next")
    assert names(third) == everybody[100:]
    assert 'rel="next"' not in third.text
    assert names(follow(admin, third, "prev")) == everybody[50:100]
    assert names(follow(admin, second, "prev")) == [*everybody[1:50], "n049x"]
    assert "Back to the first" in second.text


@pytest.mark.parametrize("words", ["x", "\0", "9" * 20, "-", "1-1-x"])
def test_a_tampered_cursor_is_refused(admin: FlaskClient, words: str) -> None:
    for name in ("before", "after"):
        assert look(admin, **{name: words}).status_code == 400


# ---- one person ----


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


# ---- the link ----


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


# ---- who may ----

PAGES = [("GET", ""), ("GET", "/2"), ("POST", "/2/reset-link")]


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_who_is_signed_out_signs_in_first(
    app: Flask, ada: int, priya: int, method: str, path: str
) -> None:
    answer = app.test_client().open(f"/admin/users{path}", method=method)
    back = f"?next=/admin/users{path}" if method == "GET" else ""
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/login{back}")


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_for_others_there_are_no_such_pages(
    app: Flask, admin: FlaskClient, ada: int, method: str, path: str
) -> None:
    client = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
        assert "People" not in client.get("/inbox").text
        assert "People" in admin.get("/inbox").text
        assert client.open(f"/admin/users{path}", method=method).status_code == 404
        assert admin.open(f"/admin/users{path}", method=method).status_code == 200
        with app.app_context():
            change_role.revoke_admin(ada, NOON)
            db.session.commit()
        assert admin.open(f"/admin/users{path}", method=method).status_code == 404
    assert len(noted(app)) == (1 if method == "POST" else 0)


def test_looking_changes_nothing(app: Flask, admin: FlaskClient, priya: int) -> None:
    def everybody() -> list[Any]:
        with app.app_context():
            return list(db.session.execute(sa.select(*User.__table__.c).order_by(User.id)).all())

    before = everybody()
    with at(NOON):
        for path in ("/admin/users?q=a", f"/admin/users/{priya}"):
            assert admin.get(path).status_code == 200
    assert everybody() == before
