"""Write audit entries, in the transaction of the change they record."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from ...core.database import db, table, write
from .models import AuditEntry


def add_entry(
    action: str, subject: str, *, actor_id: int | None, now: datetime, **detail: Any
) -> None:
    """Record that ``action`` was done to ``subject``; without an actor, by the command line.

    ``detail`` holds values that JSON can. Never put a password, a token or a link into it: not
    everybody who reads the log may use them.
    """
    _add(action, subject, now, detail, actor_id=actor_id)


def add_entry_of_stranger(
    action: str, subject: str, actor_name: str, *, now: datetime, **detail: Any
) -> None:
    """Record an attempt by somebody without an account; ``actor_name`` is how the log calls them.

    ``detail`` is as for :func:`add_entry`.
    """
    _add(action, subject, now, detail, actor_name=actor_name)


def _add(action: str, subject: str, now: datetime, detail: dict[str, Any], **actor: Any) -> None:
    words = json.dumps(detail, ensure_ascii=False)
    values = {"at": now, "action": action, "subject": subject, "detail": words, **actor}
    db.session.execute(insert(table(AuditEntry)).values(values))


def keep_actor_name(user_id: int, username: str) -> None:
    """Write the name of an account that will be deleted into the entries of what it did."""
    write(
        update(table(AuditEntry)).where(AuditEntry.actor_id == user_id).values(actor_name=username)
    )
