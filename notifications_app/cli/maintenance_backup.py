"""``flask maintenance backup``: the database in one file."""

from pathlib import Path

import click
from flask import current_app
from humanize import naturalsize

from ..core import backup as files
from ..core import data_folder
from ..domain.maintenance import backups
from .maintenance_progress import interruptible
from .output import command, example, print_json, print_line


@command("backup", epilog=example("flask maintenance backup /srv/backups/2026-11-29.backup"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Back up the database into a new file, which only you can read.

    The server can go on running. An existing file is never overwritten. PostgreSQL needs its
    client programs. The secret key is not in the backup.
    """
    target = file.absolute()
    with interruptible(lambda _status: "Interrupted. There is no backup.") as status:
        look = status.size("Backing up", files.expected_size())
        made = backups.back_up(target, look)
    if as_json:
        print_json({"file": str(target), "bytes": made.size, "version": made.version})
        return
    print_line(f"Backed up the database to {target} ({naturalsize(made.size)}).{_key_hint()}")


def _key_hint() -> str:
    key = data_folder.of(current_app.config) / data_folder.KEY
    return f" Keep {key} with it." if key.exists() else ""
