"""``flask maintenance``: work on the database that no page does."""

from dataclasses import asdict
from typing import Any

import click

from ..core import clock
from ..core.database import db
from ..core.logs import record
from ..core.text import counted
from ..domain.broadcasts.retime import Retimed
from ..domain.broadcasts.retime import retime as retime_all
from .output import command, example, print_json, print_line, print_table, progress


@command("retime", epilog=example("flask maintenance retime --dry-run"))
@click.option("--dry-run", is_flag=True, help="Say what would move; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def retime(dry_run: bool, as_json: bool) -> None:
    """Move local notifications to where the present rules of time zones put them.

    A country may change its rules after a broadcast was sent to each reader's own time. Releases
    that have arrived stay. Each start with newer zone data does the same.
    """
    moved = retime_all(clock.now(), lambda rows: progress(rows, "Retiming"))
    if not dry_run:
        db.session.commit()
        if moved:
            record("notifications retimed", retimed=[one.id for one in moved])
    if as_json:
        print_json({"notifications": [_as_dict(one) for one in moved], "dry_run": dry_run})
        return
    if moved:
        heads = ("ID", "TITLE", "LOCAL TIME", "ZONES")
        print_table(heads, [_cells(one) for one in moved])
    print_line(_sentence(moved, dry_run=dry_run))


def _as_dict(one: Retimed) -> dict[str, Any]:
    return {**asdict(one), "local_at": one.local_at.isoformat(), "zones": list(one.zones)}


def _cells(one: Retimed) -> tuple[str, ...]:
    more = len(one.zones) - 3
    zones = ", ".join(one.zones[:3]) + (f" and {more} more" if more > 0 else "")
    return str(one.id), one.title, clock.wall_words(one.local_at), zones


def _sentence(moved: list[Retimed], *, dry_run: bool) -> str:
    if not moved:
        return "Nothing to retime: every local notification arrives at its time."
    zones = len({zone for one in moved for zone in one.zones})
    what = f"{counted(len(moved), 'notification')} in {counted(zones, 'zone')}"
    if dry_run:
        return f"Would retime {what}. Nothing was changed: this was a dry run."
    return f"Retimed {what}."
