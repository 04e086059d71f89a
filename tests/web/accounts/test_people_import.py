"""The page that imports people: what it would do, doing it, and what it does not take."""

import re
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, reading
from notifications_app.domain.accounts import actions
from notifications_app.domain.audit import queries as audit
from notifications_app.domain.inbox import change_role
from notifications_app.domain.people_import.models import StagedImport
from notifications_app.web.accounts import people_import
from tests.support.database import everything
from tests.support.moments import HOUR, NOON, at
from tests.support.people import add_user, sign_in, token_in

PATH = "/admin/users/import"
SECOND = timedelta(seconds=1)
GOOD = """username,email,display_name,timezone,groups
grace,grace@example.org,Grace H,Europe/Paris,ops;night
lin,,,,ops
priya,,,Asia/Kolkata,ops
noor,,,,
"""


@pytest.fixture
def admin(client: FlaskClient, ada: int, priya: int, bystander: int) -> FlaskClient:
    """Ada's browser, just signed in."""
    with at(NOON):
        sign_in(client, "ada")
        client.get("/inbox")  # takes the flash of the sign-in
    return client


def multipart(fields: dict[str, str], content: bytes | None) -> dict[str, Any]:
    """A form with a file, as a browser sends it; the client's own would wait on the disk."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if content is not None:
        head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n'
        parts += [head.encode(), b"Content-Type: text/csv\r\n\r\n", content, b"\r\n"]
    body = b"".join([*parts, b"--edge--\r\n"])
    return {"data": body, "content_type": "multipart/form-data; boundary=edge"}


def send(client: FlaskClient, content: str | bytes | None = GOOD, **more: str) -> Any:
    """Post the form, with a file or without one."""
    raw = content.encode() if isinstance(content, str) else content
    with at(NOON):
        return client.post(PATH, **multipart(more, raw))


def preview(client: FlaskClient, content: str | bytes = GOOD) -> Any:
    """Post a file and open the preview that the answer leads to."""
    answer = send(client, content)
    assert answer.status_code == 303, words(answer)
    with at(NOON):
        return client.get(answer.headers["Location"])


def stage(client: FlaskClient, content: str = GOOD) -> str:
    """Post a file; return the address of its preview."""
    answer = send(client, content)
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["Location"])


def confirm(client: FlaskClient, address: str, moment: datetime = NOON) -> Any:
    """Press the button of a preview."""
    with at(moment):
        return client.post(address)


def said_after(client: FlaskClient, answer: Any, moment: datetime = NOON) -> str:
    """Follow a redirect; return the words of the page."""
    assert answer.status_code == 303
    with at(moment):
        return words(client.get(answer.headers["Location"]))


def kept(app: Flask) -> list[tuple[Any, ...]]:
    """The staged imports: owner, whether the lines are kept, whether they were imported."""
    with app.app_context():
        rows = db.session.execute(sa.select(StagedImport).order_by(StagedImport.id)).scalars()
        return [(row.user_id, row.content is not None, row.imported_at is not None) for row in rows]


def without_staged(app: Flask) -> dict[str, list[Any]]:
    """Everything that is stored, except for the staged imports."""
    return {name: rows for name, rows in everything(app).items() if name != "staged_imports"}


def words(answer: Any) -> str:
    """The page's own words."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", main).split())


def entries(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context(), reading() as connection:
        found = audit.newest(connection, 50, audit.Search(kind="changes"))
        return [(one.action, one.subject, one.actor, one.detail) for one in found]


def groups_of(app: Flask, username: str) -> list[str]:
    with app.app_context(), reading() as connection:
        from notifications_app.domain.accounts import directory, queries

        user = queries.credentials(connection, username)
        assert user is not None
        person = directory.one(connection, user.id)
        assert person is not None
        return [group.name for group in person.groups]


# ---- the preview ----


def test_the_page_says_what_a_file_holds(admin: FlaskClient) -> None:
    with at(NOON):
        page = admin.get(PATH)
    assert "username,email,display_name,timezone,groups" in page.text
    assert ">Preview</button>" in page.text


def test_the_preview_says_what_would_be_done_and_changes_nobody(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    before = without_staged(app)
    page = preview(admin)
    assert page.status_code == 200
    assert ("New people 2 grace, lin Changed 1 priya Unchanged 1 New groups 2 night, ops") in words(
        page
    )
    assert ">Import 4 people</button>" in page.text
    assert 'type="file"' not in page.text
    assert without_staged(app) == before
    assert kept(app) == [(ada, True, False)]


def test_the_preview_of_many_names_the_first(admin: FlaskClient) -> None:
    page = preview(admin, "username\n" + "".join(f"n{n}\n" for n in range(1204)))
    assert "New people 1,204 n0, n1, n2, n3, n4 and 1,199 more" in words(page)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("username\nnoor\nada\n", "all 2 people in this file are up to date."),
        ("username\nnoor\n", "the person in this file is up to date."),
        ("username\n", "there are no people in this file."),
    ],
)
def test_a_file_that_changes_nothing_is_not_kept(
    app: Flask, admin: FlaskClient, content: str, sentence: str
) -> None:
    before = everything(app)
    page = send(admin, content)
    assert page.status_code == 200
    assert f"Nothing to import: {sentence}" in words(page)
    assert everything(app) == before


# ---- the import ----


def test_the_import_does_it_and_leads_to_those_without_a_password(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    answer = confirm(admin, stage(admin))
    assert answer.headers["Location"] == "/admin/users?show=no-password"
    with at(NOON):
        page = admin.get(answer.headers["Location"])
    assert (
        "Imported 4 people: 2 new (grace, lin), 1 changed (priya), 1 unchanged;"
        " 2 groups created (night, ops)."
    ) in words(page)
    assert "differs from the preview" not in words(page)
    assert page.text.count("Reset link") == 2
    assert groups_of(app, "grace") == ["night", "ops"]
    assert groups_of(app, "priya") == ["ops"]
    assert groups_of(app, "noor") == []
    assert kept(app) == [(ada, False, True)]
    assert entries(app) == [
        ("users.imported", "4 people", "ada", {"new": 2, "changed": 1, "groups_made": 2})
    ]


def test_an_account_made_after_the_preview_is_compared_again_and_told(
    app: Flask, admin: FlaskClient
) -> None:
    address = stage(admin)
    add_user(app, "grace")
    said = said_after(admin, confirm(admin, address))
    assert (
        "1 new (lin), 2 changed (grace, priya), 1 unchanged; 2 groups created (night, ops)." in said
    )
    assert "This differs from the preview because accounts changed in the meantime." in said


def test_a_line_that_became_wrong_after_the_preview_stops_the_import(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    address = stage(admin)
    add_user(app, "hopper", email="grace@example.org")
    before = everything(app)
    page = confirm(admin, address)
    assert page.status_code == 400
    assert "1 of 4 lines has errors. Nothing was imported." in words(page)
    assert "Accounts changed after the preview." in words(page)
    assert "Line 2 email “ grace@example.org ”: It belongs to “hopper”." in words(page)
    assert everything(app) == before
    assert kept(app) == [(ada, True, False)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_was_imported_is_not_imported_again(
    app: Flask, admin: FlaskClient, method: str
) -> None:
    address = stage(admin)
    confirm(admin, address)
    before = everything(app)
    with at(NOON):
        answer = admin.open(address, method=method)
    assert answer.headers["Location"] == PATH
    assert "This file was imported already. Nothing was imported again." in said_after(
        admin, answer
    )
    assert everything(app) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_preview_is_kept_for_an_hour(app: Flask, admin: FlaskClient, method: str) -> None:
    address = stage(admin)
    before = without_staged(app)
    late = NOON + HOUR
    with at(late - SECOND):
        assert admin.get(address).status_code == 200
    with at(late):
        answer = admin.open(address, method=method)
    assert answer.headers["Location"] == PATH
    assert "This preview is no longer available" in said_after(admin, answer, late)
    assert without_staged(app) == before


def test_old_previews_are_deleted_when_another_is_made(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    first = stage(admin)
    with at(NOON + HOUR / 2):
        admin.post(PATH, **multipart({}, GOOD.replace("night", "day").encode()))
    assert kept(app) == [(ada, True, False)] * 2
    with at(NOON + HOUR):
        second = admin.post(PATH, **multipart({}, GOOD.encode())).headers["Location"]
    assert kept(app) == [(ada, True, False)] * 2
    assert second not in (first, PATH)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_preview_belongs_to_the_administrator_who_made_it(
    app: Flask, admin: FlaskClient, method: str
) -> None:
    address = stage(admin)
    add_user(app, "hopper", is_admin=True)
    other = app.test_client()
    with at(NOON):
        sign_in(other, "hopper")
        before = everything(app)
        answer = other.open(address, method=method)
    assert "This preview is no longer available" in said_after(other, answer)
    assert everything(app) == before
    assert confirm(admin, address).headers["Location"] == "/admin/users?show=no-password"


def test_a_preview_goes_with_its_administrator(app: Flask, admin: FlaskClient, ada: int) -> None:
    stage(admin)
    with app.app_context():
        actions.delete(ada)
        db.session.commit()
    assert kept(app) == []


def test_the_button_asks_for_the_token_of_the_form(
    make_app: Callable[..., Flask], ada: int
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada", csrf_token=token_in(client.get("/login")))
        token = token_in(client.get("/inbox"))
        address = send(client, csrf_token=token).headers["Location"]
        before = everything(app)
        page = client.post(address, data={"csrf_token": "x"})
        assert page.status_code == 400
        assert "New people 4" in words(page)
        assert everything(app) == before
        done = client.post(address, data={"csrf_token": token_in(page)})
    assert done.status_code == 303


# ---- what is wrong ----


def test_every_wrong_line_is_listed_and_nothing_is_kept(app: Flask, admin: FlaskClient) -> None:
    before = everything(app)
    bad = "username,timezone\ngrace,\n<b>,\nlin,Mars/Olympus\ngrace,\n"
    page = send(admin, bad)
    assert page.status_code == 400
    said = words(page)
    assert "3 of 4 lines have errors. Nothing was imported." in said
    assert "Line 3 username “ &lt;b&gt; ”: A username can have 1 to 40" in said
    assert "Line 4 timezone “ Mars/Olympus ”: There is no such time zone." in said
    assert "Line 5 username “ grace ”: It is already on line 2." in said
    assert "<title>Error: " in page.text
    assert everything(app) == before


def test_what_a_line_says_is_escaped(admin: FlaskClient, ada: int) -> None:
    page = send(admin, "username,timezone,email\ngrace,,<img>@x\n")
    assert "<img>" not in page.text
    assert "email “<bdi>&lt;img&gt;@x</bdi>”: This is not an email address." in page.text


def test_of_many_wrong_lines_the_first_are_listed(admin: FlaskClient) -> None:
    page = send(admin, "username\n" + "-\n" * 1250)
    assert page.text.count('scope="row"') == people_import.LISTED == 200
    assert "1,250 of 1,250 lines have errors." in words(page)
    assert "And 1,050 more." in words(page)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Line 1: The file is empty."),
        (b"name,age\nada,3\n", "Line 1: The first line names the columns"),
        (b"username\xff\nada\n", "Line 1: This line is not in UTF-8."),
        (b"PK\x03\x04\xff\xfe\x00", "Line 1: This is a workbook."),
        (b"\x00" * 9, "Line 1: The first line names the columns"),
        (None, "Choose a CSV file."),
    ],
)
def test_what_is_no_such_file_is_said_beside_the_field(
    app: Flask, admin: FlaskClient, content: bytes | None, sentence: str
) -> None:
    before = everything(app)
    page = send(admin, content)
    assert page.status_code == 400
    beside = page.text.partition('id="file-error"')[2].partition("</p>")[0]
    assert sentence in beside
    assert 'aria-describedby="file-hint file-error"' in page.text
    assert everything(app) == before


def test_a_line_in_another_encoding_is_named(admin: FlaskClient) -> None:
    page = send(admin, "username,display_name\ngrace,Zoë\n".encode("latin-1"))
    assert "Line 2 This line is not in UTF-8." in words(page)


def test_a_name_without_a_file_is_none(admin: FlaskClient) -> None:
    with at(NOON):
        page = admin.post(PATH, data={"file": "people.csv"})
    assert page.status_code == 400
    assert "Choose a CSV file." in page.text


# ---- how large ----


def test_a_file_is_larger_than_a_form_and_has_its_limit(app: Flask, admin: FlaskClient) -> None:
    limit = app.config["MAX_CONTENT_LENGTH"]
    assert send(admin, b"username\n" + b"\n" * limit).status_code == 200
    before = everything(app)
    page = send(admin, b"\n" * people_import.LARGEST)
    assert page.status_code == 413
    assert "This file is over 16 MB. Nothing was imported." in words(page)
    assert 'id="file-error"' in page.text
    assert everything(app) == before


def test_only_this_page_takes_more_than_a_form(app: Flask, admin: FlaskClient) -> None:
    much = multipart({}, b"\n" * app.config["MAX_CONTENT_LENGTH"])
    with at(NOON):
        assert admin.post("/settings", **much).status_code == 413
        assert admin.post("/admin/users/2/reset-link", **much).status_code == 413


def test_with_the_token_asked_for_a_large_body_of_others_is_not_read(
    make_app: Callable[..., Flask], ada: int, priya: int
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    much = b"username\n" + b"\n" * app.config["MAX_CONTENT_LENGTH"]
    for name, status in (("priya", 413), ("ada", 200), (None, 413)):
        client = app.test_client()
        with at(NOON):
            token = token_in(client.get("/login"))
            if name:
                sign_in(client, name, csrf_token=token)
                token = token_in(client.get("/inbox"))
        answer = send(client, much, csrf_token=token)
        assert answer.status_code == status, name
        assert ("over 16 MB" in answer.text) is False
    answer = send(client, csrf_token="x")
    assert (answer.status_code, answer.headers["Location"][:6]) == (303, "/login")


def test_a_file_is_read_without_holding_it_in_memory(app: Flask, admin: FlaskClient) -> None:
    content = b"username,display_name\n" + b"".join(
        b"n%d,%s\n" % (number, b"x" * 70) for number in range(2_000)
    )
    padding = (b" " * 9_999 + b"\n") * 900
    body = multipart({}, content + padding)
    del content, padding
    with at(NOON):
        admin.get(PATH)
        tracemalloc.start()
        try:
            answer = admin.post(PATH, **body)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert "New people 2,000" in said_after(admin, answer)
    assert peak < 8 * people_import.MEGABYTE


# ---- who may ----


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_signed_out_signs_in_first(app: Flask, ada: int, method: str) -> None:
    answer = app.test_client().open(PATH, method=method)
    back = f"?next={PATH}" + ("" if method == "GET" else "&lost=click")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/login{back}")


def test_for_others_there_is_no_such_page(app: Flask, admin: FlaskClient, ada: int) -> None:
    client = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
        with app.app_context():
            change_role.revoke_admin(ada, NOON)
            db.session.commit()
        before = everything(app)
        for browser in (client, admin):
            assert browser.get(PATH).status_code == 404
            assert send(browser).status_code == 404
            assert browser.put(PATH).status_code == 405
            assert browser.get(f"{PATH}/1").status_code == 404
            assert browser.post(f"{PATH}/1").status_code == 404
    assert everything(app) == before


def test_accounts_that_change_meanwhile_are_said_to(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notifications_app.domain.people_import import actions as importing

    def clash(*_given: Any) -> None:
        raise sa.exc.IntegrityError("INSERT", None, Exception("UNIQUE constraint failed"))

    before = everything(app)
    monkeypatch.setattr(importing, "_apply", clash)
    page = send(admin)
    assert page.status_code == 400
    assert "Someone else changed accounts in the meantime." in words(page)
    assert everything(app) == before
