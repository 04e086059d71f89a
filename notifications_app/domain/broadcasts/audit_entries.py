"""What the audit log says of a sending, whoever did it and wherever."""

from collections.abc import Sequence
from datetime import datetime

from ..audit.actions import add_entry
from ..inbox.models import Notification

BROADCAST, NOTIFICATION = "broadcast.sent", "notification.sent"


def audit_sending(
    act: str, one: Notification, to: str, audience: int, *, actor_id: int | None, now: datetime
) -> None:
    """That it was sent, to whom, and how many heard that channel then."""
    add_entry(
        act, _subject(one.id), actor_id=actor_id, now=now, title=one.title, to=to, audience=audience
    )


def audit_edit(
    notification_id: int,
    changed: Sequence[str],
    *,
    again: bool,
    actor_id: int | None,
    now: datetime,
) -> None:
    """That it reads otherwise since, and whether it is unread again."""
    detail = {"changed": list(changed), "notify_again": again}
    add_entry("broadcast.edited", _subject(notification_id), actor_id=actor_id, now=now, **detail)


def audit_recall(notification_id: int, *, actor_id: int | None, now: datetime) -> None:
    """That it was taken off the air."""
    add_entry("broadcast.recalled", _subject(notification_id), actor_id=actor_id, now=now)


def _subject(notification_id: int) -> str:
    return f"notification {notification_id}"
