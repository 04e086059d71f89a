"""Questions about sent notifications: content, channel, times, state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    func,
    or_,
    select,
)

from ...core.clock import UTCDateTime
from ...core.database import ids_as_select
from ..accounts.models import User
from ..accounts.queries import may_be_name
from ..channels import without_zone, zone_of
from ..inbox.conditions import NOW
from ..inbox.models import Delivery, Notification, Release
from ..inbox.statements import content_columns
from .audience import release_in_use

#: The states of a broadcast, in the order in which a filter offers them.
BROADCAST_STATES = ("live", "scheduled", "expired", "recalled")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A notification that was sent, to a channel or to named people. Moments are aware, in UTC."""

    id: int
    title: str
    body: str
    category: str
    topic: str
    action_url: str | None
    action_label: str | None
    is_banner: bool
    key: str | None
    recalled_at: datetime | None
    edited_at: datetime | None
    created_at: datetime
    expires_at: datetime | None
    #: The username; None is the system.
    sender: str | None
    #: The name shown to readers: the display name, else the username.
    sender_name: str | None
    #: None if it was sent to named people.
    channel: str | None
    #: Whether it arrives at each reader's own time, so at several moments.
    is_local: bool
    #: The first arrival. On a channel at each reader's own time: in the zones in which somebody
    #: on it lives now, or in all zones while there is nobody.
    arrives_at: datetime
    #: The last arrival, in all zones: a length until the expiry counts from it.
    last_arrives_at: datetime

    def state(self, now: datetime) -> str:
        """Return its state, one of :data:`BROADCAST_STATES`; live from the first arrival on."""
        if self.recalled_at is not None:
            return "recalled"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "scheduled" if self.arrives_at > now else "live"

    def comes(self, at: datetime) -> bool:
        """Return whether a copy due at this moment arrives: not if it was recalled before."""
        return self.recalled_at is None or at < self.recalled_at


def _of_releases(what: Any) -> ColumnElement[Any]:
    return cast(
        "ColumnElement[Any]",
        select(what)
        .where(Release.notification_id == Notification.id)
        .correlate(Notification)
        .scalar_subquery(),
    )


def _delivered(aggregate: Any, *which: ColumnElement[bool]) -> ColumnElement[Any]:
    return cast(
        "ColumnElement[Any]",
        select(aggregate(_CAME))
        .where(Delivery.notification_id == Notification.id, *which)
        .correlate(Notification)
        .scalar_subquery(),
    )


_CAME = func.coalesce(Delivery.snoozed_from, Delivery.arrives_at, type_=UTCDateTime)
_FIRST_IN_USE = func.min(case((release_in_use(), Release.arrives_at)))
_FIRST_RELEASE = _of_releases(
    func.coalesce(_FIRST_IN_USE, func.min(Release.arrives_at), type_=UTCDateTime)
)
# Readers who received it and then moved to a later zone have received it all the same. Nobody
# else has a delivery by then, so there are few to look through.
_FIRST = case(
    (_FIRST_RELEASE > NOW, func.coalesce(_delivered(func.min, _CAME <= NOW), _FIRST_RELEASE)),
    else_=_FIRST_RELEASE,
)
_COLUMNS = (
    Notification.id,
    *content_columns(),
    Notification.key,
    Notification.recalled_at,
    Notification.edited_at,
    Notification.created_at,
    Notification.expires_at,
    User.username.label("sender"),
    func.coalesce(func.nullif(User.display_name, ""), User.username).label("sender_name"),
    _of_releases(func.min(Release.channel)).label("on"),
    _FIRST.label("first"),
    _of_releases(func.max(Release.arrives_at)).label("last"),
)
_SENT = select(*_COLUMNS).outerjoin(User, User.id == Notification.sender_id)


def _broadcast(row: Row[Any], first: datetime | None, last: datetime | None) -> Broadcast:
    values = row._asdict()
    on = values.pop("on")
    del values["first"], values["last"]
    return Broadcast(
        **values,
        channel=on and without_zone(on),
        is_local=first != last if on is None else zone_of(on) is not None,
        arrives_at=first or row.created_at,
        last_arrives_at=last or row.created_at,
    )


def _state_is(state: str, now: datetime) -> ColumnElement[bool]:
    recalled = Notification.recalled_at.is_not(None)
    over = and_(Notification.expires_at.is_not(None), Notification.expires_at <= now)
    not_over = or_(Notification.expires_at.is_(None), Notification.expires_at > now)
    return {
        "recalled": recalled,
        "expired": and_(~recalled, over),
        "scheduled": and_(~recalled, not_over, now < _FIRST),
        "live": and_(~recalled, not_over, now >= _FIRST),
    }[state]


def broadcasts(
    connection: Connection,
    now: datetime,
    *,
    state: str | None = None,
    before: int | None = None,
    most: int | None = None,
) -> Sequence[Broadcast]:
    """Return broadcasts to channels, newest first.

    ``state`` is one of :data:`BROADCAST_STATES`; None means any. ``before`` is an id: only older
    ones. ``most`` limits their number; None means no limit.
    """
    statement = _SENT.where(_FIRST.is_not(None)).order_by(Notification.id.desc()).limit(most)
    if state is not None:
        statement = statement.where(_state_is(state, now))
    if before is not None:
        statement = statement.where(Notification.id < before)
    return [
        _broadcast(row, row.first, row.last) for row in connection.execute(statement, {"now": now})
    ]


def broadcast(connection: Connection, notification_id: int, now: datetime) -> Broadcast | None:
    """Return one notification, sent to a channel or to named people; None if there is none."""
    one = _SENT.where(Notification.id == notification_id)
    row = connection.execute(one, {"now": now}).first()
    if row is None:
        return None
    if row.on is not None:
        return _broadcast(row, row.first, row.last)
    times = select(_delivered(func.min).label("first"), _delivered(func.max).label("last")).where(
        Notification.id == notification_id
    )
    found = connection.execute(times).one()
    return _broadcast(row, found.first, found.last)


def newest_not_recalled(connection: Connection, now: datetime) -> Broadcast | None:
    """Return the broadcast sent last, leaving out those that were recalled."""
    statement = _SENT.where(_FIRST.is_not(None), Notification.recalled_at.is_(None))
    newest = statement.order_by(Notification.id.desc()).limit(1)
    row = connection.execute(newest, {"now": now}).first()
    return None if row is None else _broadcast(row, row.first, row.last)


def on_channels(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Return the ids of those notifications that were sent to a channel: they have a page."""
    released = select(Release).where(Release.notification_id == Notification.id).exists()
    statement = select(Notification.id).where(Notification.id.in_(ids_as_select(numbers)), released)
    return set(connection.execute(statement).scalars())


def count_sent_by(connection: Connection, user_id: int) -> int:
    """Count the notifications that a user has sent, to channels and to named people."""
    statement = select(func.count()).where(Notification.sender_id == user_id)
    return int(connection.execute(statement).scalar_one())


def sender(connection: Connection, username: str) -> Row[Any] | None:
    """Return id, is_admin and is_active of the account with this username; None without one."""
    if not may_be_name(username):
        return None
    statement = select(User.id, User.is_admin, User.is_active).where(User.username == username)
    return connection.execute(statement).first()
