"""The database goes up, down and up again, by either command, and keeps what is in it."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask

from notifications_app import create_app
from notifications_app.core.database import ROOT, create_database, db
from notifications_app.domain.inbox import add_reader
from notifications_app.domain.inbox.models import Notification, search_text
from tests.support import inbox
from tests.support.app import POSTGRESQL, on_postgresql, on_sqlite, settings
from tests.support.make_fixture import DAY, START
from tests.support.new_database import fill_with_release_1, new_url

SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
#: Every revision with the one before it, the oldest first.
STEPS = [(one.revision, one.down_revision) for one in SCRIPTS.walk_revisions()][::-1]
#: The revision that a release left behind, and what is in its fixture.
RELEASE_1 = "0001"
ROWS = {
    "changes": 10, "deliveries": 11, "group_members": 1, "groups": 1, "mutes": 1,
    "notifications": 8, "releases": 5, "sign_ins": 1, "users": 3,
}  # fmt: skip
LATER = START + 10 * DAY


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """An empty database that nobody migrated."""
    with new_url(tmp_path) as address:
        yield address


@pytest.fixture
def new(url: str) -> Iterator[Flask]:
    """An application on it, with its context pushed."""
    app = create_app(settings(url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def filled(new: Flask, url: str) -> Flask:
    """An application on a database filled by release 1."""
    fill_with_release_1(url)
    return new


def config(scripts: Path | None = None) -> Config:
    found = Config(str(ROOT / "alembic.ini"))
    found.attributes["quiet"] = True
    if scripts:
        found.set_main_option("script_location", str(scripts))
    return found


def up(target: str = "head", scripts: Path | None = None) -> None:
    db.session.rollback()
    command.upgrade(config(scripts), target)


def down(target: str, *given_up: str) -> None:
    db.session.rollback()
    found = config()
    found.cmd_opts = Namespace(x=[f"{argument}=yes" for argument in given_up])
    command.downgrade(found, target)


def revision() -> str | None:
    if "alembic_version" not in tables():
        return None
    return db.session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def inspector() -> Any:
    return sa.inspect(db.session.connection())


def tables() -> set[str]:
    return set(inspector().get_table_names())


def counts() -> dict[str, int]:
    return {name: inbox.how_many(sa.table(name)) for name in sorted(ROWS)}


def columns() -> dict[str, list[str]]:
    look = inspector()
    return {name: [one["name"] for one in look.get_columns(name)] for name in ROWS}


def checksums(wanted: dict[str, list[str]]) -> dict[str, str]:
    """Checksums of the release's columns, as far as they still exist."""
    there, sums = columns(), dict[str, str]()
    for name, of_release in wanted.items():
        kept: list[Any] = [sa.column(one) for one in of_release if one in there[name]]
        rows = db.session.execute(sa.select(*kept).select_from(sa.table(name)))
        lines = sorted(repr(tuple(map(str, row))) for row in rows)
        sums[name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return sums


def broken_links() -> list[Any]:
    if POSTGRESQL:
        return []
    return list(db.session.execute(sa.text("PRAGMA foreign_key_check")).all())


def test_a_release_is_migrated_and_loses_nothing(filled: Flask) -> None:
    assert counts() == ROWS
    of_release = columns()
    before = checksums(of_release)
    up()
    assert revision() == SCRIPTS.get_current_head()
    assert counts() == ROWS
    assert checksums(of_release) == before
    assert broken_links() == []
    ada, priya, noor = 1, 2, 3
    assert inbox.ids(ada, LATER) == [7, 6, 1]
    assert inbox.ids(ada, LATER, "dismissed") == [8, 2]
    assert inbox.ids(priya, LATER, "unread") == []
    assert inbox.ids(priya, LATER, "muted") == [8, 7, 6]
    assert inbox.ids(noor, LATER) == [1]
    assert inbox.tops(noor, LATER) == [1]
    assert inbox.notify(priya, now=LATER) == 9


def test_the_fixture_has_a_row_in_every_table(filled: Flask) -> None:
    assert tables() == {*ROWS, "alembic_version"}
    assert all(counts().values())


def after_release() -> list[Any]:
    names = [one for one, _before in STEPS]
    return STEPS[names.index(RELEASE_1) + 1 :]


def test_each_revision_goes_up_down_and_up_and_loses_nothing(filled: Flask) -> None:
    of_release = columns()
    before = checksums(of_release)
    for one, previous in after_release():
        for move, target in ((up, one), (down, previous), (up, one)):
            move(target)
            assert revision() == target
            assert counts() == ROWS
            assert checksums(of_release) == before
            assert broken_links() == []


def test_all_the_way_down_leaves_nothing_and_up_again_works(filled: Flask) -> None:
    up()
    down("base", "lose-everything")
    assert tables() == {"alembic_version"}
    up()
    assert counts() == dict.fromkeys(ROWS, 0)
    check()


def check() -> None:
    db.session.rollback()
    command.check(config())


def schema() -> dict[str, list[str]]:
    """The database's own description of its tables."""
    look = inspector()
    aspects = (
        look.get_columns,
        look.get_indexes,
        look.get_foreign_keys,
        look.get_unique_constraints,
    )
    return {
        name: [
            json.dumps(sorted(found, key=lambda one: str(one["name"])), default=str)
            for found in (*(aspect(name) for aspect in aspects), [look.get_pk_constraint(name)])
        ]
        for name in look.get_table_names()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("flask", "db", "upgrade"), ("alembic", "upgrade", "head"), ("alembic", "-q", "check")],
)
def test_both_commands_migrate_alike(new: Flask, url: str, words: tuple[str, ...]) -> None:
    if words[-1] == "check":
        up()
    program = Path(sys.executable).with_name(words[0])
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "k" * 40}
    done = subprocess.run(
        [program, *words[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found = schema()
    assert set(found) > set(ROWS)
    assert revision() == SCRIPTS.get_current_head()
    down("base")
    up()
    assert schema() == found


@pytest.mark.slow
def test_several_machines_can_migrate_at_once(new: Flask, url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "k" * 40}
    commands = [("flask", "db", "upgrade"), ("alembic", "upgrade", "head")] * 2
    running = [
        subprocess.Popen(
            [Path(sys.executable).with_name(words[0]), *words[1:]],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    for process in running:
        _out, err = process.communicate()
        assert process.returncode == 0, err
    assert revision() == SCRIPTS.get_current_head()


def test_models_and_migrations_agree(new: Flask) -> None:
    up()
    check()
    db.session.execute(sa.text("DROP INDEX ix_deliveries_unread"))
    db.session.commit()
    with pytest.raises(CommandError, match="New upgrade operations detected"):
        check()


def test_the_sql_can_be_printed_without_a_database(new: Flask) -> None:
    found = config()
    found.output_buffer = io.StringIO()
    command.upgrade(found, "head", sql=True)
    printed = found.output_buffer.getvalue()
    assert "CREATE TABLE deliveries" in printed
    create_database()
    assert tables() == set()


@on_sqlite
def test_foreign_keys_are_on_after_migrating(new: Flask) -> None:
    up()
    with db.engine.connect() as first, db.engine.connect().execution_options(read=True) as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


# --- Revisions that are to come, good and bad


def next_revision(folder: Path, *upgrade: str) -> Path:
    """Copy the migrations and add one more; where they are."""
    scripts = folder / "migrations"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    body = "\n".join(f"    {line}" for line in upgrade)
    (scripts / "versions" / "29990101_9999_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = '9999'\ndown_revision = '{SCRIPTS.get_current_head()}'\n\n"
        f"def upgrade():\n{body}\n"
    )
    return scripts


def test_a_change_of_a_table_keeps_its_children(filled: Flask, tmp_path: Path) -> None:
    up()
    scripts = next_revision(
        tmp_path,
        "with op.batch_alter_table('users', recreate='always') as batch:"
        if not POSTGRESQL
        else "with op.batch_alter_table('users') as batch:",
        "    batch.add_column(sa.Column('nickname', sa.String(9), server_default='-'))",
    )
    up("head", scripts)
    assert revision() == "9999"
    assert counts() == ROWS
    assert "nickname" in columns()["users"]


@pytest.mark.parametrize("end", ["raise RuntimeError('broken')", "op.execute('SELECT nonsense')"])
def test_a_migration_that_fails_leaves_nothing_half_done(
    filled: Flask, tmp_path: Path, end: str
) -> None:
    up()
    before, names = schema(), tables()
    sums = checksums(columns())
    scripts = next_revision(
        tmp_path,
        "op.create_table('half', sa.Column('id', sa.Integer, primary_key=True))",
        "op.execute('DELETE FROM changes')",
        "with op.batch_alter_table('users') as batch:",
        "    batch.alter_column('email', new_column_name='mail')",
        end,
    )
    with pytest.raises((RuntimeError, sa.exc.DBAPIError, CommandError)):
        up("head", scripts)
    assert (revision(), tables(), schema()) == (SCRIPTS.get_current_head(), names, before)
    assert counts() == ROWS
    assert checksums(columns()) == sums
    if not POSTGRESQL:
        assert db.session.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1


@on_sqlite
def test_a_migration_that_leaves_rows_pointing_to_nothing_is_refused(
    filled: Flask, tmp_path: Path
) -> None:
    up()
    with pytest.raises(CommandError, match="4 rows point to nothing"):
        up("head", next_revision(tmp_path, "op.execute('DELETE FROM users WHERE id = 3')"))
    assert revision() == SCRIPTS.get_current_head()
    assert counts() == ROWS


# --- Not migrated


def test_not_migrated_is_said_in_one_sentence(new: Flask) -> None:
    create_database()
    client = new.test_client()
    sentence = "The database is not migrated. Run `flask db upgrade` first."
    page = client.get("/login")
    assert page.status_code == 503
    assert sentence in page.text
    ready = client.get("/readyz", headers={"Accept": "application/json"})
    assert ready.status_code == 503
    assert client.get("/healthz").status_code == 200
    said = new.test_cli_runner().invoke(args=["broadcast", "list"])
    assert (said.exit_code, said.stdout, said.stderr) == (1, "", f"Error: {sentence}\n")


def set_revision(revision: str) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    db.session.commit()


def test_a_database_of_an_older_version_is_not_ready_one_of_a_newer_is(new: Flask) -> None:
    up()
    client = new.test_client()
    assert client.get("/readyz").json == {"status": "ready", "database": "ready"}
    set_revision("0002")
    answer = client.get("/readyz")
    expected = {"status": "not ready", "database": "not migrated"}
    assert (answer.status_code, answer.json) == (503, expected)
    set_revision("9999")  # the other processes have been upgraded first
    assert client.get("/readyz").status_code == 200


# --- The search, which no model describes


def search_objects() -> set[str]:
    """The objects that serve the search: tables and triggers, or an index."""
    names = "SELECT name FROM sqlite_master WHERE name LIKE 'notifications_fts%'"
    if POSTGRESQL:
        names = "SELECT indexname FROM pg_indexes WHERE indexname = 'ix_notifications_search'"
    return set(db.session.execute(sa.text(names)).scalars())


def test_what_was_there_before_the_search_is_found_by_it(filled: Flask) -> None:
    assert search_objects() == set()
    ada = 1
    words = db.session.execute(sa.text("SELECT title FROM notifications WHERE id = 7")).scalar()
    for _ in range(2):
        up()
        assert search_objects()
        assert 7 in inbox.ids(ada, LATER, q=f'"{words}"')
        check()
        down("0001")
        assert search_objects() == set()


def test_the_audience_is_taken_from_the_audit_log(filled: Flask) -> None:
    up("0003")
    entry = sa.text(
        "INSERT INTO audit (at, actor_id, action, subject, detail)"
        " VALUES ('2026-11-20 12:00:00', NULL, :action, :subject, :detail)"
    )
    for action, number, detail in (
        ("broadcast.sent", 1, '{"title": "A", "to": "everyone", "audience": 7}'),
        ("broadcast.edited", 2, '{"changed": [], "audience": 5}'),
        ("notification.sent", 3, '{"to": "2 people", "audience": 2}'),
        ("broadcast.sent", 3, '{"audience": 9}'),
        ("broadcast.sent", 4, '{"title": "without"}'),
    ):
        values = {"action": action, "subject": f"notification {number}", "detail": detail}
        db.session.execute(entry, values)
    db.session.commit()
    for _ in range(2):
        up("0004")
        found = db.session.execute(sa.text("SELECT id, audience FROM notifications ORDER BY id"))
        assert dict(found.tuples().all()) == {1: 7, 3: 2} | dict.fromkeys((2, 4, 5, 6, 7, 8))
        down("0003", "lose-audience")


def test_the_local_time_is_taken_from_the_release_that_comes_last(filled: Flask) -> None:
    up("0007")
    release = sa.text(
        "INSERT INTO releases (channel, notification_id, arrives_at, is_banner)"
        " VALUES (:channel, 1, :arrives_at, FALSE)"
    )
    for zone, arrives_at in (
        ("Etc/GMT+12", "2027-07-01 21:30:15.250000"),
        ("UTC", "2027-07-01 09:30:15.250000"),
    ):
        values = {"channel": f"group:ops@{zone}", "arrives_at": arrives_at}
        db.session.execute(release, values)
    db.session.commit()
    for _ in range(2):
        up("0008")
        found = db.session.execute(
            sa.select(Notification.id, Notification.local_at).where(
                Notification.local_at.is_not(None)
            )
        ).all()
        assert [tuple(row) for row in found] == [(1, datetime(2027, 7, 1, 9, 30, 15, 250000))]
        down("0007", "lose-local-times")


def test_what_was_sent_before_is_found_by_every_form_of_its_letters(filled: Flask) -> None:
    up("0008")
    db.session.execute(
        sa.text("UPDATE notifications SET title = :title, body = :body WHERE id = 7"),
        {"title": "Ölwechsel", "body": "In der Straße, Cafe\u0301"},
    )
    db.session.commit()
    for _ in range(2):
        up()
        for q in ("öl", "ölwechsel", "STRASSE", "café"):
            assert inbox.ids(1, LATER, q=q) == [7], q
        title, body = db.session.execute(
            sa.text("SELECT title, body FROM notifications WHERE id = 7")
        ).one()
        assert (title, body) == ("Ölwechsel", "In der Straße, Cafe\u0301")
        texts = db.session.execute(
            sa.select(Notification.title, Notification.body, Notification.search_text)
        ).all()
        assert all(row.search_text == search_text(row.title, row.body) for row in texts)
        down("0008")
        db.session.rollback()


# --- Data that a downgrade deletes


#: A row of what each downgrade deletes, by the argument that allows it.
DATA = {
    "lose-audit": "INSERT INTO audit (at, action, subject, detail)"
    " VALUES ('2026-11-20 12:00:00', 'a', 'b', '{}')",
    "lose-actor-names": "UPDATE audit SET actor_name = 'zoe'",
    "lose-audience": "UPDATE notifications SET audience = 7 WHERE id = 1",
    "lose-local-times": "UPDATE notifications SET local_at = '2026-11-20 09:00:00' WHERE id = 1",
    "lose-density": "UPDATE users SET density = 'compact' WHERE id = 1",
    "lose-earlier-reads": "UPDATE deliveries SET earlier_read_at = arrives_at",
    "lose-void-links": "UPDATE users SET link_version = 1 WHERE id = 1",
    "lose-everything": "UPDATE users SET display_name = 'Z' WHERE id = 1",
}


def losing() -> dict[str, str]:
    """The argument that allows each downgrade, with the revision before it."""
    modules = {one.revision: one.module for one in SCRIPTS.walk_revisions()}
    return {
        modules[one].LOSES[0]: str(previous or "base")
        for one, previous in STEPS
        if getattr(modules[one], "LOSES", None)
    }


def test_every_downgrade_that_drops_data_asks() -> None:
    for one in SCRIPTS.walk_revisions():
        source = Path(one.path).read_text(encoding="utf-8")
        drops = "op.drop_table(" in source or "drop_column(" in source
        assert drops == hasattr(one.module, "LOSES"), one.revision
    assert set(losing()) == set(DATA)


@pytest.mark.parametrize("argument", DATA)
def test_a_downgrade_deletes_no_data_unasked(
    filled: Flask, argument: str, caplog: pytest.LogCaptureFixture
) -> None:
    up()
    for statement in (DATA["lose-audit"], DATA[argument]):
        db.session.execute(sa.text(statement))
    db.session.commit()
    others = set(DATA) - {argument}
    before, target = revision(), losing()[argument]
    for given_up in (others, [*others, f"{argument}=no"]):
        with pytest.raises(CommandError, match=rf"would delete .* with -x {argument}=yes\.$"):
            down(target, *given_up)
        assert revision() == before
    down(target, *DATA)
    assert revision() == (None if target == "base" else target)
    assert "as the command allows" in caplog.text


def test_everything_that_a_downgrade_deletes_is_named_at_once(filled: Flask) -> None:
    up()
    for statement in DATA.values():
        db.session.execute(sa.text(statement))
    db.session.commit()
    with pytest.raises(CommandError) as refused:
        down("base")
    sentence = str(refused.value)
    assert "the audit log (1 row)" in sentence
    assert "all accounts and notifications (11 rows)" in sentence
    assert all(f"-x {argument}=yes" in sentence for argument in DATA)
    printed = config()
    printed.output_buffer = io.StringIO()
    with pytest.raises(CommandError, match="-x lose-audit=yes"):
        command.downgrade(printed, "0005:0001", sql=True)


@pytest.mark.parametrize("words", [("flask", "db"), ("alembic",)])
def test_both_commands_ask_before_they_delete(
    filled: Flask, url: str, words: tuple[str, ...]
) -> None:
    up()
    db.session.execute(sa.text(DATA["lose-audit"]))
    db.session.commit()
    program = Path(sys.executable).with_name(words[0])
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "k" * 40}

    def run(*more: str) -> Any:
        before = more if words[0] == "alembic" else ()
        after = () if before else more
        return subprocess.run(
            [program, *before, *words[1:], "downgrade", *after, "0002"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    refused = run()
    assert refused.returncode != 0
    assert "-x lose-audit=yes" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr
    db.session.rollback()
    assert revision() == SCRIPTS.get_current_head()
    db.session.rollback()
    allowed = run("-x", "lose-audit=yes")
    assert allowed.returncode == 0, allowed.stderr
    db.session.rollback()
    assert revision() == "0002"


def test_accounts_of_before_have_comfortable_rows(filled: Flask) -> None:
    for _ in range(2):
        up("0007")
        found = db.session.execute(sa.text("SELECT density FROM users")).scalars().all()
        assert found == ["comfortable"] * ROWS["users"]
        down("0005")


DENIED = "DO $$ BEGIN RAISE insufficient_privilege; END $$"


@on_postgresql
def test_without_the_right_to_trigrams_it_is_migrated_all_the_same(
    new: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """An extension is made by who may CREATE in the database; the server refuses it here."""

    def deny(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> Any:
        return (DENIED if "CREATE EXTENSION" in statement else statement), parameters

    sa.event.listen(db.engine, "before_cursor_execute", deny, retval=True)
    up()
    assert "search has no index" in caplog.text
    assert search_objects() == set()
    user = add_reader.add_reader("zoe", password_hash=None, now=START).id
    number = inbox.notify(user, now=LATER, title="A needle, 100%")
    assert inbox.ids(user, LATER, q="NEEDLE, 100%") == [number]
    assert inbox.ids(user, LATER, q="needles") == []
    db.session.commit()
    check()
    down("base", *DATA)


def test_titles_of_personal_notifications_leave_the_audit_log(filled: Flask) -> None:
    up("0005")
    entries = (
        (
            901,
            "notification.sent",
            "notification 1",
            {"title": "é “x”", "to": "ada", "audience": 1},
        ),
        (902, "notification.sent", "notification 999", {"title": "Gone", "audience": 1}),
        (903, "broadcast.sent", "notification 1", {"title": "Stays", "to": "everyone"}),
        (904, "user.created", "user notification 1", {"admin": True}),
    )
    for number, action, subject, detail in entries:
        db.session.execute(
            sa.text(
                "INSERT INTO audit (id, at, action, subject, detail)"
                " VALUES (:id, '2026-11-20 12:00:00', :action, :subject, :detail)"
            ),
            {"id": number, "action": action, "subject": subject, "detail": json.dumps(detail)},
        )
    topic = db.session.execute(sa.text("SELECT topic FROM notifications WHERE id = 1")).scalar()
    db.session.commit()

    def details() -> list[dict[str, Any]]:
        found = sa.text("SELECT detail FROM audit WHERE id > 900 ORDER BY id")
        return [json.loads(detail) for detail in db.session.execute(found).scalars()]

    without = [{"topic": topic, "audience": 1}, {"audience": 1}, entries[2][3], entries[3][3]]
    for _ in range(2):
        up("0011")
        assert details() == without
        assert columns()["users"][-1] == "link_version"
        down("0005")
        assert details() == without
    assert counts()["users"] == ROWS["users"]
