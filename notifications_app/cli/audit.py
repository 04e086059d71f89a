"""``flask audit``: the audit log on the command line."""

from collections.abc import Callable
from typing import Any, TextIO

import click

from ..core import clock
from ..core.database import reading
from ..core.text import counted
from ..domain.audit import export, queries, wording
from ..domain.broadcasts.audit_entries import titles
from . import output
from .output import command, example, iso_or_none, print_line


def _as_dict(entry: queries.Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": iso_or_none(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }


def kind_option(default: str) -> Callable[[Any], Any]:
    """Make the option that chooses a kind of entries."""
    kinds = click.Choice(list(queries.KINDS))
    words = "Kind of entries: changes, people who sign in and out, or all."
    return click.option("--kind", type=kinds, default=default, show_default=True, help=words)


@command("list", epilog=example("flask audit list --limit 10"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="Show at most N entries.",
    metavar="N",
)
@kind_option(queries.CHANGES)
def list_(as_json: bool, limit: int, kind: str) -> None:
    """List who changed what, or who signed in, newest first; times are in UTC."""
    with reading() as connection:
        entries = queries.newest(connection, limit, queries.Search(kind=kind))
    if as_json:
        output.print_json([_as_dict(entry) for entry in entries])
        return
    output.print_table(
        ("WHEN", "WHO", "ACTION", "SUBJECT", "DETAIL"),
        [
            (
                clock.full(entry.at, "UTC"),
                entry.who,
                entry.action,
                entry.subject,
                wording.detail(entry),
            )
            for entry in entries
        ],
    )
    print_line(f"{counted(len(entries), 'entry', 'entries')}, newest first.")


@command("export", epilog=example("flask audit export audit.csv", "flask audit export -"))
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True))
@kind_option(queries.EVERY_KIND)
def export_(file: TextIO, kind: str) -> None:
    """Write the audit log to a CSV file (- for stdout)."""
    file.writelines(export.csv_parts(queries.Search(kind=kind), titles))
    click.echo("Exported the audit log.", err=True)
