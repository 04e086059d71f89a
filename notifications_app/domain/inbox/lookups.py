"""The statements behind what stands beside the list: banners, one notification, what "all" means.

Built as those of the list are: once for each number of channels.
"""

from functools import cache
from typing import Any

from sqlalchemy import func, literal_column, select, union_all

from ..accounts.models import User
from . import conditions
from .models import Delivery, Mute, Notification, Release
from .statements import DELIVERY_STATE, ID, NEVER, content_columns, limited

BANNERS = 10


@cache
def banners_statement(channels: int) -> Any:
    """The live banners that the reader has not dismissed."""
    ones = [
        limited(
            select(Release.notification_id, Release.arrives_at)
            .where(
                conditions.on_channel(number),
                Release.is_banner,
                conditions.HAS_ARRIVED,
                conditions.not_expired(Release.expires_at),
                conditions.NOT_DISMISSED,
            )
            .order_by(Release.arrives_at.desc()),
            BANNERS,
        )
        for number in range(channels)
    ]
    all_ = union_all(*(one.subquery().select() for one in ones)).subquery()
    found = (
        select(Notification.id, *content_columns(), all_.c.arrives_at)
        .join(all_, all_.c.notification_id == Notification.id)
        .order_by(all_.c.arrives_at.desc(), Notification.id.desc())
    )
    return limited(found, BANNERS)


@cache
def one_statement(channels: int) -> Any:
    """The notification ``:id``, as the reader's delivery or on one of their channels."""
    there = Delivery.notification_id == ID
    visible = (
        conditions.ARRIVED | Delivery.snoozed_from.is_not(None) | Delivery.dismissed_at.is_not(None)
    )
    delivery = (
        select(Delivery.notification_id, *(getattr(Delivery, name) for name in DELIVERY_STATE))
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Delivery.user_id == conditions.READER_ID, there, conditions.LIVE, visible)
    )
    never = [NEVER.label(name) for name in DELIVERY_STATE[1:]]
    releases = [
        select(Release.notification_id, Release.arrives_at, *never).where(
            Release.notification_id == ID, *conditions.in_view(number), conditions.UNDELIVERED
        )
        for number in range(channels)
    ]
    all_ = union_all(delivery, *releases).subquery()
    return (
        select(
            Notification.id,
            *content_columns(),
            *(all_.c[name] for name in DELIVERY_STATE),
            Notification.expires_at,
            Notification.edited_at,
            User.username.label("sender_username"),
            User.display_name.label("sender_display_name"),
            User.is_admin.label("sender_is_admin"),
        )
        .join(all_, all_.c.notification_id == Notification.id)
        .outerjoin(User, User.id == Notification.sender_id)
        .limit(literal_column("1"))
    )


SNAPSHOT = select(
    select(func.coalesce(func.max(Notification.id), 0)).scalar_subquery().label("top"),
    select(User.last_stamp).where(User.id == conditions.READER_ID).scalar_subquery().label("seen"),
    select(func.aggregate_strings(Mute.topic, ","))
    .where(Mute.user_id == conditions.READER_ID)
    .scalar_subquery()
    .label("muted"),
)


def _topics(*where: Any, newest: Any) -> Any:
    of = select(Notification.topic).join(Delivery, Delivery.notification_id == Notification.id)
    mine = of.where(Delivery.user_id == conditions.READER_ID, *where).order_by(newest.desc())
    return limited(mine, 200).subquery().select()


#: Of what was lately dismissed, or sleeps: each by its index, for a reader may have very many.
TOPICS = union_all(
    _topics(Delivery.dismissed_at.is_not(None), newest=Delivery.dismissed_at),
    _topics(Delivery.dismissed_at.is_(None), conditions.SNOOZED, newest=Delivery.arrives_at),
)
