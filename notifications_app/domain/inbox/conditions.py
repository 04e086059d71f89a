"""Conditions shared by the inbox's statements, each rule written once.

They are about one reader (``:reader_id``) at one moment (``:now``).
"""

from datetime import UTC, datetime
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
    true,
)

from ...core.clock import UTCDateTime
from ..content import NEVER_MUTED
from .models import Delivery, Mute, Notification, Release

NOW = bindparam("now", type_=UTCDateTime)
READER_ID = bindparam("reader_id", type_=Integer)
IDS = bindparam("ids", type_=BigInteger, expanding=True)
#: The ids that were deselected from "all".
EXCLUDED_IDS = bindparam("excluded", type_=BigInteger, expanding=True)
#: The state of the inbox when a page was made: the bounds of "all" on that page.
SNAPSHOT_AT = bindparam("moment", type_=UTCDateTime)
SNAPSHOT_MAX_ID = bindparam("top", type_=BigInteger)
SNAPSHOT_STAMP = bindparam("seen", type_=BigInteger)
#: The topics muted at that moment, each between commas: ",billing,exports,".
SNAPSHOT_MUTED = bindparam("muted_then", type_=String)
#: The moment at which a snoozed notification arrives again.
UNTIL = bindparam("until", type_=UTCDateTime)


def not_expired(expires_at: Any) -> ColumnElement[bool]:
    """Return the condition that an expiry is absent or still ahead."""
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
#: Errors and banners are never muted. Literals: IN with parameters is compiled at each execution.
_CAN_BE_MUTED = and_(
    *(Notification.category != literal_column(f"'{category}'") for category in NEVER_MUTED),
    Notification.is_banner.is_(False),
)
#: Muted by topic. Compared with 1, not with NULL: PostgreSQL assumes that IS NULL is rare, and
#: then reads all notifications first.
MUTED = and_(
    func.coalesce(_MUTE, literal_column("0")) == literal_column("1"),
    _CAN_BE_MUTED,
)

_WAS_MUTED = and_(SNAPSHOT_MUTED.contains("," + Notification.topic + ","), _CAN_BE_MUTED)

#: The deliveries of each tab, beyond being this reader's and live: the statements bound
#: ``arrives_at`` themselves. Snoozed begins at now, and all tabs but Dismissed and "all" end there.
TAB_CONDITIONS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "inbox": (Delivery.dismissed_at.is_(None), not_(MUTED)),
    "unread": (Delivery.dismissed_at.is_(None), Delivery.read_at.is_(None), not_(MUTED)),
    "snoozed": (Delivery.snoozed_from.is_not(None), Delivery.dismissed_at.is_(None)),
    "dismissed": (Delivery.dismissed_at.is_not(None),),
    "muted": (Delivery.dismissed_at.is_(None), MUTED),
}
#: The search in all tabs: the five together.
ALL_TABS = "all"
#: The tabs that also hold releases without a delivery yet.
TABS_WITH_UNDELIVERED = {"inbox", "unread", "muted", ALL_TABS}
#: The tabs whose notifications are still ahead; the soonest is the first of the list.
TABS_AHEAD = {"snoozed"}
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


def ends_now(tab: str) -> bool:
    """Return whether a tab ends now.

    Snoozed notifications arrive in the future, and a dismissal may be ahead of this clock.
    """
    return tab in TABS_WITH_UNDELIVERED and tab != ALL_TABS


def mute_condition(tab: str) -> ColumnElement[bool]:
    """Return the condition that the muted topics put a release into this tab."""
    if tab == ALL_TABS:
        return true()
    return MUTED if tab == "muted" else not_(MUTED)


def mute_condition_then(tab: str) -> ColumnElement[bool]:
    """Return the condition that the topics muted at the snapshot put a release into this tab."""
    if tab == ALL_TABS:
        return true()
    return _WAS_MUTED if tab == "muted" else not_(_WAS_MUTED)


#: A scalar subquery: with NOT EXISTS, PostgreSQL hashes the whole table.
_DELIVERED: Select[Any] = (
    select(literal_column("1"))
    .where(Delivery.user_id == READER_ID, Delivery.notification_id == Release.notification_id)
    .correlate(Release)
)
UNDELIVERED = _DELIVERED.scalar_subquery().is_(None)
NOT_DISMISSED = _DELIVERED.where(Delivery.dismissed_at.is_not(None)).scalar_subquery().is_(None)
#: A release has arrived for the reader, in this zone or in the one they moved from.
HAS_ARRIVED = or_(
    Release.arrives_at <= NOW,
    _DELIVERED.where(or_(ARRIVED, Delivery.snoozed_from.is_not(None)))
    .scalar_subquery()
    .is_not(None),
)


def on_channel(index: int) -> ColumnElement[bool]:
    """Return the condition that a release is on the reader's channel with this index."""
    return Release.channel == bindparam(f"channel_{index}", type_=String)


def above_floor(index: int) -> ColumnElement[bool]:
    """Return the condition that a release arrived after the floor of the channel with this index.

    The floor is the moment from which the channel counts for this reader.
    """
    return Release.arrives_at > bindparam(f"floor_{index}", type_=UTCDateTime)


def in_inbox(index: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a release belongs in the inbox, once it has arrived.

    It is live, on the channel with this index, and above its floor.
    """
    return (on_channel(index), not_expired(Release.expires_at), above_floor(index))


def in_view(index: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that the reader may see a release: in the inbox, or as a banner.

    Banners ignore the floor. Expired and future releases are not in view.
    """
    return (
        on_channel(index),
        Release.arrives_at <= NOW,
        not_expired(Release.expires_at),
        or_(above_floor(index), Release.is_banner),
    )
