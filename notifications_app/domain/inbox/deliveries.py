"""The steps of every change to a reader's deliveries.

Take a stamp, create the missing deliveries, record their state.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Select,
    bindparam,
    case,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from ...core import clock
from ...core.database import db, insert_missing, table, write
from ...core.errors import NotFound
from ..accounts.memberships import GROUPS
from ..accounts.models import User
from . import conditions, search
from .models import DELIVERY_STATE, Change, Delivery, Notification, Release
from .search import Shape
from .subscriptions import channel_parameters, subscriptions

STAMP = bindparam("new_stamp", type_=BigInteger)

_MICROS = bindparam("micros", type_=BigInteger)
_NEXT_STAMP = update(table(User)).values(
    last_stamp=case((User.last_stamp + 1 > _MICROS, User.last_stamp + 1), else_=_MICROS)
)
_TAKE_STAMP = _NEXT_STAMP.where(User.id == conditions.READER_ID).returning(
    User.id,
    User.last_stamp,
    User.is_admin,
    User.admin_since,
    User.inbox_since,
    User.timezone,
    GROUPS,
)


def take_stamp(user_id: int, now: datetime) -> Row[Any]:
    """Take the reader's next stamp, which locks the reader until the transaction ends.

    The stamp is unique even if the clock stands still or steps back. A SELECT … FOR UPDATE would
    not do: it blocks sends to the reader.

    Returns:
        The reader under the lock: their role, groups, zone and new stamp.

    Raises:
        NotFound: if there is no such account.
    """
    values = {"reader_id": user_id, "micros": clock.micros(now)}
    row = db.session.execute(_TAKE_STAMP, values).one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return row


def take_stamps(users: Select[Any], now: datetime) -> int:
    """Take the next stamp of each of these users (a SELECT of user ids); return their number."""
    return write(_NEXT_STAMP.where(User.id.in_(users)), {"micros": clock.micros(now)})


def create_missing_deliveries(
    reader: Row[Any], kind: str, shape: Shape, values: Mapping[str, Any]
) -> None:
    """Create the missing deliveries of visible releases in scope: by ``ids``, or all of a view."""
    channels = subscriptions(reader)
    if kind != "ids" and kind not in conditions.TABS_WITH_UNDELIVERED:
        return
    statement = _create_statement(len(channels), kind, shape, db.engine.dialect.name)
    write(statement, {**values, **channel_parameters(channels)})


@lru_cache(maxsize=512)
def _create_statement(channels: int, kind: str, shape: Shape, dialect: str) -> Any:
    """Build an INSERT of a delivery for each visible release in scope that has none.

    Being visible is also the permission check.
    """
    scope: tuple[ColumnElement[bool], ...]
    if kind == "ids":
        visible, scope = conditions.in_view, (Release.notification_id.in_(conditions.IDS),)
    else:
        visible = conditions.in_inbox
        scope = (
            Release.arrives_at <= conditions.SNAPSHOT_AT,
            Release.notification_id <= conditions.SNAPSHOT_MAX_ID,
            conditions.mute_condition(kind),
            conditions.mute_condition_then(kind),
            *search.conditions(shape, dialect, delivered=False),
        )
    sources = [
        select(conditions.READER_ID.label("user_id"), Release.notification_id, Release.arrives_at)
        .join(Notification, Notification.id == Release.notification_id)
        .where(*visible(index), conditions.UNDELIVERED, *scope)
        for index in range(channels)
    ]
    return insert_deliveries(union_all(*sources))


def insert_deliveries(source: Any) -> Any:
    """Build an INSERT of the deliveries of a source that do not exist yet.

    The labels of the source's columns are the columns that are set: ``user_id``,
    ``notification_id``, ``arrives_at``, and ``stamp`` if given.
    """
    rows = source.subquery()
    every = select(rows).where(literal_column("1") == literal_column("1"))
    return insert_missing(Delivery, rows.c.keys(), every)


def record_changes(
    *where: ColumnElement[bool], beside: tuple[FromClause, ColumnElement[bool]] | None = None
) -> Any:
    """Build an INSERT of the matching deliveries' state into ``changes``, locking them.

    ``beside`` is an outer join for the conditions: its source and its ON.
    """
    states = [getattr(Delivery, name) for name in DELIVERY_STATE]
    source: Select[Any] = (
        select(Delivery.user_id, STAMP, Delivery.notification_id, *states)
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Delivery.user_id == conditions.READER_ID, *where)
        .with_for_update(key_share=True, of=Delivery)
    )
    if beside is not None:
        source = source.outerjoin(*beside)
    return insert(table(Change)).from_select(
        ["user_id", "stamp", "notification_id", *DELIVERY_STATE], source
    )
