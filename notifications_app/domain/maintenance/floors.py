"""Floors of readers, raised so that broadcasts they dismissed long ago need no delivery.

A broadcast up to the floor is in the inbox only by a delivery. So each reader first gets one for
all that they see without.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    cast,
    func,
    literal_column,
    null,
    select,
    update,
)

from ...core.database import db, ids_as_select, table, write
from ..accounts.models import User
from ..inbox.deliveries import insert_deliveries
from ..inbox.models import Delivery, Notification, Release
from ..inbox.subscriptions import every_subscription_of
from .prunable import CUT, GAINS, NOT_OVER

#: The number of readers whose floors are raised in one transaction.
READERS = 100


def readers_to_raise(connection: Connection, cut: datetime) -> list[int]:
    """Return the readers of whom at least as many deliveries can go as must be made for it.

    The others keep theirs: a reader who ignores ten broadcasts for each one that they dismiss
    would only get more rows.
    """
    values = {"cut": cut}
    gains = {row.user_id: row.many for row in connection.execute(GAINS, values)}
    costs: dict[int, int] = {}
    for some in _chunks(list(gains)):
        missing = _missing(some).subquery()
        counted = select(missing.c.user_id, func.count().label("many")).group_by(missing.c.user_id)
        costs |= {row.user_id: row.many for row in connection.execute(counted, values)}
    return [user_id for user_id, gain in gains.items() if gain >= costs.get(user_id, 0)]


def raise_floors(readers: Sequence[int], cut: datetime, most: int) -> Iterator[None]:
    """Raise the floors of these readers to the cut; yield wherever the caller has to commit.

    At most ``most`` deliveries are made in a transaction. A floor only rises in the transaction
    that finds nothing left to make.
    """
    values = {"cut": cut}
    for some in _chunks(readers):
        is_done = False
        while not is_done:
            # Readers act one after the other behind this lock, and so does pruning.
            lock = select(User.id).where(User.id.in_(ids_as_select(some))).order_by(User.id)
            db.session.execute(lock.with_for_update(key_share=True))
            made = write(insert_deliveries(_missing(some).limit(literal_column(str(most)))), values)
            is_done = made < most
            if is_done:
                ids = ids_as_select(some)
                low = update(table(User)).where(User.id.in_(ids), User.inbox_since < CUT)
                write(low.values(inbox_since=CUT), values)
            yield


def _chunks(readers: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(readers), READERS):
        yield list(readers[start : start + READERS])


def _missing(readers: list[int]) -> Select[Any]:
    """Build the SELECT of all that these readers see up to the cut without a delivery.

    Expired and recalled broadcasts count too: both can be undone.
    """
    every = every_subscription_of(ids_as_select(readers))
    delivery = (
        select(literal_column("1"))
        .where(
            Delivery.user_id == every.c.user_id,
            Delivery.notification_id == Release.notification_id,
        )
        .correlate(every, Release)
        .scalar_subquery()
    )
    return (
        select(
            every.c.user_id,
            Release.notification_id,
            Release.arrives_at,
            cast(null(), BigInteger).label("stamp"),
        )
        .join(Release, Release.channel == every.c.channel)
        .join(Notification, Notification.id == Release.notification_id)
        .where(
            Release.arrives_at > every.c.floor,
            Release.arrives_at <= CUT,
            NOT_OVER,
            delivery.is_(None),
        )
    )
