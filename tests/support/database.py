"""Everything that is stored, to see that nothing moved."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db


def everything(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table, but when a sign-in was last seen."""
    with app.app_context():
        found = {}
        for table in db.metadata.sorted_tables:
            columns = [column for column in table.c if column.name != "last_seen_at"]
            rows = db.session.execute(sa.select(*columns)).all()
            found[table.name] = sorted(map(repr, rows))
        return found
