"""The audit log: every command that changes something leaves its entry."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, reading, table
from notifications_app.domain.accounts.models import User
from notifications_app.domain.audit import queries
from notifications_app.domain.audit.actions import add_entry
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.inbox.models import Notification
from tests.support.audit import entries
from tests.support.commands import own_commands
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, sign_in

SEND = "broadcast send --title Hello"

ON_STDIN = f"{PASSWORD}\n"

#: Each command that changes something, as typed, and the line it leaves: action, subject, detail.
NOTED: dict[str, list[tuple[str, tuple[str, str, dict[str, Any]]]]] = {
    "users create": [(
        "users create grace --admin --timezone Europe/Paris --password-stdin",
        ("user.created", "user grace", {"admin": True, "zone": "Europe/Paris"}),
    )],
    "users set-password": [(
        "users set-password Priya --password-stdin",
        ("user.password-set", "user priya", {"sign_ins_ended": 1}),
    )],
    "users set-timezone": [(
        "users set-timezone priya asia/tokyo",
        ("user.zone-set", "user priya", {"zone": "Asia/Tokyo", "before": "Asia/Kolkata"}),
    )],
    "users activate": [("users activate locked", ("user.activated", "user locked", {}))],
    "users deactivate": [(
        "users deactivate priya", ("user.deactivated", "user priya", {"sign_ins_ended": 1}),
    )],
    "users grant-admin": [("users grant-admin priya", ("user.admin-granted", "user priya", {}))],
    "users revoke-admin": [("users revoke-admin ada", ("user.admin-revoked", "user ada", {}))],
    "users delete": [("users delete priya --yes", ("user.deleted", "user priya", {}))],
    "users reset-link": [(
        "users reset-link priya", ("user.reset-link-made", "user priya", {}),
    )],
    "users import": [(
        "users import -",
        ("users.imported", "2 people", {"new": 1, "changed": 1, "groups_made": 1}),
    )],
    "groups create": [("groups create night", ("group.created", "group night", {}))],
    "groups add": [(
        "groups add ops priya locked",
        ("group.joined", "group ops", {"people": 1, "first": ["priya"]}),
    )],
    "groups remove": [(
        "groups remove ops priya locked",
        ("group.left", "group ops", {"people": 1, "first": ["locked"]}),
    )],
    "notify": [(
        "notify priya ada --title Hello",
        ("notification.sent", "notification 2",
         {"topic": "general", "audience": 2}),
    )],
    "broadcast send": [
        (SEND, ("broadcast.sent", "notification 2",
                {"title": "Hello", "to": "everyone", "audience": 2})),
        (f"{SEND} --to-user priya", ("broadcast.sent", "notification 2",
                                     {"topic": "general", "audience": 1})),
    ],
    "broadcast edit": [(
        "broadcast edit 1 --title Other --notify-again",
        ("broadcast.edited", "notification 1", {"changed": ["title"], "notify_again": True}),
    )],
    "broadcast restore": [(
        "broadcast restore 1", ("broadcast.restored", "notification 1", {}),
    )],
    "broadcast recall": [(
        "broadcast recall 1 --yes --direct", ("broadcast.recalled", "notification 1", {}),
    )],
}  # fmt: skip

#: The others, and why they leave none.
NOT_NOTED = {
    "users list": "only reads",
    "users show": "only reads",
    "groups list": "only reads",
    "groups show": "only reads",
    "broadcast list": "only reads",
    "broadcast show": "only reads",
    "broadcast stats": "only reads",
    "audit list": "only reads",
    "audit export": "only reads",
    "completion": "only reads",
    "maintenance prune": "adds its entry where something goes: see test_pruning.py",
    "maintenance retime": "adds its entry where something moves: see test_retime.py",
    "demo": "only fills a database without accounts, where there is nobody to answer to",
}

#: Input of commands that is not a password.
TYPED = {
    "users import -": "username,groups\ngrace,night\npriya,ops\n",
    "users import - --dry-run": "username,groups\ngrace,night\npriya,ops\n",
    "users import - # nothing new": "username,groups\nlocked,ops\n",
    "users import - # a bad line": "username,groups\ngrace,ops\nno name,\n",
}

#: Commands that succeed or refuse, and change nothing.
NOTHING_DONE = (
    f"{SEND} --dry-run",
    f"{SEND} --to-user priya --dry-run",
    "notify priya --title First --key first",
    "notify priya --title Other --key first",
    "notify priya nobody --title Hello",
    "broadcast recall 99",
    "broadcast edit 99 --title Other",
    "broadcast edit 1 --title First",
    "broadcast edit 1 --title Other --dry-run",
    "users set-timezone priya Asia/Kolkata",
    "users set-timezone priya Mars/Base",
    "users activate priya",
    "users deactivate locked",
    "users grant-admin ada",
    "users revoke-admin priya",
    "users reset-link priya locked",
    "users create priya --password-stdin",
    *[*TYPED][1:],
    "groups create ops",
    "groups add ops locked",
    "groups add ops priya --dry-run",
    "groups remove ops priya",
    "groups remove ops locked --dry-run",
    "groups add ops nobody",
)


def add(app: Flask, count: int, **more: Any) -> None:
    """Entries about users 1, 2, …, a minute apart."""
    with app.app_context():
        for number in range(count):
            values: dict[str, Any] = {"actor_id": None, "now": NOON + timedelta(minutes=number)}
            add_entry("user.created", f"user {number + 1}", **{**values, **more})
        db.session.commit()


@pytest.fixture
def people(app: Flask, ada: int, priya: int) -> None:
    """Three accounts, one signed in and one locked, and a notification sent by key."""
    add_user(app, "locked")
    run = app.test_cli_runner().invoke
    run(args=["users", "deactivate", "locked"])
    run(args=["groups", "create", "ops"])
    run(args=["groups", "add", "ops", "locked"])
    with at(NOON):
        run(args=["notify", "priya", "--title", "First", "--key", "first"])
    sign_in(app.test_client(), "priya")
    with app.app_context():
        db.session.execute(sa.delete(AuditEntry))
        db.session.commit()


def test_no_command_is_forgotten(app: Flask) -> None:
    mine = {" ".join(path) for path in own_commands(app)}
    assert mine == {*NOTED, *NOT_NOTED}
    assert all(NOT_NOTED.values())


@pytest.mark.parametrize(
    ("words", "line"), [one for typed in NOTED.values() for one in typed], ids=str
)
def test_each_change_leaves_its_line(
    app: Flask, people: None, words: str, line: tuple[str, str, dict[str, Any]]
) -> None:
    if words == "users revoke-admin ada":  # the last administrator would stay
        add_user(app, "root", is_admin=True)
    if words == "broadcast restore 1":
        with app.app_context():
            db.session.execute(sa.update(Notification).values(recalled_at=NOON))
            db.session.commit()
    with at(NOON):
        done = app.test_cli_runner().invoke(
            args=words.partition(" #")[0].split(), input=TYPED.get(words, ON_STDIN)
        )
    assert done.exit_code == 0, done.output
    assert entries(app) == [line]
    with app.app_context():
        row = db.session.execute(sa.select(AuditEntry)).scalar_one()
    assert (row.at, row.actor_id) == (NOON, None)
    assert PASSWORD not in row.detail
    assert "reset/" not in row.subject + row.detail


@pytest.mark.parametrize("words", NOTHING_DONE)
def test_what_changes_nothing_leaves_none(app: Flask, people: None, words: str) -> None:
    app.test_cli_runner().invoke(
        args=words.partition(" #")[0].split(), input=TYPED.get(words, ON_STDIN)
    )
    assert entries(app) == []


def test_a_change_that_is_taken_back_was_never_noted(
    app: Flask, people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off() -> None:
        raise OSError("the power")

    monkeypatch.setattr(db.session, "commit", break_off)
    done = app.test_cli_runner().invoke(args=SEND.split())
    assert isinstance(done.exception, OSError)
    monkeypatch.undo()
    assert entries(app) == []


def test_a_readers_own_settings_are_not_noted(app: Flask, client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    for data in (
        {"part": "name", "display_name": "P"},
        {"part": "zone", "timezone": "Asia/Tokyo"},
    ):
        assert client.post("/settings", data=data).status_code == 303
    assert entries(app) == []


def test_an_entry_outlives_who_made_it(app: Flask, ada: int, bystander: int) -> None:
    add(app, 1, actor_id=ada)
    add(app, 1, actor_id=bystander)
    with app.app_context():
        db.session.execute(sa.delete(table(User)).where(User.id == ada))
        db.session.commit()
        with reading() as connection:
            found = queries.newest(connection, 9)
    assert [(entry.actor, entry.who) for entry in found] == [
        ("noor", "noor"),
        (None, "command line"),
    ]
