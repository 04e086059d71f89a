"""``flask broadcast recall`` and ``restore``."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from notifications_app.cli import broadcast_recall
from notifications_app.core.database import db
from tests.support import inbox
from tests.support.audit import entries
from tests.support.moments import NOW, at

RECALL = ("broadcast", "recall")


@pytest.fixture(autouse=True)
def sent(app: Flask, ada: int, priya: int) -> Iterator[None]:
    """Broadcasts 1 to 3, of which 3 is recalled, and 4 to Priya alone."""
    with app.app_context():
        inbox.broadcast(title="First")
        inbox.broadcast("role:admin", title="Second")
        inbox.broadcast(title="Third")
        inbox.recall(3)
        inbox.notify(priya, title="Yours")
        db.session.commit()
    with at(NOW):
        yield


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on standard input."""
    found = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(broadcast_recall, "sys", found)


def ids(app: Flask, user: int) -> list[int]:
    with app.app_context():
        return inbox.ids(user, NOW)


def test_it_shows_what_it_is_and_how_many_have_it_and_asks(
    app: Flask, shell: Any, priya: int, terminal: None
) -> None:
    with app.app_context():
        inbox.act(priya, "dismiss", [1])
        db.session.commit()
    said = shell(*RECALL, 1, stdin=b"y\n")
    assert said.out.splitlines() == [
        "Notification 1 “First”, sent to everyone.",
        "2 people received it; 1 of them dismissed it.",
        "Remove it from every inbox? [y/N]: y",
        "Recalled notification 1. It is no longer in any inbox.",
        "To undo: flask broadcast restore 1",
    ]
    assert ids(app, priya) == [4]


@pytest.mark.parametrize("answer", [b"n\n", b"\n"])
def test_without_a_yes_nothing_is_recalled(
    app: Flask, shell: Any, priya: int, terminal: None, answer: bytes
) -> None:
    said = shell(*RECALL, 1, stdin=answer)
    assert (said.code, said.err) == (1, "Error: Cancelled. Nothing was changed.")
    assert ids(app, priya) == [4, 1]


def test_a_script_has_to_say_yes(app: Flask, shell: Any, refused: Any, priya: int) -> None:
    assert "Add --yes" in refused(2, *RECALL, 1)
    assert shell(*RECALL, 1, "--yes").code == 0
    assert ids(app, priya) == [4]
    assert shell(*RECALL, 1, "--yes").out == (
        "Notification 1 was already recalled. Nothing was changed.\n"
    )


def test_the_last_is_the_newest_broadcast_that_is_not_recalled(
    app: Flask, shell: Any, refused: Any, priya: int
) -> None:
    said = shell(*RECALL, "--last", "--yes")
    assert said.out.startswith("Notification 2 “Second”, sent to the administrators.\n")
    assert shell(*RECALL, "--last", "--yes").out.startswith(
        "Notification 1 “First”, sent to everyone."
    )
    assert refused(1, *RECALL, "--last", "--yes") == "There is no broadcast to recall."
    assert ids(app, priya) == [4]


@pytest.mark.parametrize("words", [(), ("1", "--last")])
def test_it_takes_an_id_or_the_last(refused: Any, words: tuple[str, ...]) -> None:
    assert refused(2, *RECALL, "--yes", *words) == "Give the ID of a broadcast, or --last."


def test_what_went_to_named_people_is_recalled_only_with_direct(
    app: Flask, shell: Any, refused: Any, priya: int
) -> None:
    assert "Add --direct" in refused(1, *RECALL, 4, "--yes")
    said = shell(*RECALL, 4, "--yes", "--direct")
    assert said.out.startswith(
        "Notification 4 “Yours”, sent to 1 person: priya.\n1 person received it"
    )
    assert ids(app, priya) == [1]


def test_a_recall_is_undone(app: Flask, shell: Any, priya: int) -> None:
    said = shell("broadcast", "restore", 3)
    assert said.out == "Restored notification 3. Everyone has it again, as before the recall.\n"
    assert ids(app, priya) == [4, 3, 1]
    again = shell("broadcast", "restore", 3)
    assert (again.code, again.out) == (0, "Notification 3 is not recalled. Nothing was changed.\n")
    assert [one[0] for one in entries(app)] == ["broadcast.recalled", "broadcast.restored"]
