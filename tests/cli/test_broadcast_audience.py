"""Sending to groups, to files of names, at each reader's own time; held back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.clock import EVERY_ZONE
from notifications_app.core.database import db, table
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import NOW, at
from tests.support.people import add_user
from tests.support.shell import stored

SEND = ("broadcast", "send", "--title", "Hello")

NINE = "at Sat 21 Nov 2026, 09:00"

LOCAL = ("--local", "--at", "2026-11-21 09:00")


@pytest.fixture(autouse=True)
def typing_time(app: Flask, ada: int, priya: int) -> Iterator[None]:
    with at(NOW):
        yield


@pytest.fixture
def ops(app: Flask, shell: Any, priya: int) -> str:
    """A group: Priya in Kolkata, Tom in New York, and Mia, who is locked out."""
    for name in ("tom", "mia"):
        add_user(app, name, timezone="America/New_York")
    assert shell("users", "deactivate", "mia").code == 0
    assert shell("groups", "create", "ops").code == 0
    assert shell("groups", "add", "ops", "priya", "tom", "mia").code == 0
    return "ops"


def ids(app: Flask, user: int, now: Any = NOW) -> list[int]:
    with app.app_context():
        return inbox.ids(user, now)


def test_a_group_hears_what_is_sent_to_it(
    app: Flask, shell: Any, ops: str, ada: int, priya: int
) -> None:
    with at(NOW + timedelta(minutes=1)):
        said = shell(*SEND, "--to-group", " OPS ")
    assert said.out == "Sent notification 1 “Hello” to the group ops (2 people) now.\n"
    later = NOW + timedelta(hours=1)
    assert (ids(app, ada, later), ids(app, priya, later)) == ([], [1])
    assert stored(app) == [1, 1, 0, 0]
    assert "it will go to the group ops.\n" in shell("broadcast", "show", "1").out


def test_there_is_no_such_group(refused: Any) -> None:
    assert refused(1, *SEND, "--to-group", "cooks") == (
        "There is no group “cooks”. Nothing was changed."
    )


def test_what_could_be_no_group_is_refused(refused: Any) -> None:
    for name in ("\udcff", "ops@UTC", ""):
        assert "group name" in refused(2, *SEND, "--to-group", name)


def test_names_come_from_a_file_or_from_standard_input(
    app: Flask, shell: Any, priya: int, tmp_path: Path
) -> None:
    file = tmp_path / "names"
    file.write_bytes("\ufeffpriya\r\n\r\n  ADA \n".encode())
    assert "to priya, ada (2 people) now." in shell(*SEND, "--to-file", file).out
    assert "to priya (1 person) now." in shell(*SEND, "--to-file", "-", stdin=b"priya\n").out
    assert stored(app) == [2, 0, 3, 0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_may_be_in_utf_16_and_have_invisible_characters_around_names(
    shell: Any, priya: int, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "names"
    file.write_bytes("priya\u200b\r\n\u2060 \n\xa0ADA\u202c\n\u200b\n".encode(encoding))
    assert "to priya, ada (2 people) now." in shell(*SEND, "--to-file", file).out
    said = shell(*SEND, "--to-user", "\u200bpriya\ufeff", "--topic", "\u200bbilling\xa0").out
    assert "to priya (1 person) now." in said


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("pri\u200bya\n".encode(), 2, "A username cannot contain U+200B; remove it."),
        (b"priya\nnobody\n", 1, "There is no user “nobody”. Nothing was changed."),
        (b"\n \n", 2, "contains no usernames"),
        (b"priya\0", 2, "is not text"),
        (b"pri\xff", 2, "is not in UTF-8"),
        (None, 2, "cannot be read: no such file"),
    ],
)
def test_a_file_that_names_nobody_known_is_refused(
    refused: Any, tmp_path: Path, content: bytes | None, code: int, words: str
) -> None:
    file = tmp_path / "names"
    if content is not None:
        file.write_bytes(content)
    assert words in refused(code, *SEND, "--to-file", file)


@pytest.mark.parametrize("size", [2, 12_000])
def test_a_file_of_any_size_is_as_many_statements_that_write(
    app: Flask, shell: Any, tmp_path: Path, size: int
) -> None:
    file = tmp_path / "names"
    names = [f"n{number}" for number in range(size)]
    file.write_text("\n".join(names))
    with app.app_context():
        everybody = {"password_hash": None, "inbox_since": NOW, "created_at": NOW}
        db.session.execute(
            sa.insert(table(User)),
            [{"username": name, "is_active": True, "is_admin": False, "shortcuts": True,
              "display_name": "", "timezone": "UTC", "last_stamp": 0, **everybody}
             for name in names],
        )  # fmt: skip
        db.session.commit()
        with inbox.statements() as seen:
            said = shell(*SEND, "--to-file", file)
    assert f"({size:,} people) now." in said.out
    assert said.err == ""
    assert len([one for one in seen if one.startswith("INSERT")]) == 3  # with the audit's
    assert stored(app)[2] == size


@pytest.mark.parametrize("wall", ["2026-11-20 17:00", "2026-11-20 08:00"])
def test_where_its_time_has_passed_it_is_said_to_come_at_once(
    shell: Any, ops: str, wall: str
) -> None:
    """It is 18:30 in Kolkata and 8:00 in New York."""
    send = (*SEND, "--local", "--at", wall, "--to-group", ops)
    at_once = "on each reader’s own clock, immediately where that has passed"
    for more in (["--dry-run"], [], ["--undo-window", "5m"]):
        assert at_once in shell(*send, *more).out
    in_the_evening = shell(*SEND, "--local", "--at", "2026-11-20 19:00", "--to-group", ops).out
    assert "on each reader’s own clock." in in_the_evening


def test_a_dry_run_of_a_local_one_says_who_has_it_when(
    app: Flask, shell: Any, ops: str, priya: int
) -> None:
    before = stored(app)
    said = shell(*SEND, *LOCAL, "--to-group", ops, "--dry-run")
    assert said.out.splitlines() == [
        "ARRIVES                     ZONE              THERE                       PEOPLE",
        "Sat 21 Nov 2026, 03:30 UTC  Asia/Kolkata      Sat 21 Nov 2026, 09:00 IST  1",
        "Sat 21 Nov 2026, 14:00 UTC  America/New_York  Sat 21 Nov 2026, 09:00 EST  1",
        f"2 people would receive “Hello” {NINE} on each reader’s own clock: priya, tom.",
        "Nothing was sent: this was a dry run.",
    ]
    assert stored(app) == before
    found = shell(*SEND, *LOCAL, "--to-group", ops, "--dry-run", "--json").json
    assert found["zones"] == [
        {"zone": "Asia/Kolkata", "arrives_at": "2026-11-21T03:30:00Z", "people": 1},
        {"zone": "America/New_York", "arrives_at": "2026-11-21T14:00:00Z", "people": 1},
    ]


@pytest.mark.parametrize("to", [("--to-group", "ops"), ("--to-everyone",), ("--to-admins",),
                                ("--to-user", "priya", "--to-user", "tom")])  # fmt: skip
@pytest.mark.parametrize("when", [(), LOCAL, ("--undo-window", "5m")])
def test_the_dry_runs_figure_is_what_then_happens(
    app: Flask, shell: Any, ops: str, to: tuple[str, ...], when: tuple[str, ...]
) -> None:
    with at(NOW + timedelta(minutes=1)):
        planned = shell(*SEND, *to, *when, "--dry-run", "--json").json
        sent = shell(*SEND, *to, *when, "--json").json
    assert planned == {**sent, "id": None, **({"zones": planned["zones"]} if when == LOCAL else {})}
    with app.app_context():
        people = sa.select(User.id).where(User.is_active)
        have = [
            user
            for user in db.session.scalars(people)
            if inbox.ids(user, NOW + timedelta(days=2)) == [sent["id"]]
        ]
    assert len(have) == sent["audience"]
    if when == LOCAL:
        assert sum(zone["people"] for zone in planned["zones"]) == sent["audience"]


def test_a_zone_where_the_time_has_passed_has_it_now(shell: Any, ops: str) -> None:
    said = shell(*SEND, "--local", "--at", "2026-11-20 09:00", "--to-group", ops, "--dry-run")
    assert said.out.splitlines()[1].startswith("now  ")


def test_held_back_it_can_be_recalled_unseen(app: Flask, shell: Any, priya: int) -> None:
    said = shell(*SEND, "--undo-window", "5m")
    assert said.out.splitlines() == [
        "Sent notification 1 “Hello” to everyone (2 people) from Fri 20 Nov 2026, 13:05 UTC.",
        "Nobody will see it before Fri 20 Nov 2026, 13:05 UTC. To cancel: flask broadcast recall 1",
    ]
    assert "scheduled" in shell("broadcast", "list").out
    assert shell("broadcast", "recall", "1", "--yes").code == 0
    later = NOW + timedelta(hours=1)
    with app.app_context():
        assert inbox.places(priya, later) == {tab: [] for tab in inbox.TABS}


def test_list_and_show_say_that_it_is_local(shell: Any, priya: int) -> None:
    shell(*SEND, *LOCAL)
    shell(*SEND, *LOCAL, "--to-user", "priya", "--to-user", "ada")
    listed = shell("broadcast", "list").out.splitlines()[1]
    assert "scheduled  everyone  Sat 21 Nov 2026, 03:30 UTC (local)  Hello" in listed
    assert shell("broadcast", "list", "--json").json[0]["is_local"] is True
    assert "everyone, at each reader’s own time." in shell("broadcast", "show", "1").out
    assert "2 people: ada, priya, at each reader’s own time." in shell("broadcast", "show", "2").out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--local"], "--local needs a time"),
        (["--local", "--at", "2026-11-21 09:00", "--timezone", "UTC"], "not both"),
        (["--local", "--at", "nine"], "Enter a date"),
        (
            ["--local", "--at", "2026-11-21 09:00", "--expires", "2026-11-22 09:00"],
            "--expires needs --timezone",
        ),
        ([*LOCAL, "--expires", "2026-11-21 10:00", "--timezone", "UTC"], "before it starts"),
        (["--undo-window", "soon"], "Enter a length of time"),
        (
            ["--undo-window", "2h", "--expires-in", "1h", "--expires", "x"],
            "--expires needs --timezone",
        ),
    ],
)
def test_times_that_do_not_fit_are_refused(refused: Any, options: list[str], words: str) -> None:
    assert words in refused(2, *SEND, *options)


def one(app: Flask, user: int, number: int = 1) -> Any:
    with app.app_context():
        return inbox.one(user, number, NOW + timedelta(minutes=2))


def test_every_kind_is_a_constant_number_of_rows(app: Flask, shell: Any, ops: str) -> None:
    for to in ((), ("--to-admins",), ("--to-group", ops)):
        shell(*SEND, *to)
        shell(*SEND, *to, *LOCAL)
    with app.app_context():
        assert inbox.how_many(Notification) == 6
        assert inbox.how_many(Delivery) == 0
        per = sa.select(sa.func.count(Release.channel)).group_by(Release.notification_id)
        assert sorted(set(db.session.scalars(per))) == [1, len(EVERY_ZONE)]
