"""The two ways to the database, and what every connection to it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import make_url

from notifications_app.core.database import db, engine_options, reading
from notifications_app.core.postgresql_engine import CONNECTING
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox.models import Delivery, Notification
from tests.support import inbox
from tests.support.app import POSTGRESQL, on_postgresql, on_sqlite
from tests.support.moments import NOW

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}


@pytest.fixture
def begun(in_app: Flask) -> Iterator[list[str]]:
    """How transactions begin meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)


@on_sqlite
def test_every_pooled_connection_is_told_the_same(in_app: Flask) -> None:
    with ExitStack() as stack:
        reads = [stack.enter_context(reading()) for _ in range(7)]
        raw = {id(one.connection.dbapi_connection) for one in reads}
        assert len(raw) == 7
        for one in [*reads, db.session.connection()]:
            for name, value in PRAGMAS.items():
                assert one.execute(sa.text(f"PRAGMA {name}")).scalar_one() == value, name


@on_sqlite
def test_the_session_begins_immediate_and_reading_plain(begun: list[str]) -> None:
    with reading() as connection:
        connection.execute(sa.select(User.id))
    assert begun == ["BEGIN"]
    db.session.execute(sa.select(User.id))
    assert begun == ["BEGIN", "BEGIN IMMEDIATE"]


@on_sqlite
def test_reading_sees_one_moment(in_app: Flask, priya: int) -> None:
    with reading() as connection:
        counted = sa.select(sa.func.count()).select_from(Notification)
        assert connection.execute(counted).scalar_one() == 0
        inbox.notify(priya)
        db.session.commit()
        assert connection.execute(counted).scalar_one() == 0
    with reading() as connection:
        assert connection.execute(counted).scalar_one() == 1


@on_postgresql
def test_reading_is_in_autocommit_and_the_session_is_not(in_app: Flask) -> None:
    with reading() as connection:
        assert connection.connection.dbapi_connection.autocommit
        connection.execute(sa.select(User.id))
        status = connection.connection.dbapi_connection.info.transaction_status
        assert status.name == "IDLE"
    raw: Any = db.session.connection().connection.dbapi_connection
    assert not raw.autocommit


@on_postgresql
def test_a_connection_speaks_utc_and_does_not_wait_for_ever(in_app: Flask) -> None:
    assert db.session.execute(sa.text("SHOW timezone")).scalar_one().lower() == "utc"
    assert db.session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "15s"


@on_postgresql
def test_a_lock_timeout_is_for_one_transaction(in_app: Flask) -> None:
    db.session.connection(execution_options={"lock_timeout": 0.2})
    assert db.session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "200ms"
    db.session.rollback()
    assert db.session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "15s"


def test_an_error_gives_the_writers_turn_back(app: Flask, priya: int) -> None:
    with app.app_context():
        notification = inbox.notify(priya)
        db.session.commit()
    with pytest.raises(sa.exc.IntegrityError), app.app_context():
        db.session.execute(
            sa.insert(Delivery).values(user_id=priya, notification_id=notification, arrives_at=NOW)
        )
    with app.app_context():
        inbox.notify(priya)  # and then nothing: no commit, no rollback
    done = threading.Event()

    def write() -> None:
        with app.app_context():
            inbox.notify(priya)
            db.session.commit()
            done.set()

    other = threading.Thread(target=write, daemon=True)
    other.start()
    assert done.wait(timeout=10)
    other.join(timeout=10)
    with app.app_context():
        assert inbox.how_many(Notification) == 2


@on_sqlite
def test_a_refused_begin_gives_the_turn_back_too(app: Flask, database_url: str) -> None:
    other = sa.create_engine(database_url)
    with app.app_context(), other.connect() as blocking:
        blocking.exec_driver_sql("BEGIN IMMEDIATE")
        impatient = db.engine.execution_options(lock_timeout=0.0)
        for _ in range(2):
            with pytest.raises(sa.exc.OperationalError, match="locked"), impatient.connect() as one:
                one.execute(sa.select(User.id))
        blocking.exec_driver_sql("ROLLBACK")
        with impatient.connect() as one:
            one.execute(sa.select(User.id))
        assert db.session.execute(sa.text("PRAGMA busy_timeout")).scalar_one() == 15_000
    other.dispose()


def test_foreign_keys_hold(in_app: Flask, priya: int) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(
            sa.insert(Delivery).values(
                user_id=priya + 99, notification_id=1, arrives_at=datetime(2026, 11, 20, tzinfo=UTC)
            )
        )


def test_an_id_is_never_used_twice(in_app: Flask, priya: int) -> None:
    first = inbox.notify(priya)
    db.session.execute(sa.delete(Notification).where(Notification.id == first))
    db.session.commit()
    assert inbox.notify(priya) > first
    assert inbox.how_many(Delivery) == 1


@on_sqlite
def test_deliveries_are_stored_in_their_own_key(in_app: Flask) -> None:
    made = sa.text("SELECT sql FROM sqlite_master WHERE name = 'deliveries'")
    assert db.session.execute(made).scalar_one().rstrip().endswith("WITHOUT ROWID")


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", "-c timezone=utc"),
        ("?options=-c%20work_mem%3D64MB", "-c work_mem=64MB -c timezone=utc"),
        ("?options=-csearch_path%3Da&sslmode=require", "-csearch_path=a -c timezone=utc"),
        ("?options=-c%20a%3D1&options=-c%20b%3D2", "-c a=1 -c b=2 -c timezone=utc"),
    ],
)
def test_ours_are_added_to_the_options_of_the_address(query: str, options: str) -> None:
    found = engine_options(f"postgresql+psycopg://h/n{query}", 8)["connect_args"]
    assert found == {"options": options, **CONNECTING}
    longer = engine_options("postgresql+psycopg://h/n?connect_timeout=9", 8)["connect_args"]
    assert longer == {"options": "-c timezone=utc", **CONNECTING, "connect_timeout": "9"}


@on_postgresql
def test_the_query_of_the_address_reaches_the_server(make_app: Callable[..., Flask]) -> None:
    query = {"options": "-c work_mem=77MB -c timezone=Asia/Tokyo", "application_name": "ours"}
    url = make_url(POSTGRESQL).update_query_dict(query).render_as_string(hide_password=False)
    app = make_app(DATABASE_URL=url)
    asked = {"work_mem": "77MB", "TimeZone": "UTC", "application_name": "ours"}
    with app.app_context(), reading() as connection:
        for name, value in asked.items():
            setting = sa.select(sa.func.current_setting(name))
            assert str(connection.execute(setting).scalar()).upper() == value.upper()
