"""Back up the database into a file, and restore it from there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import delete, func, select

from ...core import backup, schema_version
from ...core.database import db, reading, table, write
from ...core.errors import Refused
from ..accounts.models import SignIn, User
from ..audit.actions import add_entry
from ..broadcasts.models import ZoneData
from ..inbox.models import Delivery, Notification, Release

#: Tables that each backup has, whatever its version.
_NEEDED = [model.__tablename__ for model in (User, Notification, Release, Delivery)]
#: Tables whose rows a new, empty database has.
_OF_A_NEW_DATABASE = ("alembic_version", ZoneData.__tablename__)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup: the size of its file in bytes, and the version of its tables."""

    size: int
    version: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored backup: the version it had, the one it has now, and how many rows of two kinds."""

    before: str
    version: str
    people: int
    notifications: int


def back_up(target: Path, look: Callable[[int], None]) -> BackedUp:
    """Back up the database into a new file, while others go on writing.

    ``look`` is called with the number of bytes so far, ten times a second.

    Raises:
        Refused: in one sentence; nothing is left behind then.
    """
    with reading() as connection:
        version = schema_version.in_words(schema_version.current(connection))
    return BackedUp(backup.write(target, look), version)


def restore(source: Path, began: Callable[[str], None]) -> str:
    """Restore a backup into the empty database, and end every sign-in; return its version.

    Sign-ins that were ended after the backup would be valid again. Commit, then call
    :func:`migrate`. ``began`` is called with the name of each step.

    Raises:
        Refused: if the file is no whole backup, or of a newer version, or the database is in use
            or has rows. Nothing was changed then.
    """
    began("Checking")
    version = backup.examine(source, _NEEDED)
    began("Restoring")
    backup.restore(source, _OF_A_NEW_DATABASE)
    began("Migrating")
    write(delete(table(SignIn)))
    return version


def migrate(source: Path, before: str, now: datetime) -> Restored:
    """Migrate what was restored to this version, and add the audit entry.

    Raises:
        Refused: if that fails; what was restored stays, at its own version.
    """
    try:
        schema_version.upgrade()
    except CommandError as error:
        raise Refused(
            f"The backup was restored, at version {before}, but not migrated: {error}"
            " Run `flask db upgrade`."
        ) from None
    version = schema_version.in_words(schema_version.current(db.session.connection()))
    add_entry(
        "database.restored", "database", actor_id=None, now=now, file=source.name, version=before
    )
    return Restored(before, version, _count(User), _count(Notification))


def _count(model: type[User | Notification]) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()
