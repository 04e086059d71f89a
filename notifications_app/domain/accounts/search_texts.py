"""The folded text by which people are found, kept in step with their names and addresses."""

import json
from typing import Any

from sqlalchemy import Select, select, text

from ...core.database import db
from .models import User, search_text

_BATCH = 5_000
#: Each database reads many rows from one JSON value sooner than from as many statements.
_WRITE = {
    "sqlite": """
        UPDATE users SET search_text = json_extract(new.value, '$[1]')
        FROM json_each(:rows) AS new WHERE users.id = json_extract(new.value, '$[0]')
        """,
    "postgresql": """
        UPDATE users SET search_text = new.value ->> 1
        FROM json_array_elements(CAST(:rows AS json)) AS new
        WHERE users.id = CAST(new.value ->> 0 AS integer)
        """,
}


def refresh(which: Select[Any]) -> None:
    """Write the text of the accounts with these ids anew, after a change of name or address."""
    columns = (User.id, User.username, User.display_name, User.email, User.search_text)
    rows = db.session.execute(select(*columns).where(User.id.in_(which))).all()
    texts = ((row, search_text(row.username, row.display_name, row.email)) for row in rows)
    changed = [(row.id, found) for row, found in texts if found != row.search_text]
    statement = text(_WRITE[db.engine.dialect.name])
    for start in range(0, len(changed), _BATCH):
        rows_as_json = json.dumps(changed[start : start + _BATCH])
        db.session.execute(statement, {"rows": rows_as_json})
