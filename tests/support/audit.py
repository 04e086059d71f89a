"""The audit log as tests compare it."""

import json
from typing import Any

import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db, table
from notifications_app.domain.audit.models import AuditEntry

Entries = list[tuple[str, str, dict[str, Any]]]


def entries(app: Flask) -> Entries:
    """The audit entries, the oldest first."""
    with app.app_context():
        rows = db.session.execute(sa.select(table(AuditEntry)).order_by(AuditEntry.id)).all()
    return [(row.action, row.subject, json.loads(row.detail)) for row in rows]
