"""``flask broadcast edit``."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.database import db
from tests.support import inbox
from tests.support.moments import NOW, at

SEND = ("broadcast", "send", "--title", "Hello")

LOCAL = ("--local", "--at", "2026-11-21 09:00")


@pytest.fixture(autouse=True)
def typing_time(app: Flask, ada: int, priya: int) -> Iterator[None]:
    with at(NOW):
        yield


def one(app: Flask, user: int, number: int = 1) -> Any:
    with app.app_context():
        return inbox.one(user, number, NOW + timedelta(minutes=2))


def test_an_edit_says_what_it_changed(app: Flask, shell: Any, priya: int) -> None:
    shell(*SEND, "--action-url", "/a", "--action-label", "A")
    said = shell("broadcast", "edit", "1", "--title", "Hullo", "--body", "*x*", "--banner")
    assert said.out == "Changed the banner, body and title of notification 1 for everyone.\n"
    row = one(app, priya)
    assert (row.title, row.body, row.is_banner, row.action_label) == ("Hullo", "*x*", True, "A")
    said = shell("broadcast", "edit", "1", "--action-url", "", "--no-banner", "--expires-in", "2h")
    assert said.out.startswith("Changed the banner, expiry, link and link text of")
    assert one(app, priya).action_label is None
    assert "expires_at:" in shell("broadcast", "show", "1").out
    shell("broadcast", "edit", "1", "--no-expiry", "--action-url", "/b")
    row = one(app, priya)
    assert (row.action_url, row.action_label, row.expires_at) == ("/b", "Open", None)


def test_an_edit_may_make_it_unread_again(app: Flask, shell: Any, priya: int) -> None:
    shell(*SEND)
    with app.app_context():
        inbox.act(priya, "dismiss", [1])
        db.session.commit()
    with at(NOW + timedelta(minutes=1)):
        said = shell("broadcast", "edit", "1", "--title", "Hullo", "--notify-again")
        assert said.out == (
            "Changed the title of notification 1; it is unread again for everyone who received"
            " it.\n"
        )
        said = shell("broadcast", "edit", "1", "--notify-again")
        assert said.out == "Notification 1 is unread again for everyone who received it.\n"
    row = one(app, priya)
    assert (row.dismissed_at, row.arrives_at) == (None, NOW + timedelta(minutes=1))


@pytest.mark.parametrize("to", [(), ("--to-user", "priya")])
@pytest.mark.parametrize("when", [LOCAL, (*LOCAL[1:], "--timezone", "UTC")])
def test_what_nobody_has_had_is_not_made_unread_again(
    app: Flask, shell: Any, to: tuple[str, ...], when: tuple[str, ...]
) -> None:
    shell(*SEND, *to, *when)
    again = ("broadcast", "edit", "1", "--notify-again")
    assert shell(*again).out == "Nobody has received notification 1 yet; it will arrive unread.\n"
    assert shell(*again, "--dry-run").out.startswith(
        "Nobody has received it yet; it will arrive unread.\n"
    )
    assert shell("broadcast", "show", "1", "--json").json["edited_at"] is None
    said = shell(*again, "--title", "Hullo", "--dry-run")
    assert said.out.splitlines()[0] == "Would change the title."
    said = shell(*again, "--title", "Hullo")
    assert said.out == "Changed the title of notification 1 for everyone.\n"
    with at(NOW + timedelta(days=2)):
        assert "is unread again for everyone who received it" in shell(*again).out


def test_an_edit_that_changes_nothing_leaves_no_line(
    app: Flask, shell: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "notifications_app")
    shell(*SEND)
    caplog.clear()
    assert (
        "No changes to notification 1." in shell("broadcast", "edit", "1", "--title", "Hello").out
    )
    assert not caplog.records
    shell("broadcast", "edit", "1", "--title", "Hullo")
    assert [line.message.split()[0] for line in caplog.records] == ["edited"]


def test_what_nobody_would_see_is_not_made_unread_again(shell: Any, refused: Any) -> None:
    shell(*SEND, "--expires-in", "1h")
    with at(NOW + timedelta(hours=2)):
        again = ("broadcast", "edit", "1", "--notify-again")
        assert "in the past" in refused(2, *again)
        assert "is unread again" in shell(*again, "--no-expiry").out
    for number, to in enumerate(((), ("--to-user", "priya")), 2):
        shell(*SEND, *to, "--at", "2026-11-25 09:00", "--timezone", "UTC")
        ends_first = ("broadcast", "edit", number, "--expires-in", "1d")
        for more in ((), ("--notify-again",)):
            assert "before it starts" in refused(2, *ends_first, *more)


def test_a_dry_run_of_an_edit_changes_nothing(app: Flask, shell: Any, priya: int) -> None:
    shell(*SEND)
    said = shell("broadcast", "edit", "1", "--title", "Hullo", "--notify-again", "--dry-run")
    assert said.out.splitlines() == [
        "Would change the title, and make it unread again for everyone who received it.",
        "Nothing was changed: this was a dry run.",
    ]
    assert one(app, priya).title == "Hello"
    said = shell("broadcast", "edit", "1", "--notify-again", "--dry-run")
    assert said.out.splitlines() == [
        "Would make it unread again for everyone who received it.",
        "Nothing was changed: this was a dry run.",
    ]
    assert (
        "No changes to notification 1." in shell("broadcast", "edit", "1", "--title", "Hello").out
    )


@pytest.mark.parametrize(
    ("code", "options", "words"),
    [
        (2, [], "There is nothing to change"),
        (2, ["--title", ""], "Enter a title."),
        (2, ["--body", "x", "--body-file", "-"], "not both"),
        (2, ["--expires", "2026-11-22 09:00"], "--expires needs --timezone"),
        (2, ["--expires", "2026-11-19 09:00", "--timezone", "UTC"], "in the past"),
        (2, ["--expires-in", "1h", "--no-expiry"], "Choose one of"),
        (2, ["--title", "x", "--timezone", "nope"], "There is no such time zone"),
        (2, ["--title", "x", "--timezone", "UTC"], "--timezone needs --expires"),
        (2, ["--timezone", "UTC", "--no-expiry"], "--timezone needs --expires"),
        (2, ["--action-label", "Look"], "needs a link"),
        (2, ["--title", "{{name}}"], "no placeholder"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(
    shell: Any, refused: Any, code: int, options: list[str], words: str
) -> None:
    shell(*SEND)
    assert words in refused(code, "broadcast", "edit", "1", *options)


def test_what_is_not_there_or_recalled_is_not_edited(shell: Any, refused: Any) -> None:
    assert "no notification 9" in refused(1, "broadcast", "edit", "9", "--title", "x")
    shell(*SEND)
    shell("broadcast", "recall", "1", "--yes")
    assert "was recalled" in refused(1, "broadcast", "edit", "1", "--title", "x")
