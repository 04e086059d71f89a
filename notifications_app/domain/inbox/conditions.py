"""The pieces that the inbox's statements are made of, each rule written once.

All of them speak of one reader (``:reader_id``) at one moment (``:now``).
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from ...core.clock import UTCDateTime
from ..content import ALWAYS_HEARD
from .models import Delivery, Mute, Notification, Release

NOW = bindparam("now", type_=UTCDateTime)
READER_ID = bindparam("reader_id", type_=Integer)
IDS = bindparam("ids", type_=BigInteger, expanding=True)
#: What a page showed to be there, when the reader says "all".
SNAPSHOT_AT = bindparam("moment", type_=UTCDateTime)
SNAPSHOT_MAX_ID = bindparam("top", type_=BigInteger)
SNAPSHOT_STAMP = bindparam("seen", type_=BigInteger)
#: The topics that were muted then, each between commas: ",billing,exports,".
SNAPSHOT_MUTED = bindparam("muted_then", type_=String)
#: When a snoozed one is to come back.
UNTIL = bindparam("until", type_=UTCDateTime)


def not_expired(expires_at: Any) -> ColumnElement[bool]:
    """Not expired."""
    return or_(expires_at.is_(None), expires_at > NOW)


#: The notification of a delivery is live.
LIVE = and_(not_expired(Notification.expires_at), Notification.recalled_at.is_(None))
ARRIVED = Delivery.arrives_at <= NOW
SNOOZED = and_(Delivery.arrives_at > NOW, Delivery.snoozed_from.is_not(None))

_MUTE = (
    select(literal_column("1"))
    .where(Mute.user_id == READER_ID, Mute.topic == Notification.topic)
    .correlate(Notification)
    .scalar_subquery()
)
#: The reader does not want to hear of it; errors and banners break through. Compared with 1,
#: not with NULL: PostgreSQL takes IS NULL for rare, then reads all notifications first.
MUTED = and_(
    func.coalesce(_MUTE, literal_column("0")) == literal_column("1"),
    Notification.category.not_in(ALWAYS_HEARD),
    Notification.is_banner.is_(False),
)

_WAS_MUTED = and_(
    SNAPSHOT_MUTED.contains("," + Notification.topic + ","),
    Notification.category.not_in(ALWAYS_HEARD),
    Notification.is_banner.is_(False),
)

#: The deliveries of each tab, beside being this reader's, live and arrived.
TAB_CONDITIONS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "inbox": (Delivery.dismissed_at.is_(None), not_(MUTED)),
    "unread": (Delivery.dismissed_at.is_(None), Delivery.read_at.is_(None), not_(MUTED)),
    "snoozed": (SNOOZED, Delivery.dismissed_at.is_(None)),
    "dismissed": (Delivery.dismissed_at.is_not(None),),
    "muted": (Delivery.dismissed_at.is_(None), MUTED),
}
#: The tabs that also hold what is on a channel and has no delivery yet.
TABS_WITH_UNDELIVERED = {"inbox", "unread", "muted"}


def mute_condition(tab: str) -> ColumnElement[bool]:
    """Whether a release belongs in this tab, by the reader's muted topics."""
    return MUTED if tab == "muted" else not_(MUTED)


def mute_condition_then(tab: str) -> ColumnElement[bool]:
    """The same by the topics that were muted when the page was made."""
    return _WAS_MUTED if tab == "muted" else not_(_WAS_MUTED)


#: A scalar subquery: with NOT EXISTS, PostgreSQL hashes the whole table.
_DELIVERED: Select[Any] = (
    select(literal_column("1"))
    .where(Delivery.user_id == READER_ID, Delivery.notification_id == Release.notification_id)
    .correlate(Release)
)
UNDELIVERED = _DELIVERED.scalar_subquery().is_(None)
NOT_DISMISSED = _DELIVERED.where(Delivery.dismissed_at.is_not(None)).scalar_subquery().is_(None)
#: It has come to the reader, in this zone or in the one they moved from.
HAS_ARRIVED = or_(
    Release.arrives_at <= NOW,
    _DELIVERED.where(or_(ARRIVED, Delivery.snoozed_from.is_not(None)))
    .scalar_subquery()
    .is_not(None),
)


def on_channel(number: int) -> ColumnElement[bool]:
    """A release on the reader's channel of this number."""
    return Release.channel == bindparam(f"channel_{number}", type_=String)


def above_floor(number: int) -> ColumnElement[bool]:
    """A release that came after the reader began to listen."""
    return Release.arrives_at > bindparam(f"floor_{number}", type_=UTCDateTime)


def in_inbox(number: int) -> tuple[ColumnElement[bool], ...]:
    """A live release on the channel that came after its floor; whether it has arrived is apart."""
    return (on_channel(number), not_expired(Release.expires_at), above_floor(number))


def in_view(number: int) -> tuple[ColumnElement[bool], ...]:
    """A release that this reader sees: in the inbox, or as a banner, which has no floor."""
    return (
        on_channel(number),
        Release.arrives_at <= NOW,
        not_expired(Release.expires_at),
        or_(above_floor(number), Release.is_banner),
    )
