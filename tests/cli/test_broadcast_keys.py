"""A command that is repeated with its key, whatever has happened since: it sends nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app import broadcast, notify
from notifications_app.core.database import db
from notifications_app.core.errors import BadTime
from notifications_app.domain.inbox import change_timezone
from notifications_app.domain.inbox.models import Notification
from tests.support import inbox
from tests.support.broadcast_pages import NEW, compose, key_in
from tests.support.moments import HOUR, NOW, at
from tests.support.shell import stored

KEY = ("--key", "k")
SEND = ("broadcast", "send", "--title", "Hello", *KEY)
LOCAL = ("--local", "--at", "2026-11-21 09:00")
NAMED = ("--to-user", "priya", "--to-user", "noor")
LATER = NOW + timedelta(days=9)
BEFORE = "This key was already used for notification 1"


@pytest.fixture(autouse=True)
def typing_time(app: Flask, ada: int, priya: int, bystander: int) -> Iterator[None]:
    with at(NOW):
        yield


# --- At each reader's own time


def zone(name: str, moment: str, people: int = 1) -> dict[str, Any]:
    return {"zone": name, "arrives_at": moment, "people": people}


@pytest.mark.parametrize("to", [(), NAMED])
def test_a_local_one_says_the_same_of_its_times(app: Flask, shell: Any, to: tuple[str]) -> None:
    planned = shell(*SEND, *LOCAL, *to, "--dry-run", "--json").json
    first = shell(*SEND, *LOCAL, *to, "--json").json
    with at(LATER):  # the plan would be another one now
        again = shell(*SEND, *LOCAL, *to, "--json").json
        tried = shell(*SEND, *LOCAL, *to, "--dry-run", "--json").json
    assert again == first
    assert tried == {**planned, "id": first["id"]}
    assert tried["zones"] == [
        zone("Asia/Kolkata", "2026-11-21T03:30:00Z"),
        zone("UTC", "2026-11-21T09:00:00Z", 1 if to else 2),  # Noor; Ada hears the channel too
    ]


def test_of_named_people_the_first_of_them_counts(shell: Any) -> None:
    found = shell(*SEND, *LOCAL, *NAMED, "--json").json
    assert found["arrives_at"] == "2026-11-21T03:30:00Z"  # in Kolkata
    held = shell("broadcast", "send", "--title", "Held", *LOCAL, *NAMED, "--undo-window", "5m")
    assert held.out.splitlines()[1].startswith(
        "Nobody will see it before Sat 21 Nov 2026, 03:30 UTC."
    )


def test_who_has_moved_since_has_it_when_it_came(app: Flask, shell: Any, priya: int) -> None:
    shell(*SEND, *LOCAL, *NAMED)
    with app.app_context():
        change_timezone.set_timezone(priya, "Asia/Tokyo", LATER)
        db.session.commit()
    with at(LATER):
        found = shell(*SEND, *LOCAL, *NAMED, "--dry-run", "--json").json
    assert found["zones"][0] == zone("Asia/Tokyo", "2026-11-21T03:30:00Z")


def test_a_time_that_was_not_local_at_first_stands(shell: Any) -> None:
    shell(*SEND, *NAMED)
    again = shell(*SEND, *NAMED, *LOCAL, "--dry-run", "--json").json
    assert again["arrives_at"] == "2026-11-20T13:00:00Z"
    assert shell(*SEND, *NAMED, "--json").json["arrives_at"] == "2026-11-20T13:00:00Z"


def test_the_window_is_told_where_the_local_time_has_passed(shell: Any) -> None:
    early = ("--local", "--at", "2026-11-20 13:30", "--undo-window", "5m")
    said = shell("broadcast", "send", "--title", "Held", *early).out.splitlines()
    assert said[1].startswith("Nobody will see it before Fri 20 Nov 2026, 13:05 UTC.")


# --- After its end


@pytest.mark.parametrize("to", [(), ("--to-user", "priya")])
@pytest.mark.parametrize(
    "when",
    [
        ("--expires", "2026-11-22 09:00", "--timezone", "UTC"),
        ("--expires", "2026-11-22 09:00", "--timezone", "UTC", "--at", "2026-11-21 09:00"),
        ("--expires", "2026-11-23 09:00", "--timezone", "UTC", *LOCAL),
        ("--expires", "2026-11-20 13:06", "--timezone", "UTC", "--undo-window", "5m"),
        ("--expires-in", "1h"),
    ],
)
def test_after_its_end_it_is_the_first_still(
    app: Flask, shell: Any, to: tuple[str], when: tuple[str]
) -> None:
    first = shell(*SEND, *to, *when, "--json").json
    rows = stored(app)
    for moment in (NOW + timedelta(minutes=2), LATER):
        with at(moment):
            assert shell(*SEND, *to, *when, "--json").json == first
            again = shell(*SEND, *to, *when)
    assert (again.code, again.out) == (0, f"{BEFORE}. Nothing was sent.\n")
    assert stored(app) == rows


def test_a_past_end_is_refused_of_what_is_new_or_another(shell: Any, refused: Any) -> None:
    end = ("--expires", "2026-11-20 14:00", "--timezone", "UTC")
    shell(*SEND, *end)
    with at(LATER):
        assert "in the past" in refused(2, *SEND, *end, "--key", "other")
        assert "in the past" in refused(2, *SEND, *end, "--key", "other", "--to-user", "priya")
        assert "was already used for" in refused(1, *SEND, *end, "--title", "Other")
        assert "was already used for" in refused(1, *SEND, *end, "--to-admins")
        assert "A key" in refused(2, *SEND, *end, "--key", "a\0")


def test_code_may_repeat_itself_after_the_end(in_app: Flask, priya: int) -> None:
    def send() -> list[int]:
        end = NOW + HOUR
        return [
            notify(priya, "Hello", expires_at=end, key="a").id,
            broadcast("Hello", expires_at=end, key="b").id,
            broadcast("Hello", arrives_at=NOW, expires_at=end, key="c").id,
        ]

    first = send()
    with at(LATER):
        assert send() == first
        with pytest.raises(BadTime):
            broadcast("Hello", expires_at=NOW + HOUR, key="d")


# --- After an edit


def test_after_an_edit_it_is_the_first_still(app: Flask, shell: Any, refused: Any) -> None:
    shell(*SEND, "--banner")
    shell("broadcast", "edit", "1", "--title", "Hullo", "--no-banner")
    rows = stored(app)
    again = shell(*SEND, "--banner")
    assert (again.code, again.out) == (0, f"{BEFORE}, edited since. Nothing was sent.\n")
    assert shell(*SEND, "--banner", "--json").json["title"] == "Hullo"
    assert stored(app) == rows
    assert "was already used for" in refused(1, *SEND, "--to-admins")
    assert "was already used for" in refused(1, *SEND, "--to-user", "priya")


def test_a_form_sent_again_after_an_edit_is_not_taken_for_the_first(
    app: Flask, shell: Any, admin: FlaskClient
) -> None:
    key = key_in(admin.get(NEW))
    compose(admin, key=key)
    shell("broadcast", "edit", "1", "--body", "Corrected")
    refused = compose(admin, key=key, title="Something else")
    assert refused.status_code == 400
    assert key_in(refused) != key
    with app.app_context():
        assert inbox.how_many(Notification) == 1
