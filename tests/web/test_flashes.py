"""Flash messages: shown once, kept where asked or too large, never lost."""

import random
import string
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request, session
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain import content
from notifications_app.domain.inbox.models import Delivery, Notification
from notifications_app.web import flashes
from notifications_app.web.flashes import Flash
from notifications_app.web.request_bodies import takes_any_body
from tests.support.people import sign_in


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An application of one's own: it gets routes."""
    return make_app()


@pytest.fixture
def speaking(app: Flask) -> Flask:
    """The application with a page that says what is posted to it, and one that shows it."""

    def speak() -> str:
        for one in request.get_json():
            words = dict(one)
            getattr(flashes, words.pop("how"))(words.pop("text"), **words)
        db.session.commit()
        return ""

    def shown() -> list[dict[str, Any]]:
        found = flashes.flashes(*request.args.getlist("category"))
        return [{"category": one.category, "text": one.text, "undo": one.undo,
                 "notification_id": one.notification_id} for one in found]  # fmt: skip

    app.add_url_rule("/speak", "speak", takes_any_body(speak), methods=["POST"])
    app.add_url_rule("/shown", "shown", shown)
    return app


@pytest.fixture
def reader(speaking: Flask, priya: int, bystander: int) -> FlaskClient:
    client = speaking.test_client()
    sign_in(client, "priya")
    client.get("/shown")
    return client


def say(client: FlaskClient, how: str, text: str, **more: Any) -> Any:
    answer = client.post("/speak", json=[{"how": how, "text": text, **more}])
    assert answer.status_code == 200
    return answer


def shown(client: FlaskClient, *categories: str) -> list[dict[str, Any]]:
    found = client.get("/shown", query_string={"category": categories}).json
    assert isinstance(found, list)
    return found


def notifications(app: Flask) -> list[tuple[int, str, str, str]]:
    """The notifications of everybody: owner, category, title and body."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(
                Delivery.user_id, Notification.category, Notification.title, Notification.body
            )
            .join(Notification, Notification.id == Delivery.notification_id)
            .order_by(Notification.id)
        )
        return [(row.user_id, row.category, row.title, row.body) for row in rows]


@pytest.mark.parametrize("category", content.CATEGORIES)
def test_each_category_is_shown_once_and_kept_nowhere(
    speaking: Flask, reader: FlaskClient, category: str
) -> None:
    say(reader, category, "Said & done.")
    assert shown(reader) == [
        {"category": category, "text": "Said & done.", "undo": None, "notification_id": None}
    ]
    assert shown(reader) == []
    assert notifications(speaking) == []


def test_several_keep_their_order_and_can_be_asked_for_by_category(reader: FlaskClient) -> None:
    said = [("info", "one"), ("error", "two"), ("info", "three")]
    reader.post("/speak", json=[{"how": how, "text": text} for how, text in said])
    say(reader, "success", "four")
    with reader.session_transaction() as before:
        waiting = list(before["_flashes"])
    assert [one["text"] for one in shown(reader)] == ["one", "two", "three", "four"]
    with reader.session_transaction() as again:
        again["_flashes"] = waiting
    assert [one["text"] for one in shown(reader, "info", "error")] == ["one", "two", "three"]


def test_a_stamp_to_undo_travels_with_it(reader: FlaskClient) -> None:
    say(reader, "success", "Dismissed one.", undo=1792324800123456)
    assert shown(reader)[0]["undo"] == 1792324800123456


def test_kept_it_is_a_notification_of_this_reader_as_well(
    speaking: Flask, reader: FlaskClient, priya: int
) -> None:
    say(reader, "warning", "Storage is 85% full.", keep=True)
    (one,) = shown(reader)
    assert one["text"] == "Storage is 85% full."
    assert notifications(speaking) == [(priya, "warning", "Storage is 85% full.", "")]
    page = reader.get(f"/inbox/{one['notification_id']}")
    assert "Storage is 85% full." in page.text


def test_a_long_one_that_is_kept_has_its_whole_text_as_the_body(
    speaking: Flask, reader: FlaskClient, priya: int
) -> None:
    text = "A sentence of several words. " * 8
    say(reader, "info", text, keep=True)
    ((_, _, title, body),) = notifications(speaking)
    assert title == text[:139].rsplit(" ", 1)[0] + "…"
    assert body == text.strip()


def test_one_over_a_kilobyte_becomes_a_notification_and_says_so(
    speaking: Flask, reader: FlaskClient, priya: int
) -> None:
    say(reader, "error", "x" * 1024)
    assert shown(reader)[0]["text"] == "x" * 1024
    assert notifications(speaking) == []
    say(reader, "error", "word " * 205)
    (one,) = shown(reader)
    assert one["category"] == "error"
    assert one["text"].endswith("…” is too long for a flash, so it is kept in your inbox.")
    assert one["notification_id"]
    ((owner, category, _, body),) = notifications(speaking)
    assert (owner, category, body) == (priya, "error", ("word " * 205).strip())


def test_bytes_count_not_letters(speaking: Flask, reader: FlaskClient) -> None:
    say(reader, "info", "\U0001f642" * 256)
    assert shown(reader)[0]["notification_id"] is None
    say(reader, "info", "\U0001f642" * 257)
    assert shown(reader)[0]["notification_id"]


def test_together_they_fit_the_cookie_and_the_oldest_goes(
    speaking: Flask, reader: FlaskClient
) -> None:
    chance = random.Random(1)
    texts = ["".join(chance.choices(string.printable[:94], k=900)) for _ in range(8)]
    for text in texts:
        answer = say(reader, "info", text)
        assert len(answer.headers["Set-Cookie"]) < 4096
    assert [one["text"] for one in shown(reader)] == texts[-2:]
    assert notifications(speaking) == []


def test_hundreds_that_nobody_looks_at_fill_neither_the_cookie_nor_the_inbox(
    speaking: Flask, reader: FlaskClient
) -> None:
    chance = random.Random(1)
    for _ in range(120):
        answer = say(reader, "success", "".join(chance.choices(string.ascii_letters, k=120)))
        assert len(answer.headers.get("Set-Cookie", "")) < 4096
    assert notifications(speaking) == []


def test_somebody_signed_out_sees_the_beginning_of_a_large_one(speaking: Flask) -> None:
    client = speaking.test_client()
    say(client, "info", "word " * 300, keep=True)
    (one,) = shown(client)
    assert one["text"].endswith("… The rest was too long to show.")
    assert notifications(speaking) == []


@pytest.mark.parametrize(
    "text",
    ["nul \0 in it", "\0", "", "\u202eturned", "a\nb", "x" * 3000, "\0" * 2000, "y\0" * 700,
     "long\n" * 1500, "\u200b", "e\u0301" * 700, "\x1b[31m red"],
    ids=ascii,
)  # fmt: skip
def test_whatever_is_said_can_be_kept(speaking: Flask, reader: FlaskClient, text: str) -> None:
    say(reader, "info", text, keep=True)
    assert len(shown(reader)) == 1
    assert len(notifications(speaking)) == 1


def test_a_category_may_be_a_value_but_only_one_of_the_four(app: Flask) -> None:
    with app.test_request_context():
        flashes.add("warning", "Take care.")
        with pytest.raises(ValueError, match="no category"):
            flashes.add("danger", "Take care.")
        assert len(session["_flashes"]) == 1


def test_a_flash_of_plain_flask_is_shown_as_information(app: Flask) -> None:
    from flask import flash

    with app.test_request_context():
        flash("Said by somebody else.")
        assert flashes.flashes() == [Flash("info", "Said by somebody else.")]


def test_a_flash_is_escaped_on_the_page(reader: FlaskClient) -> None:
    say(reader, "info", "<script>alert(1)</script>")
    page = reader.get("/inbox").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_late_badge_answer_does_not_put_back_a_session(reader: FlaskClient) -> None:
    say(reader, "info", "Pending.")
    assert "Set-Cookie" not in reader.get("/inbox/badge").headers
    assert shown(reader)[0]["text"] == "Pending."
