"""Undo of an action: restore exactly what it changed."""

from datetime import datetime

from sqlalchemy import BigInteger, and_, bindparam, func, select, update

from ...core.database import db, table, write
from ...core.errors import NotFound
from . import conditions
from .actions import Outcome
from .deliveries import STAMP, record_changes, take_stamp
from .models import DELIVERY_STATE, Change, Delivery

_UNDONE = bindparam("undone", type_=BigInteger)
_OF_UNDONE = and_(Change.user_id == conditions.READER_ID, Change.stamp == _UNDONE)
_COUNT_RECORDED = select(func.count()).select_from(Change).where(_OF_UNDONE)
_RECORD_UNDO = record_changes(
    Delivery.stamp == _UNDONE,
    Delivery.notification_id.in_(select(Change.notification_id).where(_OF_UNDONE)),
)
_PUT_BACK = (
    update(table(Delivery))
    .where(
        Delivery.user_id == conditions.READER_ID,
        Delivery.stamp == _UNDONE,
        Delivery.notification_id == Change.notification_id,
        _OF_UNDONE,
    )
    .values(**{name: getattr(Change, name) for name in DELIVERY_STATE}, stamp=STAMP)
)


def undo(user_id: int, undone: int, now: datetime) -> Outcome:
    """Restore what the action with the stamp ``undone`` changed, except rows changed since.

    An undo is an action too: undoing it redoes.

    Raises:
        NotFound: if this reader has no recorded changes under that stamp.
    """
    reader = take_stamp(user_id, now)
    values = {"reader_id": user_id, "now": now, "new_stamp": reader.last_stamp, "undone": undone}
    recorded = db.session.execute(_COUNT_RECORDED, values).scalar_one()
    if not recorded:
        raise NotFound("There is nothing to put back.")
    write(_RECORD_UNDO, values)
    count = write(_PUT_BACK, values)
    return Outcome(reader.last_stamp, count, recorded - count)
