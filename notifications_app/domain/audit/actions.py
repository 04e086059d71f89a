"""Write audit entries, in the transaction of the change they record."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from ...core.database import db, table
from .models import AuditEntry


def add_entry(
    action: str, subject: str, *, actor_id: int | None, now: datetime, **detail: Any
) -> None:
    """Record that ``action`` was done to ``subject``; without an actor, by the command line.

    ``detail`` holds values that JSON can. Never put a password, a token or a link into it: not
    everybody who reads the log may use them.
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
