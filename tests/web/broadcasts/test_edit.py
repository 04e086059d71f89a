"""The page that edits a broadcast: for everyone at once, and unread again where that is wanted."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.broadcasts import recalling, sending
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.content import check
from notifications_app.domain.inbox import change_timezone
from notifications_app.domain.inbox.models import Release
from tests.support.audit import entries
from tests.support.broadcast_pages import all_sent, chosen, errors, focused, value, words
from tests.support.moments import HOUR, LATER, NOON, NOW, at
from tests.support.people import sign_in

PAGE = "/admin/broadcasts/1/edit"
#: Not on a whole minute, as a field for a time shows it.
END = NOW + timedelta(days=7, seconds=33, microseconds=7)


@pytest.fixture
def cast(app: Flask, admin: FlaskClient) -> FlaskClient:
    """Ada's browser, and two broadcasts; the second must not move."""
    said = check("Hello", "It is **noon**.", "warning", "lunch", action_url="/compare")
    with app.app_context():
        for title in ("Hello", "Other"):
            content = said if title == "Hello" else check(title)
            sending.broadcast("everyone", content, NOW, SendOptions(expires_at=END))
        db.session.commit()
    return admin


def save(client: FlaskClient, do: str = "save", **fields: str) -> Any:
    """Change some of the fields of the page and press one of its buttons."""
    page = client.get(PAGE)
    names = ("title", "body", "topic", "action_url", "action_label", "expires_at", "seen")
    data = {name: value(page, name) for name in names}
    data |= {"category": "warning", "end": chosen(page, "end"), "do": do, **fields}
    return client.post(PAGE, data=data)


def told(client: FlaskClient, answer: Any) -> str:
    """The words on the page that follows a change."""
    assert answer.status_code == 303, errors(answer)
    assert answer.headers["Location"] == "/admin/broadcasts/1"
    return words(client.get(answer.headers["Location"]))


def test_the_page_holds_what_it_says_now(cast: FlaskClient) -> None:
    with at(LATER):
        page = cast.get(PAGE)
    found = {name: value(page, name) for name in ("title", "body", "topic", "action_url",
                                                  "action_label", "expires_at")}  # fmt: skip
    assert found == {"title": "Hello", "body": "It is **noon**.", "topic": "lunch",
                     "action_url": "/compare", "action_label": "Open",
                     "expires_at": "2026-11-27T13:00"}  # fmt: skip
    assert chosen(page, "end") == "at"
    assert '<option value="warning" selected>Warning' in page.text


def test_saving_what_is_there_changes_nothing_not_even_the_seconds_of_its_end(
    app: Flask, cast: FlaskClient
) -> None:
    before = all_sent(app)
    with at(LATER):
        said = told(cast, save(cast))
    assert "No changes to notification 1." in said
    assert all_sent(app) == before
    assert entries(app) == []


def test_a_preview_shows_how_it_would_read_and_changes_nothing(
    app: Flask, cast: FlaskClient
) -> None:
    before = all_sent(app)
    with at(LATER):
        answer = save(cast, "preview", title="Hi {{display_name}}", is_banner="y")
        wrong = save(cast, "preview", title="")
    said = words(answer)
    assert answer.status_code == 200
    assert "How it will look. Nothing is changed yet. In the inbox Hi ada It is noon" in said
    assert "As a banner" in said
    assert value(answer, "title") == "Hi {{display_name}}"
    assert (wrong.status_code, list(errors(wrong))) == (400, ["title"])
    assert all_sent(app) == before
    assert entries(app) == []


def test_a_change_is_for_everyone_at_once_and_is_named(app: Flask, cast: FlaskClient) -> None:
    reader, other = app.test_client(), all_sent(app)[1]
    with at(LATER):
        sign_in(reader, "priya")
        reader.post("/inbox/1/read")
        said = told(cast, save(cast, title="Hello all", is_banner="y", end="never"))
        shown = reader.get("/inbox.json").json["notifications"]
    assert "Changed the banner, expiry and title of notification 1 for everyone." in said
    assert [(one["title"], one["unread"]) for one in shown] == [
        ("Other", True), ("Hello all", False),
    ]  # fmt: skip
    first, second = all_sent(app)
    assert (first.title, first.expires_at, first.edited_at) == ("Hello all", None, LATER)
    assert second == other
    assert entries(app) == [
        ("broadcast.edited", "notification 1",
         {"changed": ["expires_at", "is_banner", "title"], "notify_again": False}),
    ]  # fmt: skip
    with at(LATER):
        assert "ada" in words(cast.get("/admin/audit")).partition("notify again: no")[2]


@pytest.mark.parametrize(("title", "sentence"), [
    ("Hello", "Notification 1 is unread again for everyone who received it."),
    ("Hi", "Changed the title of notification 1; it is unread again for everyone"),
])  # fmt: skip
def test_notified_again_it_is_unread_for_those_who_had_it(
    app: Flask, cast: FlaskClient, title: str, sentence: str
) -> None:
    reader = app.test_client()
    with at(LATER):
        sign_in(reader, "priya")
        for number in (1, 2):
            reader.post(f"/inbox/{number}/dismiss")
        assert sentence in told(cast, save(cast, "again", title=title))
    with at(LATER + HOUR):
        shown = reader.get("/inbox.json").json["notifications"]
    assert [(one["title"], one["unread"]) for one in shown] == [(title, True)]
    assert entries(app)[0][2]["notify_again"] is True


@pytest.mark.parametrize(("title", "sentence"), [
    ("Hello", "Nobody has received notification 1 yet; it will arrive unread."),
    ("Hi", "Changed the title of notification 1 for everyone. "),
])  # fmt: skip
def test_what_nobody_had_is_not_unread_again(
    app: Flask, cast: FlaskClient, title: str, sentence: str
) -> None:
    with app.app_context():
        db.session.execute(sa.update(Release).values(arrives_at=LATER + HOUR))
        db.session.commit()
    with at(LATER):
        said = told(cast, save(cast, "again", title=title))
    assert sentence in said
    assert "unread again" not in said


def test_a_length_of_time_counts_from_now_and_a_time_is_in_the_administrators_zone(
    app: Flask, cast: FlaskClient, ada: int
) -> None:
    with app.app_context():
        change_timezone.set_timezone(ada, "Asia/Tokyo", NOON)
        db.session.commit()
    with at(LATER):
        told(cast, save(cast, end="in", expires_in="2h"))
        assert all_sent(app)[0].expires_at == LATER + 2 * HOUR
        told(cast, save(cast, end="at", expires_at="2026-11-23T09:00"))
        assert all_sent(app)[0].expires_at.isoformat() == "2026-11-23T00:00:00+00:00"


@pytest.mark.parametrize(("fields", "field", "sentence"), [
    ({"title": ""}, "title", "Enter a title."),
    ({"body": "{{you}}"}, "body", "There is no placeholder"),
    ({"action_url": "ftp://x"}, "action_url", "A link must start with"),
    ({"end": "at", "expires_at": "2026-11-20T13:05"}, "expires_at", "It would expire in the past."),
    ({"end": "in", "expires_in": "x"}, "expires_in", "Enter a length of time"),
    ({"end": "some day"}, "end", "Choose one of these."),
])  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(
    app: Flask, cast: FlaskClient, fields: dict[str, str], field: str, sentence: str
) -> None:
    before = all_sent(app)
    with at(LATER):
        answer = save(cast, "again", **{"topic": "kept", **fields})
    assert answer.status_code == 400
    found = errors(answer)
    assert list(found) == [field]
    assert found[field].startswith(sentence)
    assert value(answer, "topic") == "kept"
    assert field == "end" or value(answer, field) == fields[field]
    assert all_sent(app) == before


@pytest.mark.parametrize("do", ["save", "again", "preview"])
def test_all_that_is_wrong_is_said_at_once_and_the_focus_is_on_the_first(
    app: Flask, cast: FlaskClient, do: str
) -> None:
    before = all_sent(app)
    typed = {"title": "Kept", "body": "{{nam}}", "topic": "Two Words", "action_url": "ftp:",
             "action_label": "x" * 41, "expires_in": "soon"}  # fmt: skip
    with at(LATER):
        answer = save(cast, do, **typed, end="in")
    assert answer.status_code == 400
    assert list(errors(answer)) == list(typed)[1:]
    assert focused(answer) == "body"
    assert {name: value(answer, name) for name in typed} == typed
    assert all_sent(app) == before


def test_what_is_over_is_put_right_without_a_new_end(app: Flask, cast: FlaskClient) -> None:
    with at(END + HOUR):
        sign_in(cast, "ada")
        assert save(cast, "preview", title="Hi").status_code == 200
        told(cast, save(cast, title="Hi"))
        refused = save(cast, "again", title="Hi")
    assert list(errors(refused)) == ["expires_at"]
    assert [one.title for one in all_sent(app)] == ["Hi", "Other"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(
    app: Flask, cast: FlaskClient
) -> None:
    with at(LATER):
        stale = value(cast.get(PAGE), "seen")
        told(cast, save(cast, title="Theirs"))
        refused = save(cast, title="Mine", seen=stale)
        assert refused.status_code == 400
        assert errors(refused)[""].startswith(
            "Someone else edited this broadcast while this page was open."
        )
        assert value(refused, "title") == "Mine"
        assert all_sent(app)[0].title == "Theirs"
        told(cast, save(cast, title="Mine", seen=value(refused, "seen")))
    assert all_sent(app)[0].title == "Mine"


def test_recalled_while_the_page_was_open_it_is_not_changed(app: Flask, cast: FlaskClient) -> None:
    with at(LATER):
        page = cast.get(PAGE)
        with app.app_context():
            recalling.recall(1, LATER)
            db.session.commit()
        answer = cast.post(PAGE, data={"title": "Other", "seen": value(page, "seen")})
        said = told(cast, answer)
    assert "Broadcast #1 was recalled, so it can’t be edited." in said
    assert all_sent(app)[0].title == "Hello"
    assert [one[0] for one in entries(app)] == ["broadcast.recalled"]
