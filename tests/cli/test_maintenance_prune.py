"""``flask maintenance prune``: what it says, and that a dry run changes nothing."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.inbox.models import Notification
from tests.support import inbox
from tests.support.moments import NOW, at
from tests.support.shell import Said, stored

THEN = NOW + timedelta(days=100)


@pytest.fixture
def aged(app: Flask, priya: int) -> list[int]:
    """A broadcast that has expired, two that Priya dismissed, and one that she has not."""
    with app.app_context():
        over = inbox.broadcast(expires_at=NOW + timedelta(days=1))
        numbers = [inbox.broadcast() for _ in range(3)]
        inbox.act(priya, "read", [over])
        inbox.act(priya, "dismiss", numbers[1:])
        db.session.commit()
    return numbers


REMOVED = "1 notification, 2 dismissed deliveries and 3 undo records"


def test_a_dry_run_says_what_the_run_then_removes(
    app: Flask, priya: int, aged: list[int], shell: Callable[..., Said]
) -> None:
    before = stored(app)
    with at(THEN):
        dry = shell("maintenance", "prune", "--dry-run")
        assert dry.out == (f"Would remove {REMOVED}. Nothing was changed: this was a dry run.\n")
        expected = shell("maintenance", "prune", "--dry-run", "--json").json
        assert stored(app) == before
        said = shell("maintenance", "prune")
        assert said.out.startswith(f"Removed {REMOVED}")
        assert said.out.endswith(".\n")
        assert shell("maintenance", "prune").out == "Nothing to remove.\n"
    assert {name: expected[name] for name in ("notifications", "deliveries", "changes")} == {
        "notifications": 1, "deliveries": 2, "changes": 3,
    }  # fmt: skip
    assert (expected["older_than"], expected["dry_run"]) == ("2026-11-30T13:00:00Z", True)
    with app.app_context():
        assert inbox.how_many(Notification) == 3
        assert inbox.ids(priya, THEN) == aged[:1]
    with at(THEN):
        (entry,) = shell("audit", "list", "--json").json
    assert entry["action"] == "database.pruned"
    assert entry["detail"] == {"notifications": 1, "deliveries": 2, "changes": 3}


def test_json_has_what_was_removed(aged: list[int], shell: Callable[..., Said]) -> None:
    with at(THEN):
        done = json.loads(shell("maintenance", "prune", "--json", "--older-than", "2w").out)
        again = shell("maintenance", "prune", "--json").json
    assert (done["notifications"], done["deliveries"], done["dry_run"]) == (1, 2, False)
    assert not any(again[kind] for kind in ("notifications", "deliveries", "changes"))


@pytest.mark.parametrize("span", ["1d", "47h", "1m"])
def test_less_than_two_days_are_refused(refused: Callable[..., str], span: str) -> None:
    assert refused(2, "maintenance", "prune", "--older-than", span).startswith(
        "Keep at least 2 days"
    )


@pytest.mark.parametrize("span", ["", "90", "d", "-3d", "0d", "999999d", "90 days", "never"])
def test_what_is_no_length_of_time_is_refused(refused: Callable[..., str], span: str) -> None:
    assert "such as 30m, 12h, 7d or 2w" in refused(
        2, "maintenance", "prune", f"--older-than={span}"
    )


def test_the_longest_time_is_no_error(shell: Callable[..., Said]) -> None:
    with at(THEN):
        said = shell("maintenance", "prune", "--older-than", "99999w")
    assert (said.code, said.out) == (0, "Nothing to remove.\n")
