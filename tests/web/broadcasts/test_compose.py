"""The composer: what is tried is what is sent, what is wrong stands at its field, once is once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, before_render_template
from flask.testing import FlaskClient

from notifications_app.core.database import db, reading
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.accounts import groups
from notifications_app.domain.broadcasts import queries
from notifications_app.domain.inbox import change_groups, change_timezone
from notifications_app.domain.inbox.models import Release
from tests.support.audit import entries
from tests.support.broadcast_pages import (
    NEW,
    PLAIN,
    all_sent,
    chosen,
    compose,
    errors,
    focused,
    key_in,
    preview,
    value,
    words,
)
from tests.support.moments import HOUR, NOON, NOW, at
from tests.support.people import add_user, replay, sign_in
from tests.support.shell import Said, stored

TOMORROW_NINE = "2026-11-21T09:00"


@pytest.fixture
def ops(app: Flask, priya: int) -> str:
    """A group with Priya in it."""
    with app.app_context():
        groups.create("ops")
        change_groups.join_group("ops", [priya], NOON)
        db.session.commit()
    return "ops"


def sent(app: Flask, answer: Any) -> Any:
    """The broadcast that an answer leads to."""
    assert answer.status_code == 303, errors(answer)
    number = int(answer.headers["Location"].removeprefix("/admin/broadcasts/"))
    with app.app_context(), reading() as connection:
        return queries.broadcast(connection, number, NOW)


def test_what_is_sent_is_what_was_typed_from_who_typed_it(
    app: Flask, admin: FlaskClient, ops: str
) -> None:
    with at(NOW):
        answer = compose(
            admin, title=" Hello ", body="It is **noon**.", category="warning", topic="lunch",
            action_url="/compare", action_label="Look", is_banner="y", to="group", group=ops,
        )  # fmt: skip
        found = sent(app, answer)
        page = words(admin.get(answer.headers["Location"]))
    assert (found.title, found.body, found.category, found.topic) == (
        "Hello", "It is **noon**.", "warning", "lunch",
    )  # fmt: skip
    assert (found.action_url, found.action_label, found.is_banner) == ("/compare", "Look", True)
    assert (found.channel, found.sender, found.arrives_at) == ("group:ops", "ada", NOW)
    assert "Sent notification 1 “Hello” to the group ops (1 person) now." in page
    assert entries(app) == [
        ("broadcast.sent", "notification 1",
         {"title": "Hello", "to": "group:ops", "audience": 1}),
    ]  # fmt: skip
    with at(NOW):
        assert "Broadcast sent" in admin.get("/admin/audit").text
        assert "ada" in words(admin.get("/admin/audit")).partition("audience: 1")[2]


@pytest.mark.parametrize(("to", "channel", "people"), [
    ("everyone", "everyone", 3), ("admins", "role:admin", 1), ("group", "group:ops", 1),
])  # fmt: skip
def test_as_many_as_the_preview_counts_have_it_afterwards(
    app: Flask, admin: FlaskClient, ops: str, to: str, channel: str, people: int
) -> None:
    clients = {"ada": admin}
    gone = add_user(app, "gone")
    with app.app_context():
        accounts.set_active(gone, active=False)
        db.session.commit()
    with at(NOW):
        said = preview(admin, to=to, group=ops)
        answer = compose(admin, to=to, group=ops)
        assert sent(app, answer).channel == channel
        for name in ("priya", "noor"):
            clients[name] = app.test_client()
            sign_in(clients[name], name)
        have = [name for name, one in clients.items() if "Hello" in one.get("/inbox.json").text]
    assert len(have) == people
    count = "1 person" if people == 1 else f"{people} people"
    assert f"{count} would receive it now: {', '.join(sorted(have))}." in said


def test_a_preview_writes_nothing_and_shows_it_as_its_reader_would_see_it(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    before = stored(app)
    with at(NOW):
        answer = compose(
            admin, "preview", title="Hello {{ display_name }}", body="**Bold** <b>{{display_name}}",
            category="error", is_banner="y", action_url="https://example.org",
        )  # fmt: skip
        assert compose(admin, "").status_code == 200  # what no button said sends nothing
    said = words(answer)
    assert "Hello ada" in said
    assert "<strong>Bold</strong> &lt;b&gt;ada" in answer.text
    assert "As a banner" in said
    assert '<span class="word is-error">Error</span>' in answer.text
    assert value(answer, "title") == "Hello {{ display_name }}"
    assert 'href="https://example.org" rel="noopener noreferrer"' in answer.text
    assert stored(app) == before
    assert entries(app) == []


def test_a_preview_at_each_readers_own_time_counts_as_the_command_does(
    app: Flask, admin: FlaskClient, shell: Callable[..., Said]
) -> None:
    times = {"when": "local", "at": TOMORROW_NINE, "end": "in", "expires_in": "2d"}
    with at(NOW):
        said = preview(admin, **times)
        command = shell(
            "broadcast", "send", "--title", "Hello", "--local", "--at", "2026-11-21 09:00",
            "--expires-in", "2d", "--dry-run", "--json",
        ).json  # fmt: skip
        found = sent(app, compose(admin, **times))
    assert (
        f"{command['audience']} people would receive it at Sat 21 Nov 2026, 09:00 on each" in said
    )
    table = said.partition("Your time People")[2]
    for zone in command["zones"]:
        here = {"Asia/Kolkata": "03:30", "UTC": "09:00"}[zone["zone"]]
        row = f"{zone['zone']} There Sat 21 Nov, 09:00 Your time Sat 21 Nov, {here} People"
        assert f"{row} {zone['people']}" in table
    assert len(command["zones"]) == 2
    assert found.is_local
    assert found.expires_at == found.last_arrives_at + timedelta(days=2)


def test_a_time_is_in_the_administrators_zone_which_the_page_names(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    with app.app_context():
        change_timezone.set_timezone(ada, "America/New_York", NOON)
        db.session.commit()
    with at(NOW):
        assert "At a specific time in America/New_York (EST)" in words(admin.get(NEW))
        times = {"when": "at", "at": TOMORROW_NINE, "end": "at", "expires_at": "2026-11-22T09:30"}
        said = preview(admin, **times)
        found = sent(app, compose(admin, **times))
    assert found.arrives_at == datetime(2026, 11, 21, 14, tzinfo=UTC)
    assert found.expires_at == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    assert "from Sat 21 Nov 2026, 09:00 EST, until Sun 22 Nov 2026, 09:30 EST" in said


def test_held_back_it_can_be_recalled_unseen(app: Flask, admin: FlaskClient) -> None:
    reader = app.test_client()
    with at(NOW):
        answer = compose(admin, hold="y")
        assert sent(app, answer).arrives_at == NOW + timedelta(minutes=5)
        page = words(admin.get(answer.headers["Location"]))
        sign_in(reader, "priya")
    assert (
        "Nobody will see it before Fri 20 Nov 2026, 13:05 UTC, so you can still recall it." in page
    )
    with at(NOW + timedelta(minutes=4)):
        assert "Hello" not in reader.get("/inbox").text
        assert "Nobody has received it yet;" in admin.get("/admin/broadcasts/1/recall").text
    with at(NOW + timedelta(minutes=5)):
        assert "Hello" in reader.get("/inbox").text


@pytest.mark.parametrize(
    ("fields", "button"),
    [
        ({}, "Send to 3 people now"),
        ({"hold": "y"}, "Send to 3 people in 5 minutes"),
        ({"when": "at", "at": TOMORROW_NINE, "hold": "y"}, "Schedule for 3 people"),
        ({"when": "local", "at": TOMORROW_NINE}, "Schedule for 3 people"),
        ({"to": "admins"}, "Send to 1 person now"),
    ],
)
def test_the_button_that_sends_comes_with_the_review(
    admin: FlaskClient, fields: dict[str, str], button: str
) -> None:
    with at(NOW):
        fresh = admin.get(NEW).text
        assert 'value="send"' not in fresh
        assert re.search(r'<input[^>]* checked[^>]* name="hold"', fresh)
        assert button in preview(admin, **fields)


def test_only_what_was_reviewed_is_sent(app: Flask, admin: FlaskClient) -> None:
    with at(NOW):
        data = {**PLAIN, "key": key_in(admin.get(NEW)), "do": "send"}
        first = admin.post(NEW, data=data)
        assert (first.status_code, "Send to 3 people now" in first.text) == (200, True)
        assert "has changed since your last review" not in first.text
        other = {**data, "title": "Other", "reviewed": value(first, "reviewed")}
        second = admin.post(NEW, data=other)
        assert (second.status_code, all_sent(app)) == (200, [])
        assert "Something changed after your last review. Nothing was sent" in second.text
        done = admin.post(NEW, data={**other, "reviewed": value(second, "reviewed")})
    assert sent(app, done).title == "Other"


def test_a_local_one_that_is_delayed_speaks_of_the_zones_in_use(
    app: Flask, admin: FlaskClient
) -> None:
    times = {"when": "local", "at": "2026-11-23T09:00", "hold": "y"}
    with at(NOW):
        said = preview(admin, **times)
        page = words(admin.get(compose(admin, **times).headers["Location"]))
    assert "Schedule for " in said
    assert "Scheduled notification 1 “Hello” for everyone" in page
    # The first is in Kolkata, not on Kiritimati.
    assert "nobody will see it before Mon 23 Nov 2026, 03:30 UTC" in said
    assert "Nobody will see it before Mon 23 Nov 2026, 03:30 UTC, so you" in page


# ---- once is once ----


def test_the_same_page_sent_twice_sends_once(app: Flask, admin: FlaskClient) -> None:
    other_tab = replay(app, admin)
    with at(NOW):
        key = key_in(admin.get(NEW))
        first, second = (compose(admin, key=key) for _time in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        page = words(admin.get(second.headers["Location"]))
    with at(NOW - timedelta(seconds=2)):  # of two clicks the second was served first
        earlier = compose(other_tab, key=key)
    with at(NOW + HOUR):
        again = compose(admin, key=key)
    assert earlier.headers["Location"] == first.headers["Location"]
    assert again.headers["Location"] == first.headers["Location"]
    assert "This was already sent, as notification 1." in page
    assert [one.key for one in all_sent(app)] == [key]
    assert len(entries(app)) == 1


def test_the_same_page_with_other_words_is_refused_and_then_another_broadcast(
    app: Flask, admin: FlaskClient
) -> None:
    with at(NOW):
        key = key_in(admin.get(NEW))
        compose(admin, key=key)
        refused = compose(admin, key=key, title="Other")
        assert refused.status_code == 400
        assert errors(refused)[""].startswith("This form was already sent, with other")
        assert value(refused, "title") == "Other"
        assert compose(admin, key=key_in(refused), title="Other").status_code == 303
    assert [one.title for one in all_sent(app)] == ["Hello", "Other"]


@pytest.mark.parametrize(
    "changed",
    [
        {"hold": "y"},
        {"when": "at", "at": "2026-11-20T16:00"},
        {"when": "local", "at": "2026-11-21T09:00"},
        {"end": "in", "expires_in": "1d"},
    ],
)
def test_the_same_page_at_another_time_is_not_taken_for_the_same(
    app: Flask, admin: FlaskClient, changed: dict[str, str]
) -> None:
    with at(NOW):
        key = key_in(admin.get(NEW))
        compose(admin, key=key)
    with at(NOW + timedelta(minutes=1)):
        refused = compose(admin, key=key, **changed)
        assert refused.status_code == 400
        assert errors(refused)[""].startswith("This form was already sent, with other")
        assert compose(admin, key=key_in(refused), **changed).status_code == 303
    assert len(all_sent(app)) == 2


def test_a_page_that_says_what_was_refused_keeps_nobody_from_writing(
    app: Flask, admin: FlaskClient
) -> None:
    holding: list[bool] = []

    def looks(*_sent: Any, **_more: Any) -> None:
        holding.append(db.session().in_transaction())

    with at(NOW), before_render_template.connected_to(looks, app):
        key = key_in(admin.get(NEW))
        compose(admin, key=key)
        assert compose(admin, key=key, title="Other").status_code == 400
    assert holding[-1:] == [False]


@pytest.mark.parametrize("key", ["", "x", "page-short", "page-" + "x" * 200, "monday\n"])
def test_a_key_that_no_page_gave_is_not_taken(app: Flask, admin: FlaskClient, key: str) -> None:
    with at(NOW):
        for _time in range(2):
            assert compose(admin, key=key).status_code == 303
    keys = {one.key for one in all_sent(app)}
    assert len(keys) == 2
    assert key not in keys


def test_a_fresh_page_has_a_fresh_key_and_a_refused_one_keeps_its_own(admin: FlaskClient) -> None:
    with at(NOW):
        keys = {key_in(admin.get(NEW)) for _time in range(5)}
        refused = compose(admin, title="", key=min(keys))
        tried = compose(admin, "preview", key=min(keys))
    assert len(keys) == 5
    assert key_in(refused) == key_in(tried) == min(keys)


# ---- what is wrong ----

WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"title": " "}, "title", "Enter a title."),
    ({"title": "a\tb"}, "title", "A title cannot contain U+0009; remove it."),
    ({"title": "Hi {{name}}"}, "title", "There is no placeholder “{{name}}”. Use"),
    ({"body": "x" * 4001}, "body", "A body has at most 4000 characters; this one has 4001."),
    ({"category": "urgent"}, "category", "A category must be success, error, warning or info."),
    ({"topic": "Two words"}, "topic", "A topic can contain only a to z"),
    ({"action_url": "javascript:alert(1)"}, "action_url", "A link must start with https://"),
    ({"action_label": "Open"}, "action_label", "The link text needs a link"),
    ({"to": "group", "group": "nobody"}, "group", "Choose a group."),
    ({"to": "group"}, "group", "Choose a group."),
    ({"to": "somebody"}, "to", "Choose one of these."),
    ({"when": "soon"}, "when", "Choose one of these."),
    ({"when": "at", "at": ""}, "at", "Enter a date (1970 to 2999)"),
    ({"when": "local", "at": "tomorrow"}, "at", "Enter a date (1970 to 2999)"),
    ({"when": "at", "at": "2026-11-20T12:59"}, "at", "That time is past. Choose a later one (UTC)"),
    ({"when": "local", "at": "2026-11-19T12:00"}, "at", "That time is past."),
    ({"end": "later"}, "end", "Choose one of these."),
    ({"end": "in", "expires_in": "soon"}, "expires_in", "Enter a length of time such as 30m"),
    ({"end": "at", "expires_at": ""}, "expires_at", "Enter a date (1970 to 2999)"),
    ({"end": "at", "expires_at": "2026-11-20T12:00"}, "expires_at", "It would expire in the past."),
    ({"when": "at", "at": TOMORROW_NINE, "end": "at", "expires_at": "2026-11-21T08:00"},
     "expires_at", "It would expire before it starts."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "field", "sentence"), WRONG)
@pytest.mark.parametrize("do", ["send", "preview"])
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(
    app: Flask, admin: FlaskClient, ops: str, do: str,
    fields: dict[str, str], field: str, sentence: str,
) -> None:  # fmt: skip
    typed = {"title": "Kept", "body": "Kept too", "topic": "kept", "to": "admins", **fields}
    with at(NOW):
        answer = compose(admin, do, **typed)
    assert answer.status_code == 400
    found = errors(answer)
    assert list(found) == [field]
    assert found[field].startswith(sentence)
    for name in ("title", "body", "topic", "action_url", "at", "expires_at"):
        assert value(answer, name).strip() == typed.get(name, "").strip(), name
    if field not in {"to", "when", "end"}:
        assert chosen(answer, "to") == typed["to"]
        assert chosen(answer, "when") == typed.get("when", "now")
    assert "<title>Error: New broadcast" in answer.text
    assert all_sent(app) == []


#: Five mistakes in the order of the page, and how each sentence begins.
FIVE = {
    "body": ("{{nam}}", "There is no placeholder “{{nam}}”. Use"),
    "topic": ("Two Words", "A topic can contain only a to z"),
    "action_url": ("javascript:x", "A link must start with https://"),
    "at": ("", "Enter a date (1970 to 2999)"),
    "expires_in": ("soon", "Enter a length of time such as 30m"),
}


@pytest.mark.parametrize("do", ["send", "preview"])
def test_all_that_is_wrong_is_said_at_once_and_the_focus_is_on_the_first(
    app: Flask, admin: FlaskClient, do: str
) -> None:
    with at(NOW):
        typed = {name: one for name, (one, _sentence) in FIVE.items()}
        answer = compose(admin, do, **typed, when="local", end="in")
    assert answer.status_code == 400
    found = errors(answer)
    assert list(found) == list(FIVE)
    assert focused(answer) == "body"
    assert answer.text.count('aria-invalid="true"') == 5
    for name, (one, sentence) in FIVE.items():
        assert found[name].startswith(sentence)
        assert value(answer, name) == one
    assert (value(answer, "title"), chosen(answer, "when")) == ("Hello", "local")
    assert all_sent(app) == []


@pytest.mark.parametrize(("fields", "first"), [
    ({"title": "", "category": "urgent"}, "title"),
    ({"category": "urgent", "topic": ""}, "category"),
    ({"to": "group", "when": "at"}, "group"),
    ({"to": "somebody", "when": "soon", "end": "in", "expires_in": ""}, "to"),
    ({"when": "soon", "end": "in", "expires_in": ""}, "when"),
    # What stands in the fields of a choice that was not made is not looked at.
    ({"topic": "", "at": "x", "expires_in": "x", "expires_at": "x"}, "topic"),
])  # fmt: skip
def test_the_focus_is_on_the_first_that_is_wrong(
    admin: FlaskClient, ops: str, fields: dict[str, str], first: str
) -> None:
    with at(NOW):
        answer = compose(admin, **fields)
    assert focused(answer) == first == next(iter(errors(answer)))


@pytest.mark.parametrize(("start", "wrong"), [
    (
        {"when": "at", "at": TOMORROW_NINE},
        {"title": "Enter a title.", "expires_at": "It would expire be"},
    ),
    ({"when": "at", "at": ""}, {"title": "Enter a title.", "at": "Enter a date"}),
])  # fmt: skip
def test_an_end_before_the_start_is_said_with_the_rest(
    admin: FlaskClient, start: dict[str, str], wrong: dict[str, str]
) -> None:
    with at(NOW):
        found = errors(compose(admin, title="", end="at", expires_at="2026-11-21T08:00", **start))
        past = errors(compose(admin, title="", end="at", expires_at="2026-11-20T08:00", **start))
    assert list(found) == list(wrong)
    assert all(found[name].startswith(wrong[name]) for name in wrong), found
    assert past["expires_at"] == "It would expire in the past. Choose a later expiry."


def test_a_time_that_the_clocks_skip_is_refused_with_the_one_after_it(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    with app.app_context():
        change_timezone.set_timezone(ada, "Europe/Paris", NOON)
        db.session.commit()
    with at(NOW):
        for field, choice in (("at", "when"), ("expires_at", "end")):
            found = errors(compose(admin, **{choice: "at", field: "2027-03-28T02:30"}))
            assert found[field].startswith("02:30 does not exist on that day in Europe/Paris.")


def test_the_minute_that_has_begun_is_not_past(app: Flask, admin: FlaskClient) -> None:
    with at(NOW + timedelta(seconds=59)):
        found = sent(app, compose(admin, when="at", at="2026-11-20T13:00"))
    assert found.arrives_at == NOW + timedelta(seconds=59)


def test_a_group_that_went_meanwhile_is_not_sent_to(
    app: Flask, admin: FlaskClient, ops: str
) -> None:
    with app.app_context():
        db.session.execute(sa.text("DELETE FROM group_members"))
        db.session.execute(sa.text("DELETE FROM groups"))
        db.session.commit()
    with at(NOW):
        answer = compose(admin, to="group", group=ops)
        assert "There are no groups yet" in admin.get(NEW).text
    assert errors(answer) == {"group": "Choose a group."}
    with app.app_context():
        assert db.session.execute(sa.select(sa.func.count()).select_from(Release)).scalar() == 0
