"""The audit log: who may write into it, what stands in it, and who sees it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, reading, table
from notifications_app.domain.accounts.models import User
from notifications_app.domain.audit import queries, wording
from notifications_app.domain.audit.actions import add_entry
from notifications_app.domain.audit.models import AuditEntry
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
         {"title": "Hello", "to": "2 people", "audience": 2}),
    )],
    "broadcast send": [
        (SEND, ("broadcast.sent", "notification 2",
                {"title": "Hello", "to": "everyone", "audience": 2})),
        (f"{SEND} --to-user priya", ("broadcast.sent", "notification 2",
                                     {"title": "Hello", "to": "1 person", "audience": 1})),
    ],
    "broadcast edit": [(
        "broadcast edit 1 --title Other --notify-again",
        ("broadcast.edited", "notification 1", {"changed": ["title"], "notify_again": True}),
    )],
    "broadcast recall": [(
        "broadcast recall 1", ("broadcast.recalled", "notification 1", {}),
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
    "demo": "only fills a database without accounts, where there is nobody to answer to",
}
#: What is typed in, where it is not a password.
TYPED = {
    "users import -": "username,groups\ngrace,night\npriya,ops\n",
    "users import - --dry-run": "username,groups\ngrace,night\npriya,ops\n",
    "users import - # nothing new": "username,groups\nlocked,ops\n",
    "users import - # a bad line": "username,groups\ngrace,ops\nno name,\n",
}
#: What ends well, or refuses, and changes nothing.
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


def type_in(app: Flask, words: str) -> Any:
    """Run a command, a remark behind # left out."""
    typed = TYPED.get(words, ON_STDIN)
    return app.test_cli_runner().invoke(args=words.partition(" #")[0].split(), input=typed)


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


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({}, ""),
        ({"to": "group:ops", "audience": 2}, "to: the group ops; audience: 2"),
        ({"to": "role:admin"}, "to: the administrators"),
        ({"to": "everyone"}, "to: everyone"),
        ({"to": "2 people"}, "to: 2 people"),
        ({"title": "Hello", "audience": 1204}, "title: Hello; audience: 1,204"),
        ({"sign_ins_ended": 0, "admin": True}, "sign ins ended: 0; admin: yes"),
        ({"admin": False, "email": None}, "admin: no; email: none"),
        ({"people": ["ada", "priya"], "groups": []}, "people: ada, priya; groups: none"),
    ],
)
def test_a_detail_is_said_in_words(detail: dict[str, Any], said: str) -> None:
    entry = queries.Entry(1, NOON, None, "user.password-set", "user ada", detail)
    assert wording.detail(entry) == said
    assert entry.what == "User password set"


# ---- the command ----


@pytest.fixture
def listed(app: Flask) -> Callable[..., str]:
    def run(*words: str) -> str:
        done = app.test_cli_runner().invoke(args=["audit", "list", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_the_command_lists_the_newest_first(app: Flask, listed: Any, ada: int) -> None:
    add(app, 1, audience=1204)
    add(app, 1, actor_id=ada, title="\x1b[31mred")
    assert listed().splitlines() == [
        "WHEN                        WHO           ACTION        SUBJECT  DETAIL",
        "Fri 20 Nov 2026, 12:00 UTC  ada           user.created  user 1   title: \\x1b[31mred",
        "Fri 20 Nov 2026, 12:00 UTC  command line  user.created  user 1   audience: 1,204",
        "2 entries, newest first.",
    ]


def test_an_empty_log_is_said_in_a_sentence(listed: Any) -> None:
    assert listed().splitlines()[-1] == "0 entries, newest first."
    assert json.loads(listed("--json")) == []


def test_json_has_exactly_the_keys_of_readme(app: Flask, listed: Any, ada: int) -> None:
    add(app, 1, actor_id=ada, groups=["ops"])
    assert json.loads(listed("--json")) == [
        {
            "id": 1,
            "at": "2026-11-20T12:00:00Z",
            "actor": "ada",
            "action": "user.created",
            "subject": "user 1",
            "detail": {"groups": ["ops"]},
        }
    ]


def test_the_list_is_as_long_as_is_asked(app: Flask, listed: Any) -> None:
    add(app, 53)
    assert len(json.loads(listed("--json"))) == 50
    assert [one["id"] for one in json.loads(listed("--json", "--limit", "2"))] == [53, 52]
    assert listed("--limit", "1").splitlines()[-1] == "1 entry, newest first."
    assert app.test_cli_runner().invoke(args=["audit", "list", "--limit", "0"]).exit_code == 2


# ---- the page ----


def shown(answer: Any) -> list[int]:
    """The numbers of the users that a page speaks of."""
    words = answer.text.split('<span class="where">user ')[1:]
    return [int(one.partition("<")[0]) for one in words]


def link(answer: Any, rel: str) -> str:
    """Where the page leads to."""
    before, found, _after = answer.text.partition(f'rel="{rel}"')
    assert found, rel
    return str(before.rpartition('href="')[2].partition('"')[0])


def test_the_page_turns_by_id_however_many_have_come_since(
    app: Flask, client: FlaskClient, ada: int
) -> None:
    add(app, 120)
    sign_in(client, "ada")
    first = client.get("/admin/audit")
    assert shown(first) == list(range(120, 70, -1))
    assert 'rel="prev"' not in first.text
    second = client.get(link(first, "next"))
    assert shown(second) == list(range(70, 20, -1))
    add(app, 1)
    third = client.get(link(second, "next"))
    assert shown(third) == list(range(20, 0, -1))
    assert 'rel="next"' not in third.text
    assert shown(client.get(link(third, "prev"))) == list(range(70, 20, -1))
    assert shown(client.get(link(second, "prev"))) == list(range(120, 70, -1))
    assert "Back to the newest" in second.text


def test_the_page_before_the_first_full_one_is_the_newest(
    app: Flask, client: FlaskClient, ada: int
) -> None:
    add(app, 60)
    sign_in(client, "ada")
    second = client.get(link(client.get("/admin/audit"), "next"))
    assert shown(second) == list(range(10, 0, -1))
    newest = client.get(link(second, "prev"))
    assert shown(newest) == list(range(60, 10, -1))


@pytest.mark.parametrize("words", ["x", "\0", "9" * 20, "-", "1-1-x"])
def test_a_tampered_cursor_is_refused(client: FlaskClient, ada: int, words: str) -> None:
    sign_in(client, "ada")
    for name in ("before", "after"):
        assert client.get("/admin/audit", query_string={name: words}).status_code == 400


def test_times_are_in_the_administrators_zone(app: Flask, client: FlaskClient) -> None:
    number = add_user(app, "grace", is_admin=True, timezone="Asia/Kolkata")
    add(app, 1, actor_id=number, title="<b>bold</b>")
    with at(NOON):
        sign_in(client, "grace")
        page = client.get("/admin/audit").text
    assert "Fri 20 Nov, 17:30" in page
    assert "Fri 20 Nov 2026, 17:30 IST (Asia/Kolkata)" in page
    assert "title: &lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>" not in page


def test_what_has_a_page_is_linked_and_nothing_else(
    app: Flask, client: FlaskClient, ada: int, priya: int
) -> None:
    run = app.test_cli_runner().invoke
    run(args=["groups", "create", "ops"])
    for more in (
        ["--to-group", "ops"],
        ["--to-user", "priya"],
        ["--local", "--at", "2027-01-11 09:00"],
    ):
        run(args=[*SEND.split(), *more])
    add(app, 1, to="group:ops")
    with app.app_context():
        for subject in ("notification", "notification x", "notification 99", "person 1"):
            add_entry("broadcast.edited", subject, actor_id=None, now=NOON)
        db.session.commit()
    sign_in(client, "ada")
    page = client.get("/admin/audit").text
    linked = re.findall(r'<a class="where" href="([^"]*)">(.*?)</a>', page)
    assert linked == [(f"/admin/broadcasts/{n}", f"notification {n}") for n in (3, 1)]
    assert all(client.get(url).status_code == 200 for url, _words in linked)
    assert '<span class="where">notification 2</span>' in page
    assert page.count("to: the group ops") == 2
    assert "group:ops" not in page


def test_an_empty_log_says_what_will_stand_there(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada")
    assert "stands here, the newest first." in client.get("/admin/audit").text


def test_only_administrators_are_shown_the_way(app: Flask, ada: int, priya: int) -> None:
    for name, there in (("ada", True), ("priya", False)):
        client = app.test_client()
        sign_in(client, name)
        assert ("Audit log" in client.get("/inbox").text) is there


def test_who_is_signed_out_signs_in_first(client: FlaskClient, ada: int) -> None:
    answer = client.get("/admin/audit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/admin/audit")
