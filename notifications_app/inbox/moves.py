"""A reader comes, or begins or ceases to listen to a channel.

Deliveries move with them, in the same transaction, so that nothing seen vanishes and
nothing comes twice, on the way there or back.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, union_all, update

from .. import clock
from ..accounts import actions as accounts
from ..accounts.models import User
from ..clock import UTCDateTime
from ..extensions import db, table, write
from . import parts
from .channels import listening, parameters
from .models import Release
from .steps import STAMP, insert_missing, take_stamp

#: A release about to arrive is kept too, for a page made with a clock ahead of ours.
SOON = timedelta(minutes=1)

_UNTIL = bindparam("until", type_=UTCDateTime)


def add_reader(username: str, *, now: datetime, **account: Any) -> User:
    """Make an account and hand it the banners that are live, arriving now.

    Takes what :func:`accounts.actions.create` takes, and raises what it raises.
    """
    user = accounts.create(username, now=now, **account)
    _hand_banners(user, now, stamp=None)
    return user


def set_timezone(user_id: int, timezone: str, now: datetime) -> str:
    """Change the reader's zone; returns its name. Raises UnknownZone."""
    name = clock.zone_name(timezone)
    _listen_differently(user_id, now, lambda: _set(user_id, timezone=name))
    return name


def grant_admin(user_id: int, now: datetime) -> bool:
    """Make the user an administrator from now on; False where they are one."""
    return _set_admin(user_id, now, is_admin=True)


def revoke_admin(user_id: int, now: datetime) -> bool:
    """Make the user an ordinary one: what arrived for administrators stays; False if they are."""
    return _set_admin(user_id, now, is_admin=False)


def _set_admin(user_id: int, now: datetime, *, is_admin: bool) -> bool:
    changed = False

    def change() -> None:
        nonlocal changed
        changed = bool(
            write(
                update(table(User))
                .where(User.id == user_id, User.is_admin.is_(not is_admin))
                .values(is_admin=is_admin, admin_since=now if is_admin else None)
            )
        )

    _listen_differently(user_id, now, change)
    return changed


def _set(user_id: int, **values: Any) -> None:
    write(update(table(User)).where(User.id == user_id).values(**values))


def _listen_differently(user_id: int, now: datetime, change: Callable[[], None]) -> None:
    before = take_stamp(user_id, now)
    change()
    after = db.session.execute(_LISTENER, {"reader_id": user_id}).one()
    if listening(before) == listening(after):
        return
    _keep(before, now, stamp=None, until=now + SOON, expired=True)
    _hand_banners(after, now, stamp=before.last_stamp)
    _keep(after, now, stamp=before.last_stamp, until=now, expired=False)


_LISTENER = select(User.id, User.is_admin, User.admin_since, User.inbox_since, User.timezone).where(
    User.id == parts.USER
)


def _keep(
    reader: Row[Any], now: datetime, *, stamp: int | None, until: datetime, expired: bool
) -> None:
    """Make a delivery of everything in view until then that has none."""
    channels = listening(reader)
    statement = _keep_statement(len(channels), db.engine.dialect.name, expired=expired)
    values = {"reader_id": reader.id, "until": until, "new_stamp": stamp, "now": now}
    write(statement, {**values, **parameters(channels)})


@cache
def _keep_statement(channels: int, dialect: str, *, expired: bool) -> Any:
    sources = [
        select(
            parts.USER.label("user_id"),
            Release.notification_id,
            Release.arrives_at,
            STAMP.label("stamp"),
        ).where(
            parts.on_channel(number),
            Release.arrives_at <= _UNTIL,
            or_(parts.above_floor(number), Release.is_banner),
            *(() if expired else (parts.unless_over(Release.expires_at),)),
        )
        for number in range(channels)
    ]
    return insert_missing(union_all(*sources), dialect)


def _hand_banners(reader: Row[Any] | User, now: datetime, *, stamp: int | None) -> None:
    """Make deliveries, arriving now, of the live banners on the reader's channels."""
    channels = listening(reader)
    statement = _banners_statement(len(channels), db.engine.dialect.name)
    values = {"reader_id": reader.id, "now": now, "new_stamp": stamp}
    write(statement, {**values, **parameters(channels)})


@cache
def _banners_statement(channels: int, dialect: str) -> Any:
    sources = [
        select(
            parts.USER.label("user_id"),
            Release.notification_id,
            parts.NOW.label("arrives_at"),
            STAMP.label("stamp"),
        ).where(
            parts.on_channel(number),
            Release.is_banner,
            Release.arrives_at <= parts.NOW,
            parts.unless_over(Release.expires_at),
        )
        for number in range(channels)
    ]
    return insert_missing(union_all(*sources), dialect)
