"""Write audit entries, in the transaction of the change they record."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from ...core.database import db, table, write
from ..accounts.models import User
from .models import AuditEntry, search_text


def add_entry(
    action: str, subject: str, *, actor_id: int | None, now: datetime, **detail: Any
) -> None:
    """Record that ``action`` was done to ``subject``; without an actor, by the command line.

    ``detail`` holds values that JSON can. Never put a password, a token or a link into it: not
    everybody who reads the log may use them.
    """
    as_json = json.dumps(detail, ensure_ascii=False)
    actor = None
    if actor_id is not None:
        actor = db.session.scalar(select(User.username).where(User.id == actor_id))
    db.session.execute(
        insert(table(AuditEntry)).values(
            at=now,
            actor_id=actor_id,
            action=action,
            subject=subject,
            detail=as_json,
            search_text=search_text(action, subject, as_json, actor),
        )
    )


def keep_actor_name(user_id: int, username: str) -> None:
    """Write the name of an account that will be deleted into the entries of what it did."""
    write(
        update(table(AuditEntry)).where(AuditEntry.actor_id == user_id).values(actor_name=username)
    )
