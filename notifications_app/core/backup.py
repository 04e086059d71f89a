"""Back up the database into one file, and restore it from there; on SQLite and PostgreSQL."""

from collections.abc import Callable, Collection
from pathlib import Path

from . import backup_file, postgresql_backup, schema_version, sqlite_backup
from .database import db
from .errors import Refused


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def expected_size() -> int | None:
    """Return about how many bytes a backup will have; None if nobody knows."""
    return sqlite_backup.expected_size(db.engine) if _is_sqlite() else None


def write(target: Path, look: Callable[[int], None]) -> int:
    """Back up the database into a new file for its owner alone; return its size in bytes.

    It is one snapshot, while others go on writing. ``look`` is called with the number of bytes so
    far, ten times a second.

    Raises:
        Refused: in one sentence; nothing is left behind then.
    """
    backup_file.refuse_existing(target)
    ours = sqlite_backup if _is_sqlite() else postgresql_backup
    with backup_file.draft_beside(target) as draft:
        ours.write(db.engine, draft, look)
        size = draft.stat().st_size
        backup_file.publish(draft, target)
    return size


def examine(source: Path, needed: Collection[str]) -> str:
    """Check that a file is a whole backup for this database; return the version of its tables.

    ``needed`` are tables that each backup of ours has.

    Raises:
        Refused: if it is not, in a sentence that says why.
    """
    try:
        if not source.is_file():
            raise Refused(f"There is no file {source}.")
        _refuse_other_database(source)
        if _is_sqlite():
            sqlite_backup.check_format(source)
            tables, versions = sqlite_backup.tables_and_version(source)
        else:
            tables, versions = postgresql_backup.tables_and_version(source, db.engine.url)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refused(f"{source} cannot be read: {reason}.") from None
    return _checked_version(source, tables, versions, needed)


def _refuse_other_database(source: Path) -> None:
    """Refuse a file that begins as no backup of this kind of database does."""
    headers = {"SQLite": sqlite_backup.HEADER, "PostgreSQL": postgresql_backup.HEADER}
    with source.open("rb") as file:
        start = file.read(16)
    found = [name for name, header in headers.items() if start.startswith(header)]
    wanted = "SQLite" if _is_sqlite() else "PostgreSQL"
    if not found:
        raise Refused(f"{source} is not a backup.")
    if found != [wanted]:
        raise Refused(f"{source} is a backup of {found[0]}, and this database is {wanted}.")


def _checked_version(
    source: Path, tables: Collection[str], versions: Collection[str], needed: Collection[str]
) -> str:
    if not versions or not set(needed) <= set(tables):
        raise Refused(f"{source} is not a backup of this application.")
    version = schema_version.in_words(versions)
    if not set(versions) <= schema_version.known():
        newest = schema_version.in_words(schema_version.heads())
        raise Refused(
            f"{source} is from a newer version of this application: its tables are at {version}, and"
            f" this version knows up to {newest}. Install the newer version."
        )
    return version


def restore(source: Path, ignored: Collection[str]) -> None:
    """Put an examined backup in the place of an empty database.

    Empty is a database without tables, or with no rows in any table but those ``ignored``.

    Raises:
        Refused: if the database has rows or is in use, or the backup fails; nothing was changed.
    """
    db.session.remove()
    db.engine.dispose()
    if _is_sqlite():
        _restore_sqlite(source, set(ignored))
    else:
        _restore_postgresql(source, set(ignored))
    db.engine.dispose()


def _restore_sqlite(source: Path, ignored: set[str]) -> None:
    target = sqlite_backup.file_of(db.engine)
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    if not target.exists():
        with backup_file.draft_beside(target) as draft:
            sqlite_backup.copy(source, draft)
            if target.exists():
                raise Refused(sqlite_backup.in_use(target))
            sqlite_backup.put_in_place(draft, target)
        return
    with sqlite_backup.alone_with(target) as connection:
        _refuse_rows(sqlite_backup.tables_with_rows(connection, ignored))
        with backup_file.draft_beside(target) as draft:
            sqlite_backup.copy(source, draft)
            sqlite_backup.put_in_place(draft, target)


def _restore_postgresql(source: Path, ignored: set[str]) -> None:
    has_dropped = False
    try:
        with postgresql_backup.alone_with(db.engine) as connection:
            _refuse_rows(postgresql_backup.tables_with_rows(connection, ignored))
            has_dropped = postgresql_backup.drop_tables(connection)
            postgresql_backup.restore(db.engine, source)
    except BaseException:
        if has_dropped:  # the empty tables that were there
            schema_version.upgrade()
        raise


def _refuse_rows(names: Collection[str]) -> None:
    if names:
        some = ", ".join(sorted(names)[:3])
        raise Refused(
            f"The database is not empty: there are rows in {some}. A backup is restored into an"
            " empty database only."
        )
