"""How the databases find what the inbox asks for: by the indexes, a page's worth of rows."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import paging
from notifications_app.core.clock import UTCDateTime
from notifications_app.core.database import db
from notifications_app.domain.inbox import actions, change_timezone, queries, statements, undo
from notifications_app.domain.inbox.filters import parse_filter
from tests.support import inbox
from tests.support.app import POSTGRESQL, on_postgresql, on_sqlite
from tests.support.inbox import TABS
from tests.support.moments import HOUR, NOON

#: So much that no planner reads a whole table: for each of 40 readers 400 deliveries, a third of
#: them read, a third dismissed and a sixth snoozed, and 1,500 releases on either channel. A third
#: of everything is of a topic that all have muted.
READERS, EACH, ON_AIR = 40, 400, 1_500
NOW = NOON + timedelta(days=30)
#: The most rows that a page or a count reads of one source, with some it has to skip.
ENOUGH = 500
COUNTING = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
"""
USERS = """
INSERT INTO users (username, display_name, timezone, is_admin, is_active, shortcuts,
                   inbox_since, admin_since, last_stamp, created_at) {counting}
SELECT 'p' || i, '', 'UTC', true, true, true, :noon, :noon, 0, :noon FROM n
"""
NOTIFICATIONS = """
INSERT INTO notifications (title, body, category, topic, is_banner, created_at) {counting}
SELECT 'T', '', 'info', CASE i / 2 % 3 WHEN 0 THEN 'noise' ELSE 'general' END, false, :noon FROM n
"""
RELEASES = """
INSERT INTO releases (channel, notification_id, arrives_at, is_banner) {counting}
SELECT CASE i % 2 WHEN 0 THEN 'everyone' ELSE 'role:admin' END, i, :later, i > 2990 FROM n
"""
DELIVERIES = """
INSERT INTO deliveries (user_id, notification_id, arrives_at, snoozed_from, read_at, dismissed_at)
{counting}
SELECT u.id, 3000 + i, CASE i % 6 WHEN 2 THEN :ahead ELSE :later END,
       CASE i % 6 WHEN 2 THEN :later END, CASE i % 3 WHEN 0 THEN :later END,
       CASE i % 3 WHEN 1 THEN :later END FROM n, users u
"""
MUTES = "INSERT INTO mutes (user_id, topic) SELECT id, 'noise' FROM users"
MANY = {
    USERS: READERS,
    NOTIFICATIONS: EACH + 2 * ON_AIR,
    RELEASES: 2 * ON_AIR,
    DELIVERIES: EACH,
}


#: A place in the middle of a tab, where it is not that of the releases.
PLACES = {
    "dismissed": paging.Position(NOON + HOUR, 3_200),
    "snoozed": paging.Position(NOW + HOUR, 3_200),
    "all": paging.Position(NOW + HOUR, 3_200),
}


@pytest.fixture
def reader(in_app: Flask) -> int:
    """One of many, an administrator, in a database full of theirs."""
    if POSTGRESQL:  # Rows between those of earlier tests would lie in another order.
        db.session.execute(sa.text("TRUNCATE users, notifications CASCADE"))
    moments = {"noon": NOON, "later": NOON + HOUR, "ahead": NOW + HOUR}
    for words, size in MANY.items():
        text = sa.text(words.format(counting=COUNTING))
        used = {name: value for name, value in moments.items() if f":{name}" in words}
        typed = [sa.bindparam(name, value, type_=UTCDateTime) for name, value in used.items()]
        db.session.execute(text.bindparams(*typed), {"size": size})
    db.session.execute(sa.text(MUTES))
    db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()
    return db.session.execute(sa.text("SELECT min(id) + 7 FROM users")).scalar_one()


def page(tab: str, where: str) -> Callable[[int], Any]:
    def ask(user: int) -> Any:
        connection, me = db.session.connection(), inbox.reader(user)
        here = PLACES.get(tab, paging.Position(NOON + HOUR, 1_700))
        beyond: dict[str, Any] = (
            {} if where == "first" else {"beyond": here, "backwards": where == "newer"}
        )
        return queries.rows(connection, me, NOW, view=parse_filter(tab), **beyond)

    return ask


ASKED: dict[str, Callable[[int], Any]] = {
    **{
        f"{tab}, {where} page": page(tab, where)
        for tab in (*TABS, "all")
        for where in ("first", "older", "newer")
    },
    **{f"{tab}, count": partial(inbox.count, now=NOW, tab=tab) for tab in TABS},
    "banners": lambda user: inbox.tops(user, NOW),
    "one": lambda user: inbox.one(user, 1_700, NOW),
}
#: The statements of nearly every page.
OFTEN = {f"{tab}, {what}" for tab in ("inbox", "unread") for what in ("first page", "count")}
DONE: dict[str, Callable[[int], Any]] = {
    "read one": lambda user: actions.act(user, "read", [1_700], NOW),
    "dismiss 50": lambda user: actions.act(user, "dismiss", list(range(3_100, 3_150)), NOW),
    "undo": lambda user: undo.undo(
        user, actions.act(user, "dismiss", list(range(3_100, 3_150)), NOW).stamp, NOW
    ),
}


def explained(explain: str, ask: Callable[[int], Any], user: int) -> list[Any]:
    """The plans of everything that is asked."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert ask(user)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert seen
    connection = db.session.connection()
    return [
        connection.exec_driver_sql(f"{explain} {statement}", values).all()
        for statement, values in seen
    ]


@on_sqlite
@pytest.mark.parametrize("name", [*ASKED, *DONE])
def test_sqlite_seeks_by_the_indexes(reader: int, name: str) -> None:
    plans = explained("EXPLAIN QUERY PLAN", {**ASKED, **DONE}[name], reader)
    steps = [row.detail for plan in plans for row in plan]
    scans = [step for step in steps if step.startswith("SCAN ")]
    tables = ("deliveries", "releases", "notifications", "users", "changes")
    assert not [step for step in scans if step.split()[1] in tables]
    bounds = [step.partition("(")[2] for step in steps if "SEARCH releases" in step]
    assert all("channel=?" in bound or "notification_id=?" in bound for bound in bounds)
    if "page" in name and not name.startswith(("dismissed", "all")):
        assert all("arrives_at" in bound for bound in bounds)
        found = [step for step in steps if "ix_deliveries" in step]
        index = "ix_deliveries_unread" if name.startswith("unread") else "ix_deliveries_inbox"
        assert found
        assert all(index in step and "arrives_at" in step for step in found)


def scans(node: dict[str, Any]) -> list[dict[str, Any]]:
    below = [one for part in node.get("Plans", []) for one in scans(part)]
    return [node, *below] if "Relation Name" in node else below


def rows_read(node: dict[str, Any]) -> float:
    skipped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node.get("Actual Rows", 0) + skipped) * node.get("Actual Loops", 1)


@on_postgresql
@pytest.mark.parametrize("name", ASKED)
def test_postgresql_reads_a_pages_worth_by_the_indexes(reader: int, name: str) -> None:
    plans = explained("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)", ASKED[name], reader)
    watched = {"deliveries", "releases"}
    if name in OFTEN:  # else all of this table, so small here, is sometimes the shorter way
        watched.add("notifications")
    for plan in plans:
        found = plan[0][0]
        found = json.loads(found) if isinstance(found, str) else found
        for node in scans(found[0]["Plan"]):
            where = f"{node['Node Type']} of {node['Relation Name']}"
            if node["Relation Name"] in watched:
                assert node["Node Type"] != "Seq Scan", where
                assert rows_read(node) <= ENOUGH, where


@on_postgresql
@pytest.mark.parametrize("name", DONE)
def test_postgresql_acts_by_the_indexes(reader: int, name: str) -> None:
    for plan in explained("EXPLAIN (FORMAT JSON)", DONE[name], reader):
        found = plan[0][0]
        found = json.loads(found) if isinstance(found, str) else found
        for node in scans(found[0]["Plan"]):
            if node["Relation Name"] in {"deliveries", "releases"}:
                assert node["Node Type"] != "Seq Scan", node["Relation Name"]


@on_sqlite
def test_a_change_of_channels_seeks_too(reader: int) -> None:
    plans = explained(
        "EXPLAIN QUERY PLAN",
        lambda user: change_timezone.set_timezone(user, "Asia/Tokyo", NOW),
        reader,
    )
    steps = [row.detail for plan in plans for row in plan]
    assert not [step for step in steps if step.startswith(("SCAN releases", "SCAN deliveries"))]


@pytest.mark.parametrize("tab", ["inbox", "snoozed"])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_page_has_one_bound_on_each_side(tab: str, backwards: bool) -> None:
    """Given two on one side, SQLite may seek on the wrong one and read everything before it."""
    page = statements.page_statement(tab, 0, 26, (), "sqlite", backwards=backwards)
    sql = str(page.statement)
    for sign in ("<", ">"):
        found = re.findall(rf"deliveries\.arrives_at {sign}=? ", sql)
        is_open = tab == "inbox" and not backwards and sign == ">"
        assert len(found) == (0 if is_open else 1), sql
