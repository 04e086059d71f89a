"""At the start: retime local notifications if the rules of time zones are newer than before."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..core import clock
from ..core.database import db, reading
from ..core.logs import record
from ..domain.broadcasts import retime
from ..domain.broadcasts.models import ZoneData


def check_at_start(app: Flask) -> None:
    """Compare the version of the zone data with the recorded one, and retime if it is newer.

    That is one query where nothing is newer. A database that cannot answer, or is not migrated, is
    left alone until the next start.
    """
    with app.app_context():
        if not _is_there():
            return
        try:
            if not _is_current():
                _retime()
        except (DBAPIError, PoolTimeout):
            app.logger.debug("The version of the time zone data was not compared.", exc_info=True)
        finally:
            db.session.remove()
            db.engine.dispose()  # a server may fork now, and connections cannot be shared


def _is_there() -> bool:
    """Return whether connecting would not create the database, as SQLite does."""
    file = db.engine.url.database
    return db.engine.dialect.name != "sqlite" or bool(file and Path(file).exists())


def _is_current() -> bool:
    with reading() as connection:
        version = connection.execute(select(ZoneData.version)).scalar()
    return retime.is_current(version)


def _retime() -> None:
    before = retime.take_over_zone_data()
    if before is None:
        return
    moved = retime.retime(clock.now())
    db.session.commit()
    if before or moved:
        record(
            "time zone data changed",
            before=before or "unknown",
            now=clock.ZONE_DATA_VERSION,
            retimed=[one.id for one in moved],
        )
