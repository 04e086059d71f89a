"""What the audit log says of a sending, whoever did it and wherever."""

from collections.abc import Sequence
from datetime import datetime

from ..audit.actions import note
from ..inbox.models import Notification

BROADCAST, NOTIFICATION = "broadcast.sent", "notification.sent"


def sent(
    act: str, one: Notification, to: str, audience: int, *, actor_id: int | None, now: datetime
) -> None:
    """That it was sent, to whom, and how many heard that channel then."""
    note(
        act, _subject(one.id), actor_id=actor_id, now=now, title=one.title, to=to, audience=audience
    )


def edited(
    number: int, changed: Sequence[str], *, again: bool, actor_id: int | None, now: datetime
) -> None:
    """That it reads otherwise since, and whether it is unread again."""
    detail = {"changed": list(changed), "notify_again": again}
    note("broadcast.edited", _subject(number), actor_id=actor_id, now=now, **detail)


def recalled(number: int, *, actor_id: int | None, now: datetime) -> None:
    """That it was taken off the air."""
    note("broadcast.recalled", _subject(number), actor_id=actor_id, now=now)


def _subject(number: int) -> str:
    return f"notification {number}"
