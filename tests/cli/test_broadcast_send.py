"""``flask notify`` and ``flask broadcast send``, as typed."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import inbox
from tests.support.moments import HOUR, NOW, at
from tests.support.people import add_user
from tests.support.sending_commands import KEYS, NOTIFY, SEND, ids
from tests.support.shell import stored

pytestmark = pytest.mark.usefixtures("typing_time")


def test_notify_sends_to_named_people(app: Flask, shell: Any, priya: int, bystander: int) -> None:
    said = shell("notify", " Priya ", "ada", "priya", "--title", "Hello", "--topic", "exports")
    assert said.code == 0
    assert said.out == "Sent notification 1 “Hello” to priya, ada (2 people) now.\n"
    assert (ids(app, priya), ids(app, bystander)) == ([1], [])
    assert stored(app) == [1, 0, 2, 0]


def test_a_broadcast_goes_to_everyone_unless_told_otherwise(
    app: Flask, shell: Any, ada: int, priya: int
) -> None:
    assert "to everyone (2 people) now." in shell(*SEND).out
    assert "to everyone" in shell(*SEND, "--to-everyone").out
    assert "to the administrators (1 person) now." in shell(*SEND, "--to-admins").out
    assert "to priya (1 person) now." in shell(*SEND, "--to-user", "priya").out
    assert (ids(app, ada), ids(app, priya)) == ([3, 2, 1], [4, 2, 1])


def test_all_that_can_be_said_arrives(app: Flask, shell: Any, priya: int) -> None:
    said = shell(
        *SEND, "--body", "*Body*", "--category", "warning", "--topic", "water", "--banner",
        "--action-url", "/inbox", "--action-label", "Look", "--from", "Ada", "--expires-in", "2d",
    )  # fmt: skip
    assert said.code == 0, said
    with app.app_context():
        row = inbox.one(priya, 1)
    assert (row.title, row.body, row.category, row.topic) == ("Hello", "*Body*", "warning", "water")
    assert (row.action_url, row.action_label, row.is_banner) == ("/inbox", "Look", True)
    assert (row.sender_username, row.expires_at) == ("ada", NOW + timedelta(days=2))


@pytest.mark.parametrize("named", [False, True])
def test_json_of_a_send_has_exactly_its_keys(shell: Any, named: bool) -> None:
    to = ("--to-user", "priya", "--to-user", "ada") if named else ()
    when = ("--at", "2026-11-21 09:00", "--timezone", "Asia/Kolkata", "--expires-in", "12h")
    found = shell(*SEND, *to, *when, "--json").json
    assert list(found) == [("recipients" if key == "channel" and named else key) for key in KEYS]
    assert found == {
        "id": 1,
        "title": "Hello",
        **({"recipients": ["priya", "ada"]} if named else {"channel": "everyone"}),
        "arrives_at": "2026-11-21T03:30:00Z",
        "expires_at": "2026-11-21T15:30:00Z",
        "audience": 2,
    }


def test_json_of_notify_names_its_recipients(shell: Any) -> None:
    assert shell(*NOTIFY, "--json").json == {
        "id": 1,
        "title": "Hello",
        "recipients": ["priya"],
        "arrives_at": "2026-11-20T13:00:00Z",
        "expires_at": None,
        "audience": 1,
    }


@pytest.mark.parametrize("to", [(), ("--to-admins",), ("--to-user", "priya")])
def test_a_dry_run_writes_nothing(app: Flask, shell: Any, to: tuple[str, ...]) -> None:
    said = shell(*SEND, *to, "--dry-run", "--key", "k")
    assert said.code == 0
    assert "would receive “Hello” now: " in said.out
    assert said.out.endswith("Nothing was sent: this was a dry run.\n")
    found = shell(*SEND, *to, "--dry-run", "--json").json
    assert (found["id"], found["audience"]) == (None, 1 if to else 2)
    assert stored(app) == [0, 0, 0, 0]


def test_a_dry_run_names_only_the_first_few(app: Flask, shell: Any) -> None:
    for number in range(6):
        add_user(app, f"z{number}", password_hash=None)
    assert shell(*SEND, "--dry-run").out.startswith(
        "8 people would receive “Hello” now: ada, priya, z0, z1, z2 and 3 more.\n"
    )


def test_inactive_people_are_not_counted(app: Flask, shell: Any, priya: int) -> None:
    shell("users", "deactivate", "priya")
    assert shell(*SEND, "--json").json["audience"] == 1


def test_a_key_sends_once(app: Flask, shell: Any, refused: Any) -> None:
    assert shell(*SEND, "--key", "k").code == 0
    again = shell(*SEND, "--key", "k")
    assert (again.code, again.out) == (
        0,
        "This key was already used for notification 1. Nothing was sent.\n",
    )
    with at(NOW + HOUR):
        found = shell(*SEND, "--key", "k", "--json").json
        assert (found["id"], found["arrives_at"]) == (1, "2026-11-20T13:00:00Z")
        assert shell(*SEND, "--key", "k", "--dry-run", "--json").json["id"] == 1
    for other in ([*SEND, "--body", "More"], [*SEND, "--to-admins"], NOTIFY):
        assert "The key “k” was already used" in refused(1, *other, "--key", "k")
    assert stored(app) == [1, 1, 0, 0]


# --- When


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-11-21 09:00", "asia/kolkata", "2026-11-21T03:30:00Z"),
        ("2026-11-21T09:00:30", "UTC", "2026-11-21T09:00:30Z"),
        ("2027-10-31 02:30", "Europe/Paris", "2027-10-31T00:30:00Z"),  # twice: the first
        ("2026-11-20 12:59:01", "UTC", "2026-11-20T13:00:00Z"),  # within the minute: now
    ],
)
def test_it_arrives_at_that_time_of_that_zone(
    shell: Any, wall: str, zone: str, moment: str
) -> None:
    found = shell(*SEND, "--at", wall, "--timezone", zone, "--json").json
    assert found["arrives_at"] == moment


@pytest.mark.parametrize("to", [(), ("--to-user", "priya")])
@pytest.mark.parametrize("more", [(), ("--undo-window", "5m"), ("--dry-run",)])
def test_a_start_that_has_passed_is_refused(
    refused: Any, to: tuple[str, ...], more: tuple[str, ...]
) -> None:
    for wall, zone in (("2026-11-20 12:59", "UTC"), ("2025-01-10 09:00", "Asia/Kolkata")):
        said = refused(2, *SEND, *to, *more, "--at", wall, "--timezone", zone)
        assert said == f"That time is past. Choose a later one ({zone})."
    said = refused(2, *SEND, *to, *more, "--local", "--at", "2026-11-20 05:00")
    assert said == "That time is past. Choose a later one (in every zone in use)."


def test_now_is_said_by_who_means_it(shell: Any, refused: Any) -> None:
    assert shell(*SEND, "--at", "now", "--json").json["arrives_at"] == "2026-11-20T13:00:00Z"
    assert "--local needs a time" in refused(2, *SEND, "--at", "now", "--local")


def test_a_script_repeats_its_start_when_it_has_passed(shell: Any) -> None:
    sending = (*SEND, "--key", "k", "--at", "2026-11-20 14:00", "--timezone", "UTC")
    shell(*sending)
    with at(NOW + 2 * HOUR):
        assert shell(*sending).out.startswith("This key was already used")


def test_a_scheduled_one_is_not_there_before(app: Flask, shell: Any, priya: int) -> None:
    said = shell(*SEND, "--at", "2026-11-20 19:30", "--timezone", "Asia/Kolkata")
    sentence = (
        "Scheduled notification 1 “Hello” for everyone (2 people) from Fri 20 Nov 2026, 14:00"
    )
    assert said.out == f"{sentence} UTC.\n"
    assert ids(app, priya, NOW + HOUR - timedelta(microseconds=1)) == []
    assert ids(app, priya, NOW + HOUR) == [1]


def test_a_time_that_the_clocks_skip_is_refused_with_the_first_one_after(refused: Any) -> None:
    for option in ("--at", "--expires"):
        sentence = refused(2, *SEND, option, "2027-03-28 02:30", "--timezone", "Europe/Paris")
        assert sentence == (
            "02:30 does not exist on that day in Europe/Paris. The next time that exists is 03:00."
        )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--at", "2026-12-01 09:00"], "--at needs --timezone (e.g. Europe/Paris) or --local."),
        (["--expires", "2026-12-01 09:00"], "--expires needs --timezone (e.g. Europe/Paris)."),
        (["--at", ""], "--at needs --timezone"),
        (["--at", "", "--timezone", "UTC"], "Enter a date"),
        (["--at", "tomorrow", "--timezone", "UTC"], "Enter a date"),
        (["--at", "2026-13-01 09:00", "--timezone", "UTC"], "Enter a date"),
        (["--at", "2026-12-01 09:00", "--timezone", "Mars/Base"], "There is no such time zone"),
        (["--timezone", "Mars/Base"], "There is no such time zone"),
        (["--timezone", "Asia/Tokyo"], "--timezone needs a time in --at"),
        (["--at", "now", "--timezone", "Asia/Tokyo"], "--timezone needs a time in --at"),
        (["--timezone", "Asia/Tokyo", "--expires-in", "1d"], "--timezone needs a time in"),
        (["--expires-in", "1h", "--expires", "2026-12-01 09:00", "--timezone", "UTC"], "not both"),
        (["--expires-in", "soon"], "Enter a length of time"),
        (["--expires-in", ""], "Enter a length of time"),
        (["--expires-in", "0m"], "Enter a length of time"),
        (["--expires", "", "--timezone", "UTC"], "Enter a date"),
        (["--expires", "2026-11-20 13:00", "--timezone", "UTC"], "expire in the past"),
        (
            ["--at", "2026-12-01 09:00", "--expires", "2026-12-01 09:00", "--timezone", "UTC"],
            "expire before it starts",
        ),
    ],
)
def test_times_that_cannot_be_are_refused(refused: Any, options: list[str], words: str) -> None:
    assert words in refused(2, *SEND, *options)
