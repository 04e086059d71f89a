"""``flask maintenance restore``: a backup in the place of an empty database."""

from pathlib import Path

import click

from ..core import clock
from ..core.cache import cache
from ..core.database import db
from ..core.text import counted
from ..domain.maintenance import backups
from .maintenance_progress import Status, interruptible
from .output import command, example, print_json, print_line


@command("restore", epilog=example("flask maintenance restore /srv/backups/2026-11-29.backup"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def restore(file: Path, as_json: bool) -> None:
    """Restore a backup into an empty database, and migrate it to this version.

    Stop the server first. The file is checked as a whole before anything is changed. Everyone has
    to sign in again.
    """
    source = file.absolute()
    with interruptible(_interrupted) as status:
        before = backups.restore(source, status.begin)
        db.session.commit()
        restored = backups.migrate(source, before, clock.now())
        db.session.commit()
    cache.clear()
    if as_json:
        print_json(
            {
                "file": str(source),
                "version": restored.version,
                "version_before": restored.before,
                "people": restored.people,
                "notifications": restored.notifications,
            }
        )
        return
    print_line(_sentence(source, restored))


def _interrupted(status: Status) -> str:
    if status.step == "Migrating":
        return "Interrupted. The backup was restored, but not migrated: run `flask db upgrade`."
    return "Interrupted. Nothing was restored."


def _sentence(source: Path, restored: backups.Restored) -> str:
    people = counted(restored.people, "person", "people")
    notifications = counted(restored.notifications, "notification")
    migrated = (
        f" Migrated it from version {restored.before} to {restored.version}."
        if restored.before != restored.version
        else ""
    )
    return f"Restored {source}: {people}, {notifications}.{migrated} Everyone has to sign in again."
