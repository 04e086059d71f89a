"""Importing people: who is made, changed and refused, and what comes into whose inbox."""

import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db, table
from notifications_app.core.errors import Refused
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import Group, GroupMember, User
from notifications_app.domain.inbox import add_reader, change_groups, change_timezone
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from notifications_app.domain.people_import import actions, comparison, temporary_tables
from notifications_app.domain.people_import.actions import Report, import_people
from notifications_app.domain.people_import.csv_file import COLUMNS, LineError
from tests.support import inbox
from tests.support.moments import HOUR, NOW

HEAD = ",".join(COLUMNS)
LATER = NOW + HOUR
USERNAME = (
    "A username can have 1 to 40 letters a to z, digits, dots, dashes and underscores, and must"
    " begin and end with a letter or digit."
)
ZONE = "There is no such time zone. Use one like Europe/Paris."


def run(*rows: str, head: str = HEAD, now: Any = LATER) -> Report:
    """Import these lines, in the test's transaction."""
    return import_people(io.BytesIO("\n".join([head, *rows]).encode()), now)


def account(username: str) -> Any:
    return db.session.execute(sa.select(table(User)).where(User.username == username)).one()


def number(username: str) -> int:
    return int(account(username).id)


def groups_of(username: str) -> list[str]:
    statement = sa.select(Group.name).join(GroupMember).join(User, User.id == GroupMember.user_id)
    found = db.session.execute(statement.where(User.username == username).order_by(Group.name))
    return list(found.scalars())


def stored() -> dict[str, list[Any]]:
    """Every row of every table."""
    tables = db.metadata.sorted_tables
    return {one.name: sorted(map(repr, db.session.execute(sa.select(one)))) for one in tables}


@pytest.fixture(autouse=True)
def people(in_app: Flask) -> None:
    """Ada, Grace and Noor since an hour; Ada is in the group "ops"."""
    for name, email in (("ada", "ada@example.org"), ("grace", None), ("noor", "noor@example.org")):
        said = {"email": email, "display_name": name.title()}
        add_reader.add_reader(name, now=NOW, password_hash="hash", **said)
    groups.create("ops")
    change_groups.join_group("ops", [number("ada")], NOW)


def test_new_people_come_without_a_password(in_app: Flask) -> None:
    report = run("zoe,Zoe@example.org,Zoë ❤😀 \\n ‘’,asia/tokyo,ops", "max,,,,")
    zoe, other = account("zoe"), account("max")
    assert (zoe.email, zoe.timezone) == ("zoe@example.org", "Asia/Tokyo")
    assert zoe.display_name == "Zoë ❤😀 \\n ‘’"
    assert (other.email, other.display_name, other.timezone) == (None, "", "UTC")
    for one in (zoe, other):
        assert (one.password_hash, one.is_admin, one.is_active) == (None, False, True)
        assert (one.inbox_since, one.created_at, one.last_stamp) == (LATER, LATER, 0)
        assert one.shortcuts
    assert groups_of("zoe") == ["ops"]
    assert report == Report(new=2, first_new=["zoe", "max"], lines=2)


def test_those_who_are_there_change_where_the_line_says_something(in_app: Flask) -> None:
    report = run("Ada,new@example.org,,,", "grace,,Grace H,Europe/Paris,")
    ada, grace = account("ada"), account("grace")
    assert (ada.email, ada.display_name, ada.timezone) == ("new@example.org", "Ada", "UTC")
    assert (grace.email, grace.display_name, grace.timezone) == (None, "Grace H", "Europe/Paris")
    assert (ada.password_hash, ada.inbox_since) == ("hash", NOW)
    assert report == Report(changed=2, first_changed=["ada", "grace"], lines=2)


def test_what_says_nothing_new_changes_nothing(in_app: Flask) -> None:
    before = stored()
    report = run("ada,ADA@example.org,Ada,utc,ops", "grace,,,,", "noor,noor@example.org,,,")
    assert report == Report(unchanged=3, lines=3)
    assert stored() == before


def test_groups_are_made_and_added_and_nobody_is_taken_out(in_app: Flask) -> None:
    report = run("ada,,,,night", "grace,,,,ops night", "zoe,,,,fresh;ops")
    assert groups_of("ada") == ["night", "ops"]
    assert groups_of("grace") == ["night", "ops"]
    assert groups_of("zoe") == ["fresh", "ops"]
    assert groups_of("noor") == []
    assert report == Report(
        new=1, changed=2, groups_made=["fresh", "night"], first_new=["zoe"],
        first_changed=["ada", "grace"], lines=3,
    )  # fmt: skip
    since = sa.select(GroupMember.since).where(GroupMember.user_id == number("ada"))
    assert set(db.session.execute(since).scalars()) == {NOW, LATER}


def test_a_report_names_the_first_few(in_app: Flask) -> None:
    report = run(*(f"person{n},,,,g{n}" for n in range(9)))
    assert report.new == 9
    assert report.first_new == [f"person{n}" for n in range(5)]
    assert report.groups_made == [f"g{n}" for n in range(9)]


def test_only_people_whose_email_address_changed_are_told(in_app: Flask) -> None:
    run(
        "ada,other@example.org,Other,Asia/Tokyo,night",
        "grace,grace@example.org,,,",
        "noor,noor@example.org,Other,,",
        "zoe,zoe@example.org,,,",
    )
    told = {name: inbox.ids(number(name), LATER) for name in ("ada", "grace", "noor", "zoe")}
    assert [len(ids) for ids in told.values()] == [1, 0, 0, 0]
    (notice,) = told["ada"]
    assert db.session.get_one(Notification, notice).title == "Your email address was changed"


def test_bystanders_keep_everything(in_app: Flask) -> None:
    theirs = inbox.notify(number("noor"), now=NOW)
    before = (account("noor"), inbox.ids(number("noor"), LATER))
    run("ada,,Other,Asia/Tokyo,night", "zoe,,,,")
    assert (account("noor"), inbox.ids(number("noor"), LATER)) == before
    assert before[1] == [theirs]


# ---- refusals ----


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        (
            ["zoe,,,,", "max,,,,", "ZOE,,,,", "zoe,,,,"],
            [(4, "It is already on line 2.", "username", "zoe"),
             (5, "It is already on line 2.", "username", "zoe")],
        ),
        (
            ["zoe,z@example.org,,,", "max,Z@EXAMPLE.org,,,"],
            [(3, "It is already on line 2.", "email", "z@example.org")],
        ),
        (
            ["zoe,ada@example.org,,,", "grace,noor@example.org,,,"],
            [(2, "It belongs to “ada”.", "email", "ada@example.org"),
             (3, "It belongs to “noor”.", "email", "noor@example.org")],
        ),
        (  # they could be swapped in two steps, not in one
            ["ada,noor@example.org,,,", "noor,ada@example.org,,,"],
            [(2, "It belongs to “noor”.", "email", "noor@example.org"),
             (3, "It belongs to “ada”.", "email", "ada@example.org")],
        ),
        (
            ["a b,,,,", "zoe,ada@example.org,,,", "max,,,Mars/Base,", "max,x,,,", "zoe,,,,"],
            [(2, USERNAME, "username", "a b"),
             (3, "It belongs to “ada”.", "email", "ada@example.org"),
             (4, ZONE, "timezone", "Mars/Base"),
             (5, "This is not an email address.", "email", "x"),
             (6, "It is already on line 3.", "username", "zoe")],
        ),
    ],
)  # fmt: skip
def test_every_bad_line_is_named_and_nothing_is_written(
    in_app: Flask, rows: list[str], errors: list[tuple[int, str, str, str]]
) -> None:
    before = stored()
    report = run(*rows, "good,good@example.org,Good,UTC,new-group")
    assert [tuple(one) for one in report.errors] == errors
    assert (report.new, report.changed, report.unchanged, report.groups_made) == (0, 0, 0, [])
    assert report.lines == len(rows) + 1
    assert stored() == before


def test_a_file_that_names_no_columns_is_refused(in_app: Flask) -> None:
    before = stored()
    assert [one.line for one in run("zoe", head="name").errors] == [1]
    assert [one.line for one in import_people(io.BytesIO(b""), LATER).errors] == [1]
    assert run() == Report()
    assert stored() == before


def test_accounts_made_by_somebody_else_meanwhile_are_a_refusal(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.session.commit()
    monkeypatch.setattr(comparison, "find_people", lambda: None)
    with pytest.raises(Refused, match="changed accounts in the meantime"):
        run("ada,,,,")


# ---- what comes into whose inbox ----


def one_by_one(now: Any) -> None:
    """Do the work of the file below by the actions for one person."""
    for name in ("night", "fresh"):
        groups.create(name)
    zoe = add_reader.add_reader("zoe", now=now, password_hash=None, timezone="Asia/Tokyo")
    add_reader.add_reader("max", now=now, password_hash=None)
    change_timezone.set_timezone(number("ada"), "Asia/Tokyo", now)
    change_timezone.set_timezone(number("grace"), "Europe/Paris", now)
    for name, who in (("ops", "grace"), ("night", "ada"), ("fresh", "ada")):
        change_groups.join_group(name, [number(who)], now)
    change_groups.join_group("ops", [zoe.id], now)


def by_file(now: Any) -> None:
    run("zoe,,,Asia/Tokyo,ops", "max,,,,", "ada,,,Asia/Tokyo,night fresh",
        "grace,,,Europe/Paris,ops", "noor,,,,", now=now)  # fmt: skip


def send_all() -> None:
    """On every channel: old and new, banners and not, expired and about to come."""
    zones = ("UTC", "Asia/Tokyo", "Europe/Paris")
    for channel in ("everyone", "group:ops", *(f"everyone@{zone}" for zone in zones),
                    *(f"group:ops@{zone}" for zone in zones)):  # fmt: skip
        for is_banner in (False, True):
            for minutes in (-30, 30, 90):
                release(channel, NOW + timedelta(minutes=minutes), is_banner=is_banner)
        release(channel, NOW + HOUR / 4, expires_at=NOW + HOUR / 2)


def release(channel: str, arrives_at: Any, **more: Any) -> None:
    said = {"title": channel, "body": "", "category": "info", "topic": "general"}
    is_banner, expires_at = more.get("is_banner", False), more.get("expires_at")
    made = db.session.execute(
        sa.insert(table(Notification))
        .values(**said, is_banner=is_banner, expires_at=expires_at, created_at=NOW)
        .returning(Notification.id)
    ).scalar_one()
    db.session.execute(
        sa.insert(table(Release)).values(
            channel=channel, notification_id=made, arrives_at=arrives_at,
            is_banner=is_banner, expires_at=expires_at,
        )
    )  # fmt: skip


def seen(change: Callable[[Any], None]) -> dict[str, Any]:
    """The inbox of each after a change, soon and late; then all is as before."""
    savepoint = db.session.begin_nested()
    change(LATER)
    found = {
        (name, moment, what): ask(number(name), moment)
        for name in ("ada", "grace", "noor", "zoe", "max")
        for moment in (LATER, LATER + HOUR)
        for what, ask in (("inbox", inbox.ids), ("banners", inbox.tops), ("count", inbox.count))
    }
    savepoint.rollback()
    return {str(key): value for key, value in found.items()}


def test_a_file_moves_people_like_the_actions_for_one(in_app: Flask) -> None:
    send_all()
    alone, together = seen(one_by_one), seen(by_file)
    assert together == alone
    assert len(set(map(str, alone.values()))) > 10


def test_newcomers_are_handed_the_live_banners(in_app: Flask) -> None:
    banner = inbox.broadcast(now=NOW, is_banner=True)
    of_ops = inbox.broadcast("group:ops", now=NOW, is_banner=True)
    inbox.broadcast(now=NOW)
    run("zoe,,,,ops", "max,,,,")
    assert inbox.ids(number("zoe"), LATER) == [of_ops, banner]
    assert inbox.ids(number("max"), LATER) == [banner]


def test_who_joins_hears_of_the_group_from_now_on(in_app: Flask) -> None:
    inbox.broadcast("group:ops", now=NOW)
    run("grace,,,,ops")
    after = inbox.broadcast("group:ops", now=LATER + HOUR / 2)
    assert inbox.ids(number("grace"), LATER + HOUR) == [after]


# ---- dry run, statements, memory ----


def test_a_dry_run_says_what_then_happens(in_app: Flask) -> None:
    db.session.commit()
    rows = ["zoe,,,,fresh ops", "ada,,Other,Asia/Tokyo,", "noor,,,,", "grace,,,,night"]
    before = stored()
    tried = run(*rows)
    assert stored() != before
    db.session.remove()  # as where nothing is committed
    assert stored() == before
    done = run(*rows)
    db.session.commit()
    assert done == tried
    assert (done.new, done.changed, done.unchanged) == (1, 2, 1)
    assert run(*rows) == Report(unchanged=4, lines=4)
    assert stored() != before


def statements(rows: int) -> list[str]:
    """The statements sent to the database for so many new people."""
    seen_now: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen_now.append(statement.split("(", maxsplit=1)[0])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    run(*(f"p{rows}-{n},p{rows}-{n}@example.org,Name,Asia/Tokyo,ops;g{n % 7}" for n in range(rows)))
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return [one for one in seen_now if "INSERT INTO import_" not in one]


def test_the_statements_do_not_grow_with_the_file(in_app: Flask) -> None:
    few = statements(10)
    assert statements(5_000) == few
    assert len(few) < 50


def test_lines_are_staged_in_batches(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    stage = temporary_tables._stage
    monkeypatch.setattr(temporary_tables, "BATCH", 40)
    monkeypatch.setattr(actions, "BATCH", 40)

    def watched(words: str) -> None:
        batches.append(len(json.loads(words)))
        stage(words)

    monkeypatch.setattr(temporary_tables, "_stage", watched)
    told: list[None] = []
    rows = (f"person{n},,,," for n in range(100))
    import_people(io.StringIO("\n".join([HEAD, *rows])), LATER, lambda: told.append(None))
    assert batches == [40, 40, 20]
    assert len(told) == 2


def peak(rows: int) -> int:
    """The most that reading so many lines, and staging them, holds in memory."""
    file = io.BytesIO("\n".join([HEAD, *("ada,,,,ops" for _ in range(rows))]).encode())
    tracemalloc.start()
    import_people(file, LATER)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_file(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the errors, of which such a file is full. 6,000 people take over a megabyte."""
    monkeypatch.setattr(temporary_tables, "BATCH", 100)
    monkeypatch.setattr(actions, "IN_MEMORY", 1_000)
    monkeypatch.setattr(comparison, "clashes", lambda: iter([LineError(2, "Enough.")]))
    peak(200)
    assert peak(6_000) < peak(300) + 150_000


def test_nothing_is_left_behind_in_the_database(in_app: Flask) -> None:
    for _ in range(2):
        run("zoe,,,,")
    db.session.commit()
    names = sa.inspect(db.session.connection()).get_temp_table_names()
    assert not [name for name in names if name.startswith("import_")]
    assert db.session.execute(sa.select(sa.func.count()).select_from(Delivery)).scalar_one() == 0


def test_over_fifty_groups_a_person_are_refused() -> None:
    many = " ".join(f"g{number}" for number in range(groups.MAX_GROUPS_PER_USER))
    assert run(f"zoe,,,,{many}").new == 1
    with pytest.raises(Refused, match="“zoe” would be in more than 50 groups"):
        run("zoe,,,,another")


def test_of_very_many_bad_lines_the_first_are_kept_and_all_are_counted() -> None:
    rows = [*("-,,,," for _ in range(20)), "ada,,,,", "ada,,,,"]
    report = import_people(io.BytesIO("\n".join([HEAD, *rows]).encode()), LATER, most_errors=5)
    assert [error.line for error in report.errors] == [2, 3, 4, 5, 6]
    assert (report.wrong, report.lines, report.new) == (21, 22, 0)
