"""Audit entries for sending, editing, recalling and restoring."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from ...core.database import ids_as_select
from ..audit.actions import add_entry
from ..inbox.models import Notification, Release
from .preview import SendPreview

BROADCAST, NOTIFICATION = "broadcast.sent", "notification.sent"


def audit_sending(
    action: str, notification: Notification, preview: SendPreview, *, actor_id: int | None
) -> None:
    """Add the entry for a sending: title, recipients, and the size of the audience then.

    A personal notification is for its recipients alone, and all administrators read the log: its
    entry has the topic instead.
    """
    detail: dict[str, Any] = {"topic": notification.topic}
    if isinstance(preview.to, str):
        detail = {"title": notification.title, "to": preview.to}
    add_entry(
        action,
        _subject(notification.id),
        actor_id=actor_id,
        now=preview.now,
        **detail,
        audience=preview.audience.count,
    )


def audit_edit(
    notification_id: int,
    changed: Sequence[str],
    *,
    again: bool,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Add the entry for an edit: the changed fields, and whether it was made unread again."""
    detail = {"changed": list(changed), "notify_again": again}
    add_entry("broadcast.edited", _subject(notification_id), actor_id=actor_id, now=now, **detail)


def audit_recall(notification_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Add the entry for a recall."""
    add_entry("broadcast.recalled", _subject(notification_id), actor_id=actor_id, now=now)


def titles(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the present titles of those that are broadcasts, for the audit log."""
    is_broadcast = exists().where(Release.notification_id == Notification.id)
    wanted = Notification.id.in_(ids_as_select(ids)) & is_broadcast
    rows = connection.execute(select(Notification.id, Notification.title).where(wanted))
    return {row.id: row.title for row in rows}


def audit_restore(notification_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Add the entry of a recall that was undone."""
    add_entry("broadcast.restored", _subject(notification_id), actor_id=actor_id, now=now)


def audit_retiming(notification_id: int, zones: Sequence[str], *, now: datetime) -> None:
    """Add the entry for arrivals that moved because the rules of these zones changed."""
    add_entry(
        "broadcast.retimed", _subject(notification_id), actor_id=None, now=now, zones=list(zones)
    )


def _subject(notification_id: int) -> str:
    return f"notification {notification_id}"
