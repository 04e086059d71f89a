"""What was broadcast, to whom, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, func, select

from ..accounts.models import User
from ..accounts.queries import may_be_name
from ..clock import UTCDateTime
from ..inbox.channels import ADMINS
from ..inbox.models import Delivery, Notification, Release


@dataclass(frozen=True, slots=True)
class Audience:
    """How many would see it, and the first few of them."""

    count: int
    first: tuple[str, ...]


def _listeners(channel: str, *columns: Any) -> Select[Any]:
    statement = select(*columns).where(User.is_active)
    return statement.where(User.is_admin) if channel == ADMINS else statement


def audience(connection: Connection, channel: str, *, names: int = 5) -> Audience:
    """The active people on a channel now."""
    count = connection.execute(_listeners(channel, func.count(User.id))).scalar_one()
    first = _listeners(channel, User.username).order_by(User.username).limit(names)
    return Audience(count, tuple(connection.execute(first).scalars()))


#: When the first of those it was sent to by name got it.
_DELIVERED_AT = (
    select(func.min(func.coalesce(Delivery.snoozed_from, Delivery.arrives_at)))
    .where(Delivery.notification_id == Notification.id)
    .correlate(Notification)
    .scalar_subquery()
)
_BROADCASTS = (
    select(
        Notification.id,
        Notification.title,
        Notification.body,
        Notification.category,
        Notification.topic,
        Notification.action_url,
        Notification.action_label,
        Notification.is_banner,
        Notification.key,
        Notification.recalled_at,
        Notification.edited_at,
        Notification.created_at,
        Notification.expires_at,
        Release.channel,
        func.coalesce(Release.arrives_at, _DELIVERED_AT, type_=UTCDateTime).label("arrives_at"),
        User.username.label("sender"),
    )
    .outerjoin(Release, Release.notification_id == Notification.id)
    .outerjoin(User, User.id == Notification.sender_id)
)


def broadcasts() -> Select[Any]:
    """Everything that was put on a channel, newest first."""
    return _BROADCASTS.where(Release.channel.is_not(None)).order_by(Notification.id.desc())


def broadcast(connection: Connection, number: int) -> Row[Any] | None:
    """One notification, broadcast or sent to named people."""
    return connection.execute(_BROADCASTS.where(Notification.id == number).limit(1)).first()


def recipients(connection: Connection, number: int, *, names: int = 5) -> Audience:
    """The people a notification was sent to by name."""
    sent_to = (
        select(User.username)
        .join(Delivery, Delivery.user_id == User.id)
        .where(Delivery.notification_id == number)
    )
    count = connection.execute(select(func.count()).select_from(sent_to.subquery())).scalar_one()
    first = sent_to.order_by(User.username).limit(names)
    return Audience(count, tuple(connection.execute(first).scalars()))


def state(row: Row[Any], now: datetime) -> str:
    """What a broadcast is now: ``live``, ``scheduled``, ``expired`` or ``recalled``."""
    if row.recalled_at is not None:
        return "recalled"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    if row.arrives_at is not None and row.arrives_at > now:
        return "scheduled"
    return "live"


def sender(connection: Connection, username: str) -> Row[Any] | None:
    """The account that is to be shown as the sender."""
    if not may_be_name(username):
        return None
    statement = select(User.id, User.is_admin, User.is_active).where(User.username == username)
    return connection.execute(statement).first()


def arrival() -> Select[Any]:
    """When the notification ``:number`` arrives, by its release or its first delivery."""
    number = bindparam("number", type_=BigInteger)
    released = select(Release.arrives_at).where(Release.notification_id == number)
    delivered = (
        select(Delivery.arrives_at)
        .where(Delivery.notification_id == number)
        .order_by(Delivery.arrives_at)
    )
    return select(
        func.coalesce(
            released.limit(1).scalar_subquery(),
            delivered.limit(1).scalar_subquery(),
            type_=UTCDateTime,
        )
    )
