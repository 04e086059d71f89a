"""Recall a notification from every inbox at once, and undo that."""

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, null, or_, select, update

from ...core.clock import UTCDateTime
from ...core.database import db, table, write
from ...core.errors import NotFound
from ..inbox.handover import deliver_banner_to_latecomers
from ..inbox.models import Notification, Release
from .audit_entries import audit_recall, audit_restore

_THIS = bindparam("broadcast_id", type_=BigInteger)
_NOW = bindparam("now", type_=UTCDateTime)
_END = (
    update(table(Release))
    .where(
        Release.notification_id == _THIS,
        or_(Release.expires_at.is_(None), Release.expires_at > _NOW),
    )
    .values(expires_at=_NOW)
)
_RESUME = (
    update(table(Release))
    .where(Release.notification_id == _THIS)
    .values(
        expires_at=select(Notification.expires_at).where(Notification.id == _THIS).scalar_subquery()
    )
)


def recall(notification_id: int, now: datetime, *, actor_id: int | None = None) -> bool:
    """Remove a notification from every inbox at once, and add the audit entry.

    Returns False if it was recalled already. ``now`` is aware; ``actor_id`` None is the command
    line.

    Raises:
        NotFound: if there is no such notification.
    """
    values = {"broadcast_id": notification_id, "now": now}
    changed = write(
        update(table(Notification))
        .where(Notification.id == _THIS, Notification.recalled_at.is_(None))
        .values(recalled_at=now),
        values,
    )
    if not changed:
        _check_exists(notification_id)
        return False
    write(_END, values)
    audit_recall(notification_id, actor_id=actor_id, now=now)
    return True


def restore(notification_id: int, now: datetime, *, actor_id: int | None = None) -> bool:
    """Undo a recall for everyone at once, and add the audit entry.

    Every reader has their copy as they left it. A recall keeps the notification's own expiry,
    from which its releases get theirs back. A banner is also delivered to those who joined
    meanwhile, as when its expiry is moved. Returns False where it was not recalled.

    Raises:
        NotFound: where there is no such notification.
    """
    values = {"broadcast_id": notification_id, "now": now}
    changed = write(
        update(table(Notification))
        .where(Notification.id == _THIS, Notification.recalled_at.is_not(None))
        .values(recalled_at=null()),
        values,
    )
    if not changed:
        _check_exists(notification_id)
        return False
    write(_RESUME, values)
    deliver_banner_to_latecomers(notification_id, now)
    audit_restore(notification_id, actor_id=actor_id, now=now)
    return True


def _check_exists(notification_id: int) -> None:
    there = select(func.count()).select_from(Notification).where(Notification.id == _THIS)
    if not db.session.execute(there, {"broadcast_id": notification_id}).scalar_one():
        raise NotFound(f"There is no notification {notification_id}. Nothing was changed.")
