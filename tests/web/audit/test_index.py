"""The page of the audit log."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.audit import export
from notifications_app.domain.audit.actions import add_entry, add_entry_of_stranger
from notifications_app.domain.audit.models import AuditEntry
from tests.support.moments import NOON, at
from tests.support.people import add_user, sign_in

SEND = "broadcast send --title Hello"


def add(app: Flask, count: int, **more: Any) -> None:
    """Entries about users 1, 2, …, a minute apart."""
    with app.app_context():
        for number in range(count):
            values: dict[str, Any] = {"actor_id": None, "now": NOON + timedelta(minutes=number)}
            values["action"] = "user.created"
            add_entry(**{**values, **more}, subject=f"user {number + 1}")
        db.session.commit()


def shown(answer: Any) -> list[int]:
    """The numbers of the users that a page speaks of."""
    words = answer.text.split('<span class="where">user ')[1:]
    return [int(one.partition("<")[0]) for one in words]


def link(answer: Any, rel: str) -> str:
    """The addresses of the page's links."""
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
    assert linked == [
        *((f"/admin/broadcasts/{n}", f"notification {n}") for n in (3, 1)),
        ("/admin/groups/ops", "group ops"),
    ]
    assert all(client.get(url).status_code == 200 for url, _words in linked)
    assert '<span class="where">notification 2</span>' in page
    assert page.count("to: the group ops") == 2
    assert "group:ops" not in page


def test_an_account_and_a_group_are_linked(
    app: Flask, client: FlaskClient, ada: int, priya: int
) -> None:
    with app.app_context():
        for subject in ("user priya", "user gone", "group ops"):
            add_entry("some.action", subject, actor_id=ada, now=NOON)
        db.session.commit()
    sign_in(client, "ada")
    page = client.get("/admin/audit").text
    assert f'<a class="where" href="/admin/users/{priya}">user priya</a>' in page
    assert '<span class="where">user gone</span>' in page
    assert '<a class="where" href="/admin/groups/ops">group ops</a>' in page


def test_an_empty_log_says_what_will_stand_there(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada")
    assert "appear here, newest first." in client.get("/admin/audit").text


def logged(app: Flask) -> None:
    """Entries by Ada and the command line, one of them about a notification edited since."""
    run = app.test_cli_runner().invoke
    assert run(args=[*SEND.split(), "--key", "k"]).exit_code == 0
    assert run(args=["broadcast", "edit", "1", "--title", "Bonjour"]).exit_code == 0
    with app.app_context():
        for actor_id, subject, title in (
            (1, "user zoë", "=1+1"),
            (None, "group ops", 'A "quoted" \\ 100% title, \n-x'),
        ):
            add_entry("user.created", subject, actor_id=actor_id, now=NOON, title=title)
        db.session.commit()


@pytest.mark.parametrize(
    ("search", "subjects"),
    [
        ({}, ["group ops", "user zoë", "notification 1", "notification 1"]),
        ({"q": "ZOË"}, ["user zoë"]),
        ({"q": "created ops"}, ["group ops"]),
        ({"q": '"QUOTED"'}, ["group ops"]),
        ({"q": "\\"}, ["group ops"]),
        ({"q": "100% title"}, ["group ops"]),
        ({"q": "1%title"}, []),
        ({"q": "ada"}, ["user zoë"]),
        ({"q": "command line group"}, ["group ops"]),
        ({"actor": "ada"}, ["user zoë"]),
        ({"actor": "command line", "action": "broadcast.sent"}, ["notification 1"]),
        ({"action": "user.created", "actor": "nobody"}, []),
    ],
)
def test_the_log_is_searched_on_the_page_and_in_the_file(
    app: Flask, client: FlaskClient, ada: int, search: dict[str, str], subjects: list[str]
) -> None:
    logged(app)
    sign_in(client, "ada")
    page = client.get("/admin/audit", query_string=search).text
    found = re.findall(r'class="where"[^>]*>(\w+ [^<]*)<', page)
    assert found == subjects
    (url,) = re.findall(r'href="(/admin/audit.csv[^"]*)"', page)
    answer = client.get(url.replace("&amp;", "&"))
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["subject"] for line in lines] == subjects
    assert ("No entries match." in page) is (not subjects)


def test_the_file_quotes_formulas_and_has_present_titles(
    app: Flask, client: FlaskClient, ada: int
) -> None:
    logged(app)
    with app.app_context():
        for start in "=+-@\t\r":
            add_entry("user.created", f"{start}user", actor_id=None, now=NOON)
        db.session.commit()
    sign_in(client, "ada")
    answer = client.get("/admin/audit.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit.csv"
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [line["subject"] for line in lines[:6]] == [f"'{start}user" for start in "\r\t@-+="]
    assert [line["title"] for line in lines[-2:]] == ["Bonjour", "Bonjour"]
    assert lines[-1]["detail"].startswith("title: Hello")
    assert lines[-4]["at"] == "2026-11-20T12:00:00Z"
    assert lines[-4]["detail"] == 'title: A "quoted" \\ 100% title, \n-x'


def test_a_present_title_stands_beside_its_number(
    app: Flask, client: FlaskClient, ada: int
) -> None:
    logged(app)
    sign_in(client, "ada")
    assert client.get("/admin/audit").text.count("“Bonjour”") == 2


def test_a_long_log_is_exported_in_parts(
    app: Flask, client: FlaskClient, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PART", 7)
    add(app, 20)
    sign_in(client, "ada")
    answer = client.get("/admin/audit.csv")
    subjects = [line["subject"] for line in csv.DictReader(io.StringIO(answer.text))]
    assert subjects == [f"user {number}" for number in range(20, 0, -1)]


@pytest.mark.parametrize("name", ["q", "actor", "action"])
@pytest.mark.parametrize("words", ["x" * 201, "\0"])
def test_a_search_that_cannot_be_is_refused(
    client: FlaskClient, ada: int, name: str, words: str
) -> None:
    sign_in(client, "ada")
    for url in ("/admin/audit", "/admin/audit.csv"):
        answer = client.get(url, query_string={name: words})
        assert answer.status_code == 400
        assert "A search " in answer.text


def test_a_search_is_kept_while_turning_pages(app: Flask, client: FlaskClient, ada: int) -> None:
    add(app, 60)
    add(app, 60, action="group.created")
    sign_in(client, "ada")
    first = client.get("/admin/audit?action=user.created")
    second = client.get(link(first, "next").replace("&amp;", "&"))
    assert shown(second) == list(range(10, 0, -1))


def test_only_administrators_are_shown_the_way(app: Flask, ada: int, priya: int) -> None:
    for name, there in (("ada", True), ("priya", False)):
        client = app.test_client()
        sign_in(client, name)
        assert ("Audit log" in client.get("/inbox").text) is there


def test_who_is_signed_out_signs_in_first(client: FlaskClient, ada: int) -> None:
    answer = client.get("/admin/audit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/admin/audit")


@pytest.mark.parametrize("words", ["STRASSE", "straße", "ÖL", "o\u0308l"])
def test_a_search_takes_the_letters_of_unicode_as_alike_on_each_database(
    app: Flask, client: FlaskClient, ada: int, words: str
) -> None:
    add(app, 1, detail={"title": "Öl in der Straße"})
    sign_in(client, "ada")
    assert shown(client.get("/admin/audit", query_string={"q": words})) == [1]


@pytest.mark.parametrize(
    ("asked", "subjects"),
    [
        ("", [3, 2]),
        ("?kind=changes", [3, 2]),
        ("?kind=sign-ins", [6, 5, 4]),
        ("?kind=all", [6, 5, 4, 3, 2]),
        ("?action=user.signed-in", [4]),
        ("?kind=sign-ins&actor=ada", [5]),
        ("?actor=not+signed+in&kind=all", [6]),
        ("?actor=command+line&kind=all", [4, 3]),
    ],
)
def test_sign_ins_are_shown_where_they_are_asked_for(
    app: Flask, client: FlaskClient, ada: int, asked: str, subjects: list[int]
) -> None:
    sign_in(client, "ada")
    with app.app_context():
        db.session.execute(sa.delete(AuditEntry))
        add_entry("user.sign-ins-ended", "user 2", actor_id=ada, now=NOON)
        add_entry("user.created", "user 3", actor_id=None, now=NOON)
        add_entry("user.signed-in", "user 4", actor_id=None, now=NOON)
        add_entry("user.signed-out", "user 5", actor_id=ada, now=NOON)
        add_entry_of_stranger("user.sign-in-failed", "user 6", "not signed in", now=NOON)
        db.session.commit()
    assert shown(client.get(f"/admin/audit{asked}")) == subjects
    rows = list(csv.reader(io.StringIO(client.get(f"/admin/audit.csv{asked}").text)))
    assert [row[4] for row in rows[1:]] == [f"user {number}" for number in subjects]


def test_an_unknown_kind_is_refused(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada")
    for path in ("/admin/audit", "/admin/audit.csv"):
        answer = client.get(f"{path}?kind=odd")
        assert answer.status_code == 400
        assert "Choose changes, sign-ins or all entries." in answer.text


def test_the_pages_keep_the_kind(app: Flask, client: FlaskClient, ada: int) -> None:
    add(app, 60, action="user.signed-in")
    sign_in(client, "ada")
    assert "kind=sign-ins" in link(client.get("/admin/audit?kind=sign-ins"), "next")
