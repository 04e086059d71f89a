"""Noting what was changed, in the transaction that changes it."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from ...core.database import db, table
from .models import AuditEntry


def add_entry(
    action: str, subject: str, *, actor_id: int | None, now: datetime, **detail: Any
) -> None:
    """Note that ``action`` was done to ``subject``; nobody as the actor is the command line.

    ``detail`` is plain values, as JSON has them. Never a password, a token or a link: whoever
    reads the log may not be who may use them.
    """
    db.session.execute(
        insert(table(AuditEntry)).values(
            at=now,
            actor_id=actor_id,
            action=action,
            subject=subject,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )
