"""Short calls for the tests of inbox and broadcasts.

All of it goes through ``db.session``: the test pushes the application's context.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

import sqlalchemy as sa

from notifications_app.core.database import db, table
from notifications_app.domain import content
from notifications_app.domain.accounts.memberships import GROUPS
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import editing, recalling
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.inbox import actions, queries
from notifications_app.domain.inbox.filters import parse_filter
from notifications_app.domain.inbox.models import Change, Delivery, Mute, Notification, Release
from tests.support.moments import NOW, UNTIL

#: The fields of what is sent, beside its title.
CONTENT = {"body", "category", "topic"}
TABS = ("inbox", "unread", "snoozed", "dismissed", "muted")


def reader(user_id: Any) -> Any:
    """Somebody as the statements want them; a reader that was loaded before stays as they are."""
    if not isinstance(user_id, int):
        return user_id
    columns = (User.id, User.is_admin, User.admin_since, User.inbox_since, User.last_stamp)
    statement = sa.select(*columns, User.timezone, GROUPS).where(User.id == user_id)
    return db.session.execute(statement).one()


def rows(user_id: Any, now: datetime = NOW, tab: str = "inbox", **narrowed: str) -> Any:
    """Everything in a view, newest first."""
    connection, asked = db.session.connection(), parse_filter(tab, **narrowed)
    return queries.rows(connection, reader(user_id), now, view=asked, most=10_000)


def ids(user_id: Any, now: datetime = NOW, tab: str = "inbox", **narrowed: str) -> list[int]:
    """The ids in a view, newest first."""
    return [row.id for row in rows(user_id, now, tab, **narrowed)]


def places(user_id: int, now: datetime = NOW) -> dict[str, list[int]]:
    """The ids in each tab."""
    return {tab: ids(user_id, now, tab) for tab in TABS}


def act(user_id: int, verb: str, scope: Any, now: datetime = NOW) -> actions.Outcome:
    """Do it; what is snoozed sleeps until :data:`UNTIL`."""
    until = UNTIL if verb == "snooze" else None
    return actions.act(user_id, verb, scope, now, until=until)


def everything(
    user_id: int, tab: str = "inbox", now: datetime = NOW, **narrowed: str
) -> actions.ShownSnapshotScope:
    """The scope of "all" on a page of a view made now."""
    return actions.ShownSnapshotScope(parse_filter(tab, **narrowed), shown(user_id, now))


def count(user_id: Any, now: datetime = NOW, tab: str = "unread") -> int:
    """The count that a tab or the badge shows."""
    return queries.count(db.session.connection(), reader(user_id), now, tab=tab)


def tops(user_id: Any, now: datetime = NOW) -> list[int]:
    """The banners on top of the page."""
    found = queries.banners(db.session.connection(), reader(user_id), now)
    return [row.id for row in found]


def one(user_id: int, number: int, now: datetime = NOW) -> Any:
    """One notification as this reader has it."""
    return queries.one(db.session.connection(), reader(user_id), number, now)


def shown(user_id: int, now: datetime = NOW) -> queries.Snapshot:
    """The snapshot of a page made now."""
    return queries.take_snapshot(db.session.connection(), reader(user_id), now)


def said(title: str = "Water is off on Sunday", **more: Any) -> content.Content:
    """Something to say."""
    return content.check(title, **more)


def notify(*user_ids: int, now: datetime = NOW, title: str = "Yours", **options: Any) -> int:
    """Send to these people; the id."""
    words, options = _parted(options)
    found = broadcasts.notify(user_ids, said(title, **words), now, SendOptions(**options))
    return found.notification.id


def broadcast(
    channel: str = "everyone", now: datetime = NOW, title: str = "All of you", **options: Any
) -> int:
    """Put on the air; the id."""
    words, options = _parted(options)
    found = broadcasts.broadcast(channel, said(title, **words), now, SendOptions(**options))
    return found.notification.id


def edit(number: int, now: datetime, *, again: bool = False, **wanted: Any) -> list[str]:
    """Change only what is named; the names of what changed."""
    words = {name: wanted.pop(name) for name in [*wanted] if name in CONTENT | {"title"}}

    def revise(_notification: Notification, before: editing.Edit) -> editing.Edit:
        return replace(before, content=replace(before.content, **words), **wanted)

    # Whether anybody has it yet is asked through reading(), which does not see what the test
    # has not committed: here it is asked in the test's own transaction.
    with mock.patch.object(editing, "reading", return_value=nullcontext(db.session.connection())):
        return editing.edit(number, revise, now, notify_again=again).changed


def recall(number: int, now: datetime = NOW) -> bool:
    """Take it off the air."""
    return recalling.recall(number, now)


def restore(number: int, now: datetime = NOW) -> bool:
    """Undo a recall."""
    return recalling.restore(number, now)


def _parted(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the content from the options of a sending."""
    words = {name: options.pop(name) for name in [*options] if name in CONTENT}
    return words, options


def fill(user_id: int, size: int, arrives_at: datetime = NOW) -> list[int]:
    """Deliver many at once, by plain rows; the ids."""
    first = (db.session.execute(sa.select(sa.func.max(Notification.id))).scalar_one() or 0) + 1
    numbers = list(range(first, first + size))
    said_of_all = {"title": "One of many", "body": "", "category": "info", "topic": "general"}
    db.session.execute(
        sa.insert(table(Notification)),
        [{"id": n, "created_at": arrives_at, "is_banner": False, **said_of_all} for n in numbers],
    )
    db.session.execute(
        sa.insert(table(Delivery)),
        [{"user_id": user_id, "notification_id": n, "arrives_at": arrives_at} for n in numbers],
    )
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SELECT setval('notifications_id_seq', :n)"), {"n": numbers[-1]})
    return numbers


def release(numbers: list[int], channel: str = "everyone", arrives_at: datetime = NOW) -> None:
    """Put on the air what stands there already."""
    values = {"channel": channel, "arrives_at": arrives_at, "is_banner": False}
    db.session.execute(
        sa.insert(table(Release)), [{"notification_id": n, **values} for n in numbers]
    )


def kept(user_id: int) -> list[Any]:
    """Every stored row of a reader: what must not move when others act."""
    return [
        db.session.execute(sa.select(table(model)).where(of == user_id).order_by(*keys)).all()
        for model, of, keys in (
            (User, User.id, (User.id,)),
            (Delivery, Delivery.user_id, (Delivery.notification_id,)),
            (Change, Change.user_id, (Change.stamp, Change.notification_id)),
            (Mute, Mute.user_id, (Mute.topic,)),
        )
    ]


def how_many(model: Any) -> int:
    """The number of rows of a table."""
    return db.session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one()


@contextmanager
def statements(engine: sa.Engine | None = None) -> Iterator[list[str]]:
    """The statements that are run meanwhile, but for those that begin a transaction."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    engine = engine or db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
