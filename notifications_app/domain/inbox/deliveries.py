"""The steps that every change of a reader's deliveries is made of.

Take a stamp; make the deliveries that broadcasts do not have yet; write down what they are.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
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
from ...core.database import db, insert_into, table, write
from ...core.errors import NotFound
from ..accounts.memberships import GROUPS
from ..accounts.models import User
from . import conditions, search
from .models import Change, Delivery, Notification, Release
from .search import Shape
from .subscriptions import channel_parameters, subscriptions

STAMP = bindparam("new_stamp", type_=BigInteger)
#: What a delivery is, beside whose and of what: what ``changes`` holds and undo puts back.
DELIVERY_STATE = ("arrives_at", "snoozed_from", "read_at", "dismissed_at")

_MICROS = bindparam("micros", type_=BigInteger)
_NEXT = update(table(User)).values(
    last_stamp=case((User.last_stamp + 1 > _MICROS, User.last_stamp + 1), else_=_MICROS)
)
_TAKE = _NEXT.where(User.id == conditions.READER_ID).returning(
    User.id,
    User.last_stamp,
    User.is_admin,
    User.admin_since,
    User.inbox_since,
    User.timezone,
    GROUPS,
)


def take_stamp(user_id: int, now: datetime) -> Row[Any]:
    """Take the reader's next stamp, which locks them until the transaction ends.

    The stamp is unique even where the clock stands or steps back. Returns the reader as
    they are under the lock. (Not SELECT … FOR UPDATE: that would block sends to them.)
    """
    values = {"reader_id": user_id, "micros": clock.micros(now)}
    row = db.session.execute(_TAKE, values).one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return row


def take_stamps(crowd: Select[Any], now: datetime) -> int:
    """Take the next stamp of each of a crowd (a SELECT of user ids); how many they are."""
    return write(_NEXT.where(User.id.in_(crowd)), {"micros": clock.micros(now)})


def create_missing_deliveries(
    reader: Row[Any], kind: str, shape: Shape, values: Mapping[str, Any]
) -> None:
    """Make the deliveries for the releases in scope: by ``ids``, or all that a view showed."""
    channels = subscriptions(reader)
    if kind != "ids" and kind not in conditions.TABS_WITH_UNDELIVERED:
        return
    statement = _create_statement(len(channels), kind, shape, db.engine.dialect.name)
    write(statement, {**values, **channel_parameters(channels)})


@lru_cache(maxsize=512)
def _create_statement(channels: int, kind: str, shape: Shape, dialect: str) -> Any:
    """Deliveries for the releases in view that have none; what is in view is the right to it."""
    scope: tuple[ColumnElement[bool], ...]
    if kind == "ids":
        view, scope = conditions.in_view, (Release.notification_id.in_(conditions.IDS),)
    else:
        view = conditions.in_inbox
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
        .where(*view(number), conditions.UNDELIVERED, *scope)
        for number in range(channels)
    ]
    return insert_deliveries(union_all(*sources))


def insert_deliveries(source: Any) -> Any:
    """INSERT the deliveries (user, notification, arrival) of a source that are not there yet."""
    rows = source.subquery()
    # Without a WHERE, SQLite takes ON CONFLICT for a join's ON.
    chosen = select(rows).where(literal_column("1") == literal_column("1"))
    columns = ["user_id", "notification_id", "arrives_at", "stamp"][: len(rows.c)]
    return insert_into(Delivery).from_select(columns, chosen).on_conflict_do_nothing()


def record_changes(*where: ColumnElement[bool]) -> Any:
    """INSERT INTO changes what these deliveries are, locking them."""
    states = [getattr(Delivery, name) for name in DELIVERY_STATE]
    source: Select[Any] = (
        select(Delivery.user_id, STAMP, Delivery.notification_id, *states)
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Delivery.user_id == conditions.READER_ID, *where)
        .with_for_update(key_share=True, of=Delivery)
    )
    return insert(table(Change)).from_select(
        ["user_id", "stamp", "notification_id", *DELIVERY_STATE], source
    )
