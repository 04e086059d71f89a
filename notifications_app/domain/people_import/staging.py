"""Staged imports: a checked file is kept for an hour and imported without a second upload.

A staged import belongs to the administrator who made it. Nothing here commits.
"""

import gzip
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO, Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from ...core.database import db, rolled_back, table, write
from ...core.errors import NotFound, Refused
from .actions import Report, check_lines, import_checked
from .models import StagedImport

#: How long a checked file is kept.
KEPT_FOR = timedelta(hours=1)
_IMPORTS = table(StagedImport)
#: The level of compression: a higher one takes several times as long for a tenth less.
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of a staged import: its report, and the report of the preview."""

    report: Report
    preview: Report

    @property
    def is_as_previewed(self) -> bool:
        """Whether the import did exactly what the preview showed."""
        return self.report == self.preview


def stage(
    stream: IO[Any], now: datetime, *, user_id: int, most_errors: float
) -> tuple[Report, int | None]:
    """Check a CSV file of people, and keep it for the import.

    A file with errors, and one that would change nothing, is not kept. Staged imports of anybody
    that are too old are deleted.

    Returns:
        The report of a preview, and the id of the staged import; None if the file is not kept.

    Raises:
        Refused: as :func:`actions.import_checked`.
    """
    report, content = Report(), BytesIO()
    with gzip.open(content, "wt", _LEVEL, encoding="utf-8") as file:
        check_lines(stream, file, report, most_errors=most_errors)
    with rolled_back(), _unpacked(content.getvalue()) as file:
        import_checked(file, report, now, actor_id=user_id, most_errors=most_errors)
    if report.errors or not any(report.changed_counts.values()):
        return report, None
    write(delete(_IMPORTS).where(_IMPORTS.c.created_at <= now - KEPT_FOR))
    made = insert(_IMPORTS).values(
        user_id=user_id,
        created_at=now,
        content=content.getvalue(),
        preview=json.dumps(asdict(report)),
    )
    return report, db.session.execute(made.returning(_IMPORTS.c.id)).scalar_one()


def _unpacked(content: bytes) -> IO[str]:
    return gzip.open(BytesIO(content), "rt", encoding="utf-8")


def find_preview(connection: Connection, import_id: int, user_id: int, now: datetime) -> Report:
    """Return the report of a staged import's preview.

    Raises:
        NotFound: if this user has no such import, or it is older than an hour.
        Refused: if it was imported already.
    """
    statement = select(_IMPORTS.c.preview, _IMPORTS.c.imported_at)
    row = connection.execute(statement.where(_is_kept(import_id, user_id, now))).first()
    if row is None:
        raise _not_kept()
    if row.imported_at is not None:
        raise _imported_already()
    return Report(**json.loads(row.preview))


def import_staged(import_id: int, now: datetime, *, user_id: int, most_errors: float) -> Imported:
    """Import a staged file of this user, once. Its lines are compared with the accounts again.

    If accounts have changed so that lines are wrong now, they are in the report, and the caller
    must not commit.

    Raises:
        NotFound: if this user has no such import, or it is older than an hour.
        Refused: if it was imported already; or as :func:`actions.import_checked`.
    """
    is_kept = _is_kept(import_id, user_id, now)
    # One of two requests at once waits here for the other, and then finds the mark.
    claim = update(_IMPORTS).where(is_kept, _IMPORTS.c.imported_at.is_(None))
    returned = claim.values(imported_at=now).returning(_IMPORTS.c.content, _IMPORTS.c.preview)
    row = db.session.execute(returned).first()
    if row is None:
        if db.session.execute(select(_IMPORTS.c.id).where(is_kept)).first():
            raise _imported_already()
        raise _not_kept()
    preview = Report(**json.loads(row.preview))
    report = Report(lines=preview.lines)
    with _unpacked(row.content) as file:
        import_checked(file, report, now, actor_id=user_id, most_errors=most_errors)
    write(update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(content=None))
    return Imported(report, preview)


def _is_kept(import_id: int, user_id: int, now: datetime) -> ColumnElement[bool]:
    return and_(
        _IMPORTS.c.id == import_id,
        _IMPORTS.c.user_id == user_id,
        _IMPORTS.c.created_at > now - KEPT_FOR,
    )


def _not_kept() -> NotFound:
    return NotFound(
        "This preview is no longer available: a checked file is kept for one hour. Nothing was"
        " imported; choose the file again."
    )


def _imported_already() -> Refused:
    return Refused("This file was imported already. Nothing was imported again.")
