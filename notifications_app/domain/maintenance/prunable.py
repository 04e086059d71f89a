"""The conditions under which rows have aged, each rule once: a dry run counts by them too.

``:cut`` is the moment up to which everything is past the retention.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select

from ...core.clock import UTCDateTime
from ...core.database import ids_as_select
from ..accounts.models import User
from ..inbox.models import Delivery, Notification, Release

CUT = bindparam("cut", type_=UTCDateTime)

#: Over for longer than the retention.
OVER = or_(
    and_(Notification.expires_at.is_not(None), Notification.expires_at <= CUT),
    and_(Notification.recalled_at.is_not(None), Notification.recalled_at <= CUT),
)
NOT_OVER = and_(
    or_(Notification.expires_at.is_(None), Notification.expires_at > CUT),
    or_(Notification.recalled_at.is_(None), Notification.recalled_at > CUT),
)
_OLD_DISMISSED = and_(Delivery.dismissed_at.is_not(None), Delivery.dismissed_at <= CUT)


def _released(*which: ColumnElement[bool]) -> Any:
    of = select(Release.notification_id).where(Release.notification_id == Notification.id, *which)
    return of.correlate(Notification, User).exists()


#: Sent to named people, all of whom dismissed it long ago. One with a key is kept, and so are its
#: deliveries: sending it again to the people it was sent to must still do nothing.
FORGOTTEN = and_(
    Notification.created_at <= CUT,
    Notification.key.is_(None),
    ~_released(),
    ~select(Delivery.user_id)
    .where(
        Delivery.notification_id == Notification.id,
        or_(Delivery.dismissed_at.is_(None), Delivery.dismissed_at > CUT),
    )
    .correlate(Notification)
    .exists(),
)


def _of_delivery(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Build the condition on the notification and the reader of a dismissed delivery."""
    return exists(
        select(Notification.id)
        .select_from(Notification)
        .join(User, User.id == Delivery.user_id)
        .where(
            Notification.id == Delivery.notification_id,
            Notification.is_banner.is_(False),
            NOT_OVER,
            or_(Notification.key.is_(None), _released()),
            *which,
        )
        .correlate(Delivery)
    )


def dismissed(raised: list[int]) -> ColumnElement[bool]:
    """Return the condition that a dismissed delivery can go.

    It must not bring a broadcast back: no release of it may be above the floor of its reader.
    The floor of the readers ``raised`` is the cut. Banners have no floor.
    """
    floor: Any = User.inbox_since
    if raised:
        is_raised = and_(User.id.in_(ids_as_select(raised)), User.inbox_since < CUT)
        floor = case((is_raised, CUT), else_=User.inbox_since)
    return and_(_OLD_DISMISSED, _of_delivery(~_released(Release.arrives_at > floor)))


#: How many dismissed deliveries of each reader could go if their floor were the cut.
GAINS: Select[Any] = (
    select(Delivery.user_id, func.count().label("many"))
    .where(
        _OLD_DISMISSED,
        _of_delivery(
            User.inbox_since < CUT,
            _released(Release.arrives_at > User.inbox_since),
            ~_released(Release.arrives_at > CUT),
        ),
    )
    .group_by(Delivery.user_id)
    .order_by(Delivery.user_id)
)
