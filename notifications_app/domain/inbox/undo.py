"""Undo of an action: restore exactly what it changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import aliased

from ...core import clock
from ...core.clock import UTCDateTime
from ...core.database import db, table, write
from ...core.errors import NotFound
from . import conditions
from .deliveries import STAMP, record_changes, take_stamp
from .models import DELIVERY_STATE, Change, Delivery, Notification


@dataclass(frozen=True, slots=True)
class Undone:
    """The outcome of an undo: its own stamp, which redoes, and what it changed."""

    stamp: int
    count: int
    #: The number of notifications that were left alone because they had changed since.
    skipped: int
    #: The action that leads to the restored state; empty if it is not the same for all.
    verb: str
    #: The title of the notification if there is only one, with its placeholders.
    title: str


#: How long an action can be undone. Pruning removes the records of earlier ones, so that it
#: makes no difference whether it ran.
UNDO_TIME = timedelta(days=7)

_UNDONE = bindparam("undone", type_=BigInteger)
_UNDONE_AT = bindparam("undone_at", type_=UTCDateTime)
_OF_UNDONE = and_(Change.user_id == conditions.READER_ID, Change.stamp == _UNDONE)
_COUNT_RECORDED = select(func.count()).select_from(Change).where(_OF_UNDONE)
#: Without those whose deliveries were pruned.
_COUNT_KEPT = _COUNT_RECORDED.join(
    Delivery,
    and_(Delivery.user_id == Change.user_id, Delivery.notification_id == Change.notification_id),
)

_FIRST_SINCE = (
    select(Change.notification_id, func.min(Change.stamp).label("stamp"))
    .where(Change.user_id == conditions.READER_ID, Change.stamp > _UNDONE)
    .group_by(Change.notification_id)
    .subquery()
)
#: The state that the action left: it was recorded by the first change after it.
_LEFT = (
    select(Change.notification_id, *(getattr(Change, name) for name in DELIVERY_STATE))
    .join(
        _FIRST_SINCE,
        and_(
            Change.stamp == _FIRST_SINCE.c.stamp,
            Change.notification_id == _FIRST_SINCE.c.notification_id,
        ),
    )
    .where(Change.user_id == conditions.READER_ID)
    .subquery()
)
#: Later actions were undone, so that the copy is again as the action left it. "Notify again"
#: changes copies without a record, but always moves the time of the edit or clears the stamp.
_AS_LEFT_AGAIN = and_(
    Delivery.stamp.is_not(None),
    or_(Notification.edited_at.is_(None), Notification.edited_at < _UNDONE_AT),
    _LEFT.c.notification_id.is_not(None),
    *(getattr(Delivery, name).is_not_distinct_from(_LEFT.c[name]) for name in DELIVERY_STATE),
)
_RECORD_UNDO = record_changes(
    or_(Delivery.stamp == _UNDONE, _AS_LEFT_AGAIN),
    Delivery.notification_id.in_(select(Change.notification_id).where(_OF_UNDONE)),
    beside=(_LEFT, _LEFT.c.notification_id == Delivery.notification_id),
)
_RECORDED = aliased(Change)
_OF_UNDO = and_(_RECORDED.user_id == conditions.READER_ID, _RECORDED.stamp == STAMP)
_RESTORE = (
    update(table(Delivery))
    .where(
        Delivery.user_id == conditions.READER_ID,
        Delivery.notification_id.in_(select(_RECORDED.notification_id).where(_OF_UNDO)),
        Delivery.notification_id == Change.notification_id,
        _OF_UNDONE,
    )
    .values(**{name: getattr(Change, name) for name in DELIVERY_STATE}, stamp=STAMP)
)
#: The action between the state before the undo and the restored one.
_VERB = case(
    (and_(_RECORDED.dismissed_at.is_not(None), Change.dismissed_at.is_(None)), "restore"),
    (and_(_RECORDED.dismissed_at.is_(None), Change.dismissed_at.is_not(None)), "dismiss"),
    (
        _RECORDED.arrives_at == Change.arrives_at,
        case((Change.read_at.is_(None), "unread"), else_="read"),
    ),
    (Change.arrives_at <= conditions.NOW, "unsnooze"),
    else_="snooze",
)
_VERBS = (
    select(_VERB.label("verb"), func.min(Notification.title).label("title"))
    .select_from(Change)
    .join(_RECORDED, and_(_OF_UNDO, _RECORDED.notification_id == Change.notification_id))
    .join(Notification, Notification.id == Change.notification_id)
    .where(_OF_UNDONE)
    .group_by("verb")
)


def undo(user_id: int, undone: int, now: datetime) -> Undone:
    """Restore what the action with the stamp ``undone`` changed, except what changed since.

    A notification whose later changes were all undone is restored too: it is as the action left
    it. An undo is an action: undoing it redoes.

    Raises:
        NotFound: if this reader has no recorded changes under that stamp, if they are more than a
            week old, or if everything they changed was pruned.
    """
    reader = take_stamp(user_id, now)
    values: dict[str, Any] = {"reader_id": user_id, "now": now, "undone": undone}
    values["new_stamp"] = reader.last_stamp
    recorded = db.session.execute(_COUNT_RECORDED, values).scalar_one()
    if not recorded or undone <= clock.micros(now - UNDO_TIME):
        raise NotFound("Nothing to undo.")
    values["undone_at"] = clock.from_micros(undone)
    write(_RECORD_UNDO, values)
    count = write(_RESTORE, values)
    if count < recorded:
        recorded = db.session.execute(_COUNT_KEPT, values).scalar_one()
        if not recorded:
            raise NotFound("Nothing to undo.")
    verbs = db.session.execute(_VERBS, values).all() if count else []
    return Undone(
        reader.last_stamp,
        count,
        recorded - count,
        verbs[0].verb if len(verbs) == 1 else "",
        verbs[0].title if count == 1 else "",
    )
