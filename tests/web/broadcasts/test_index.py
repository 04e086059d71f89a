"""The list of broadcasts."""

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import groups
from notifications_app.domain.inbox import change_timezone
from tests.support.broadcast_pages import broadcast, words
from tests.support.inbox_pages import link
from tests.support.moments import HOUR, LATER, NOW, at

LIST = "/admin/broadcasts"

DAY = timedelta(days=1)


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r'<h2><a [^>]*dir="auto">([^<]*)</a>', answer.text)


def test_the_list_shows_each_state_by_word_and_filters_by_it(
    admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    with at(LATER):
        every = admin.get(LIST)
        assert titles(every) == ["Recalled one", "Expired one", "Scheduled one", "Live one"]
        tags = re.findall(r'class="tag [^>]*>.*?</svg>(\w+)', every.text, re.DOTALL)
        assert tags == ["Recalled", "Expired", "Scheduled", "Live"]
        for state in one_of_each:
            found = admin.get(f"{LIST}?state={state}")
            assert titles(found) == [f"{state.capitalize()} one"]
            assert re.search(rf'state={state}" aria-current="page"', found.text)
        for state in ("", "nothing", "Live", "live "):
            assert admin.get(LIST, query_string={"state": state}).status_code == 404


def test_a_row_says_to_whom_and_when_in_the_administrators_zone(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    with app.app_context():
        groups.create("ops")
        change_timezone.set_timezone(ada, "Asia/Tokyo", NOW)
        db.session.commit()
    broadcast(app, "First", "group:ops", arrives_at=NOW + DAY, is_banner=True)
    broadcast(app, "Second", "role:admin", local_at=(NOW + DAY).replace(tzinfo=None))
    broadcast(app, "<b>Third</b>")
    with at(LATER):
        answer = admin.get(LIST)
    said = words(answer)
    assert "to the group ops Sat 21 Nov, 22:00 banner" in said
    assert "to the administrators at each reader’s own time, from Sat 21 Nov, 13:00" in said
    assert "<b>Third</b> Info #3 to everyone Fri 20 Nov, 22:00" in said
    assert "<b>" not in answer.text
    assert "Times are in Asia/Tokyo (JST)." in said


def test_the_list_is_turned_by_pages_and_leads_back_to_the_newest(
    app: Flask, admin: FlaskClient
) -> None:
    for count in range(51):
        broadcast(app, f"No. {count}", arrives_at=NOW + (DAY if count % 2 else -HOUR))
    with at(LATER):
        first = admin.get(LIST)
        second = admin.get(link(first, "Older") or "")
        third = admin.get(link(second, "Older") or "")
        scheduled = admin.get(f"{LIST}?state=scheduled")
        none_left = admin.get(link(second, "Older").replace("?", "?state=scheduled&"))
    seen = [titles(first), titles(second), titles(third)]
    assert [len(page) for page in seen] == [25, 25, 1]
    assert [title for page in seen for title in page] == [
        f"No. {count}" for count in range(50, -1, -1)
    ]
    assert link(first, "Back to the newest") is None
    assert link(third, "Back to the newest") == LIST
    assert link(third, "Older") is None
    assert len(titles(scheduled)) == 25
    assert link(scheduled, "Older") is None
    assert "No more broadcasts." in none_left.text
    assert link(none_left, "Back to the newest") == f"{LIST}?state=scheduled"


def test_a_place_in_the_list_cannot_be_made_up(admin: FlaskClient) -> None:
    with at(LATER):
        for words_ in ("x", "1-1-abc", "9" * 50):
            assert admin.get(LIST, query_string={"before": words_}).status_code == 400


def test_an_empty_list_says_what_would_stand_there(admin: FlaskClient) -> None:
    with at(LATER):
        for state, sentence in (
            (None, "No broadcasts yet."),
            ("live", "No live broadcasts."),
            ("scheduled", "No scheduled broadcasts."),
            ("expired", "No expired broadcasts."),
            ("recalled", "No recalled broadcasts."),
        ):
            answer = admin.get(LIST, query_string={"state": state} if state else {})
            assert sentence in answer.text
            assert 'href="/admin/broadcasts/new"' in answer.text
