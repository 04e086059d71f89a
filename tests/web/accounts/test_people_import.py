"""The page that imports people: what it would do, doing it, and what it does not take."""

import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, reading
from notifications_app.domain.audit import queries as audit
from notifications_app.domain.inbox import change_role
from notifications_app.web.accounts import people_import
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import add_user, sign_in, token_in

PATH = "/admin/users/import"
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


def send(client: FlaskClient, step: str, content: str | bytes | None = GOOD, **more: str) -> Any:
    """Post the form, with a file or without one."""
    raw = content.encode() if isinstance(content, str) else content
    with at(NOON):
        return client.post(PATH, **multipart({"step": step, **more}, raw))


def words(answer: Any) -> str:
    """The page's own words."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", main).split())


def entries(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context(), reading() as connection:
        found = audit.newest(connection, 50)
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
    assert 'value="preview">Preview<' in page.text
    assert 'value="import"' not in page.text


def test_the_preview_says_what_would_be_done_and_writes_nothing(
    app: Flask, admin: FlaskClient
) -> None:
    before = everything(app)
    page = send(admin, "preview")
    assert page.status_code == 200
    assert (
        "What this file would do New people 2 grace, lin Changed 1 priya Unchanged 1"
        " New groups 2 night, ops"
    ) in words(page)
    assert 'value="import">Import<' in page.text
    assert "The file was not kept: choose it again." in page.text
    assert everything(app) == before


def test_the_preview_of_many_names_the_first(admin: FlaskClient) -> None:
    page = send(admin, "preview", "username\n" + "".join(f"n{n}\n" for n in range(1204)))
    assert "New people 1,204 n0, n1, n2, n3, n4 and 1,199 more" in words(page)


def test_a_file_that_changes_nothing_is_not_offered(admin: FlaskClient) -> None:
    page = send(admin, "preview", "username\nnoor\nada\n")
    assert "Nothing: 2 people are on it, and all of it is so already." in words(page)
    assert 'value="import"' not in page.text


@pytest.mark.parametrize("step", ["", "Import", "delete"])
def test_any_other_step_is_a_preview(app: Flask, admin: FlaskClient, step: str) -> None:
    before = everything(app)
    assert "What this file would do" in send(admin, step).text
    assert everything(app) == before


# ---- the import ----


def test_the_import_does_it_and_leads_to_those_without_a_password(
    app: Flask, admin: FlaskClient
) -> None:
    answer = send(admin, "import")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/admin/users?show=no-password",
    )
    with at(NOON):
        page = admin.get(answer.headers["Location"])
    assert (
        "Imported 4 people: 2 new (grace, lin), 1 changed (priya), 1 unchanged;"
        " 2 groups made (night, ops)."
    ) in words(page)
    assert page.text.count("Reset link") == 2
    assert groups_of(app, "grace") == ["night", "ops"]
    assert groups_of(app, "priya") == ["ops"]
    assert groups_of(app, "noor") == []
    assert entries(app) == [
        ("users.imported", "4 people", "ada", {"new": 2, "changed": 1, "groups_made": 2})
    ]


def test_the_answer_tells_what_was_done_not_what_was_previewed(
    app: Flask, admin: FlaskClient
) -> None:
    assert "New people 2" in words(send(admin, "preview"))
    add_user(app, "grace")
    answer = send(admin, "import", GOOD.replace("night", "day"))
    with at(NOON):
        said = words(admin.get(answer.headers["Location"]))
    assert "1 new (lin), 2 changed (grace, priya), 1 unchanged; 2 groups made (day, ops)." in said


def test_the_same_file_again_changes_nothing_and_is_not_noted(
    app: Flask, admin: FlaskClient
) -> None:
    send(admin, "import")
    before = everything(app)
    answer = send(admin, "import")
    assert answer.headers["Location"] == "/admin/users"
    with at(NOON):
        assert "0 new, 0 changed, 4 unchanged; 0 groups made." in words(admin.get("/admin/users"))
    assert everything(app) == before


# ---- what is wrong ----


@pytest.mark.parametrize("step", ["preview", "import"])
def test_every_wrong_line_is_listed_and_nothing_is_done(
    app: Flask, admin: FlaskClient, step: str
) -> None:
    before = everything(app)
    bad = "username,timezone\ngrace,\n<b>,\nlin,Mars/Olympus\ngrace,\n"
    page = send(admin, step, bad)
    assert page.status_code == 400
    said = words(page)
    assert "3 of 4 lines are wrong. Nothing was imported." in said
    assert "Line 3 username “ &lt;b&gt; ”: A username has 1 to 40" in said
    assert "Line 4 timezone “ Mars/Olympus ”: No time zone has that name." in said
    assert "Line 5 username “ grace ”: It is on line 2 already." in said
    assert 'value="import"' not in page.text
    assert "<title>Error: " in page.text
    assert everything(app) == before


def test_what_a_line_says_is_escaped(admin: FlaskClient, ada: int) -> None:
    page = send(admin, "preview", "username,timezone,email\ngrace,,<img>@x\n")
    assert "<img>" not in page.text
    assert "email “<bdi>&lt;img&gt;@x</bdi>”: This is not an email address." in page.text


def test_of_many_wrong_lines_the_first_are_listed(admin: FlaskClient) -> None:
    page = send(admin, "preview", "username\n" + "-\n" * 1250)
    assert page.text.count('scope="row"') == people_import.LISTED == 200
    assert "1,250 of 1,250 lines are wrong." in words(page)
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
    for step in ("preview", "import"):
        page = send(admin, step, content)
        assert page.status_code == 400
        beside = page.text.partition('id="file-error"')[2].partition("</p>")[0]
        assert sentence in beside
        assert 'aria-describedby="file-hint file-error"' in page.text
    assert everything(app) == before


def test_a_line_in_another_encoding_is_named(admin: FlaskClient) -> None:
    page = send(admin, "preview", "username,display_name\ngrace,Zoë\n".encode("latin-1"))
    assert "Line 2 This line is not in UTF-8." in words(page)


def test_a_name_without_a_file_is_none(admin: FlaskClient) -> None:
    with at(NOON):
        page = admin.post(PATH, data={"step": "import", "file": "people.csv"})
    assert page.status_code == 400
    assert "Choose a CSV file." in page.text


# ---- how large ----


def test_a_file_is_larger_than_a_form_and_has_its_limit(app: Flask, admin: FlaskClient) -> None:
    limit = app.config["MAX_CONTENT_LENGTH"]
    assert send(admin, "preview", b"username\n" + b"\n" * limit).status_code == 200
    before = everything(app)
    page = send(admin, "import", b"\n" * people_import.LARGEST)
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
        answer = send(client, "preview", much, csrf_token=token)
        assert answer.status_code == status, name
        assert ("over 16 MB" in answer.text) is False
    assert send(client, "preview", csrf_token="x").status_code == 400


def test_a_file_is_read_without_holding_it_in_memory(app: Flask, admin: FlaskClient) -> None:
    content = b"username,display_name\n" + b"".join(
        b"n%d,%s\n" % (number, b"x" * 70) for number in range(2_000)
    )
    padding = (b" " * 9_999 + b"\n") * 900
    body = multipart({"step": "preview"}, content + padding)
    del content, padding
    with at(NOON):
        admin.get(PATH)
        tracemalloc.start()
        try:
            answer = admin.post(PATH, **body)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert "New people 2,000" in words(answer)
    assert peak < 8 * people_import.MEGABYTE


# ---- who may ----


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_signed_out_signs_in_first(app: Flask, ada: int, method: str) -> None:
    answer = app.test_client().open(PATH, method=method)
    back = f"?next={PATH}" if method == "GET" else ""
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
            assert send(browser, "import").status_code == 404
            assert browser.put(PATH).status_code == 405
    assert everything(app) == before


def test_accounts_that_change_meanwhile_are_said_to(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notifications_app.domain.people_import import actions

    def clash(*_given: Any) -> None:
        raise sa.exc.IntegrityError("INSERT", None, Exception("UNIQUE constraint failed"))

    before = everything(app)
    monkeypatch.setattr(actions, "_apply", clash)
    page = send(admin, "import")
    assert page.status_code == 400
    assert "Accounts were changed by somebody else meanwhile." in words(page)
    assert everything(app) == before
