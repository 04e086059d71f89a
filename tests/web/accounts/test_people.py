"""The list of people: who may see it, and what it shows."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions
from notifications_app.domain.accounts.models import User
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.audit.queries import KINDS
from notifications_app.domain.inbox import change_role
from tests.support.account_pages import look, names
from tests.support.moments import NOON, at
from tests.support.people import add_user, sign_in


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
        entries = entries.where(KINDS["changes"])
        return [tuple(row) for row in db.session.execute(entries.order_by(AuditEntry.id))]


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
        "ada Time zone UTC Role Administrator State Active Reset link for ada",
        "grace grace@example.org Time zone UTC Role Reader State No password Reset link for grace",
        "noor Time zone UTC Role Reader State Inactive",
        "Priya Raman priya Time zone Asia/Kolkata Role Reader State Active Reset link for priya",
    ]
    assert tab_counts(page) == {
        "Everyone": "4",
        "Administrators": "1",
        "No password": "1",
        "Inactive": "1",
    }


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
    assert "Nobody in Administrators matches “<bdi>&lt;zebra&gt;</bdi>”." in page
    assert 'href="/admin/users?q=%3Czebra%3E">Search in Everyone instead.' in page
    assert "Everyone has a password." in look(admin, show="no-password").text
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


PAGES = [("GET", ""), ("GET", "/2"), ("POST", "/2/reset-link")]


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_who_is_signed_out_signs_in_first(
    app: Flask, ada: int, priya: int, method: str, path: str
) -> None:
    answer = app.test_client().open(f"/admin/users{path}", method=method)
    back = f"?next=/admin/users{path}" if method == "GET" else "?next=/inbox&lost=click"
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


@pytest.mark.parametrize("words", ["STRASSE", "straße", "ÉLODIE", "e\u0301lodie"])
def test_a_search_takes_the_letters_of_unicode_as_alike_on_each_database(
    app: Flask, admin: FlaskClient, words: str
) -> None:
    add_user(app, "kim", display_name="Élodie Straße")
    assert names(look(admin, q=words)) == ["Élodie Straße"]
