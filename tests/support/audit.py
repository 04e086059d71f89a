"""The audit log as tests compare it."""

import json
from typing import Any

import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db, table
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.audit.queries import KINDS

Entries = list[tuple[str, str, dict[str, Any]]]


def entries(app: Flask, kind: str = "changes") -> Entries:
    """The audit entries, the oldest first; those of sign-ins only if ``kind`` asks for them."""
    with app.app_context():
        found = sa.select(table(AuditEntry)).where(KINDS[kind]).order_by(AuditEntry.id)
        rows = db.session.execute(found).all()
    return [(row.action, row.subject, json.loads(row.detail)) for row in rows]
