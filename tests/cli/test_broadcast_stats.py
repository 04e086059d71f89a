"""``flask broadcast stats``: plain in a pipe, drawn on a terminal, JSON for scripts."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import click
import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.cli import broadcast_stats
from notifications_app.core.database import db
from notifications_app.domain.inbox.models import Notification
from tests.support import inbox
from tests.support.moments import HOUR, NOW, at

LATER = NOW + 3 * HOUR
DRAWN = re.compile(r"[\x1b█▏▎▍▌▋▊▉\u2500-\u257f]")


@pytest.fixture(autouse=True)
def typing_time() -> Iterator[None]:
    with at(LATER):
        yield


@pytest.fixture
def sent(app: Flask, ada: int, priya: int, bystander: int) -> int:
    """A broadcast that one has read and another dismissed."""
    with app.app_context():
        number = inbox.broadcast(title="Hello")
        inbox.act(ada, "read", [number], NOW + timedelta(minutes=90))
        inbox.act(priya, "dismiss", [number], NOW + 2 * HOUR)
        db.session.commit()
        return number


@pytest.fixture
def drawn(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The output of the command on a terminal."""
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(broadcast_stats, "sys", terminal)

    def run(number: int) -> str:
        words = ["broadcast", "stats", str(number)]
        return app.test_cli_runner().invoke(args=words, color=True).stdout

    return run


def test_in_a_pipe_it_is_plain_and_aligned(shell: Any, sent: int) -> None:
    said = shell("broadcast", "stats", sent)
    assert (said.code, said.err) == (0, "")
    assert not DRAWN.search(said.out)
    assert (
        said.out
        == """\
Notification         1 “Hello”
To                   everyone
Arrival              Fri 20 Nov 2026, 13:00 UTC

Audience                        3
Audience at sending  not recorded
Read                            1        33%
Dismissed                       1        33%
Snoozed                         0         0%
No action yet                   1        33%
Median time to read        1 hour

Read, by hour since it arrived
1–2 h                           1

Notification 1 was read by 1 of 3 people, as of Fri 20 Nov 2026, 16:00 UTC.
"""
    )


def test_on_a_terminal_it_has_bars_and_colour(drawn: Callable[..., str], sent: int) -> None:
    lines = drawn(sent).splitlines()
    read = next(line for line in lines if line.startswith("Read  "))
    hour = next(line for line in lines if line.startswith("1–2 h"))
    assert read.endswith(f"33%  {click.style('█' * 10, fg='green')}")
    assert hour.endswith(click.style("█" * broadcast_stats.LENGTH, fg="cyan"))
    assert not DRAWN.search(lines[-1])
    assert max(len(click.unstyle(line)) for line in lines) <= 80


def test_a_bar_is_drawn_in_eighths_and_never_to_nothing(capsys: Any) -> None:
    bars = []
    for part, whole in ((0, 9), (1, 240), (1, 100_000), (12, 240), (240, 240), (9, 3)):
        broadcast_stats._bar("x", part, whole, "green")
        bars.append(click.unstyle(capsys.readouterr().out).removeprefix("x").strip())
    full = "█" * broadcast_stats.LENGTH
    assert bars == ["", "▏", "▏", "█▌", full, full]


def test_json_has_the_documented_keys(shell: Any, sent: int) -> None:
    assert shell("broadcast", "stats", sent, "--json").json == {
        "id": sent,
        "title": "Hello",
        "channel": "everyone",
        "is_local": False,
        "released_at": "2026-11-20T13:00:00Z",
        "recalled_at": None,
        "audience": 3,
        "audience_at_sending": None,
        "read": 1,
        "read_before": 0,
        "dismissed": 1,
        "snoozed": 0,
        "pruned": 0,
        "untouched": 1,
        "median_seconds_to_read": 5400.0,
        "hours": [{"hour": hour, "read": int(hour == 1)} for hour in range(4)],
        "as_of": "2026-11-20T16:00:00Z",
    }


def test_reads_from_before_everyone_was_notified_again_are_told(shell: Any, sent: int) -> None:
    shell("broadcast", "edit", sent, "--title", "Hello again", "--notify-again")
    said = shell("broadcast", "stats", sent).out
    assert "1 before you notified everyone again" in said
    found = shell("broadcast", "stats", sent, "--json").json
    assert (found["read"], found["read_before"], found["dismissed"]) == (1, 1, 0)


def test_what_the_command_line_sent_has_its_audience_recorded(
    shell: Any, ada: int, priya: int
) -> None:
    shell("broadcast", "send", "--title", "Hello", "--to-admins")
    shell("notify", "ada", "priya", "--title", "Hello")
    for number, audience in ((1, 1), (2, 2)):
        found = shell("broadcast", "stats", number, "--json").json
        assert (found["audience"], found["audience_at_sending"]) == (audience, audience)
    said = shell("broadcast", "stats", 2).out
    assert "To                   named people\n" in said
    assert said.endswith("Nobody has read notification 2 yet, as of Fri 20 Nov 2026, 16:00 UTC.\n")
    assert "by hour" not in said


def test_it_asks_fresh_each_time(app: Flask, shell: Any, bystander: int, sent: int) -> None:
    before = shell("broadcast", "stats", sent, "--json").json["read"]
    with app.app_context():
        inbox.act(bystander, "read", [sent], LATER)
        db.session.commit()
    assert shell("broadcast", "stats", sent, "--json").json["read"] == before + 1


def test_an_hour_that_is_not_over_says_so(app: Flask, shell: Any, sent: int) -> None:
    with app.app_context():
        inbox.act(sent + 1, "read", [sent], LATER)
        db.session.commit()
    hours = [line for line in shell("broadcast", "stats", sent).out.splitlines() if " h " in line]
    assert hours == [
        "1–2 h                           1",
        "3–4 h                           1  (so far)",
    ]


def test_a_local_one_says_whose_hours_they_are(app: Flask, shell: Any, priya: int) -> None:
    with app.app_context():
        wall = (NOW + HOUR).replace(tzinfo=None)
        number = inbox.broadcast("role:admin", local_at=wall)
        db.session.commit()
    said = shell("broadcast", "stats", number).out
    assert "the administrators, at each reader’s own time\nFirst " in said
    with app.app_context():
        number = inbox.broadcast(arrives_at=NOW + 9 * HOUR)
        db.session.commit()
    assert (
        "Nobody has received notification 2 yet, as of" in shell("broadcast", "stats", number).out
    )


def test_before_it_comes_it_counts_only_whom_it_is_for(app: Flask, shell: Any, priya: int) -> None:
    with app.app_context():
        number = inbox.broadcast(arrives_at=NOW + 9 * HOUR)
        db.session.commit()
    said = shell("broadcast", "stats", number).out
    assert "Audience                        1\n" in said
    assert "No action yet" not in said


def test_recalled_before_it_came_it_says_so_and_when(app: Flask, shell: Any, priya: int) -> None:
    with app.app_context():
        number = inbox.broadcast(undo_window=timedelta(minutes=5))
        inbox.recall(number, NOW + timedelta(minutes=4))
        db.session.commit()
    assert (
        shell("broadcast", "stats", number).out
        == """\
Notification         1 “All of you”
To                   everyone
Recalled             Fri 20 Nov 2026, 13:04 UTC

Notification 1 was recalled Fri 20 Nov 2026, 13:04 UTC, before anybody received it.
"""
    )
    found = shell("broadcast", "stats", number, "--json").json
    assert found["recalled_at"] == "2026-11-20T13:04:00Z"


@pytest.mark.parametrize("end", ["was recalled", "expired"])
def test_off_the_air_it_says_what_became_of_it_until_then(
    app: Flask, shell: Any, priya: int, end: str
) -> None:
    over = NOW + HOUR
    with app.app_context():
        numbers = [inbox.broadcast(expires_at=over if end == "expired" else None)
                   for _ in range(2)]  # fmt: skip
        inbox.act(priya, "read", numbers[:1])
        if end == "was recalled":
            for number in numbers:
                inbox.recall(number, over)
        db.session.commit()
    read, unread = (shell("broadcast", "stats", number).out for number in numbers)
    assert f"Notification 1 was read by 1 of 1 person before it {end}, as of" in read
    assert f"Nobody read notification 2 before it {end}, as of" in unread
    line = "Recalled             Fri 20 Nov 2026, 14:00 UTC\n"
    assert (line in read) is (end == "was recalled")


def test_more_readers_than_were_sent_to_are_no_share(app: Flask, shell: Any, sent: int) -> None:
    with app.app_context():
        db.session.execute(sa.update(Notification).values(audience=0))
        db.session.commit()
    said = shell("broadcast", "stats", sent).out
    assert "%" not in said
    assert f"Notification {sent} was read by 1 person, as of" in said


def test_a_number_that_is_none_is_refused(refused: Any, ada: int) -> None:
    assert refused(1, "broadcast", "stats", 7) == "There is no notification 7."
    refused(2, "broadcast", "stats", "x")


def test_a_title_cannot_drive_the_terminal(
    app: Flask, drawn: Callable[..., str], sent: int
) -> None:
    with app.app_context():
        db.session.execute(sa.update(Notification).values(title="\x1b]0;owned\x07"))
        db.session.commit()
    assert "\x1b]" not in drawn(sent)
