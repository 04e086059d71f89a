"""``flask groups``: groups and their members, from the command line."""

from typing import Any

import click

from ..core import clock
from ..core.database import db, reading
from ..core.logs import record
from ..core.text import counted, name_key
from ..domain.accounts import groups as known
from ..domain.accounts import queries
from ..domain.administration import groups as administration
from ..domain.administration.groups import GroupChange
from . import output
from .output import command, example, iso_or_none, print_line

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")


def _as_known(_context: Any, _option: Any, name: str) -> str:
    """Return a typed group name as it is stored: trimmed, in lower case."""
    return name_key(name)


group_argument = click.argument("group", callback=_as_known)
names_argument = click.argument("names", metavar="NAME...", nargs=-1, required=True)


@command("create", epilog=example("flask groups create night-shift"))
@group_argument
def create(group: str) -> None:
    """Make an empty group. Its name is made of a-z, 0-9 and single hyphens."""
    name = administration.create_group(group, actor_id=None, now=clock.now())
    db.session.commit()
    record("group made", group=name)
    print_line(f"Made the group “{name}”. Nobody is in it.")


@command("list", epilog=example("flask groups list --json"))
@as_json
def list_(as_json: bool) -> None:
    """List every group and how many are in it."""
    with reading() as connection:
        rows = connection.execute(known.list_groups()).all()
    if as_json:
        output.print_json([row._asdict() for row in rows])
        return
    output.print_table(("GROUP", "PEOPLE"), [(row.name, f"{row.members:,}") for row in rows])
    print_line(f"{counted(len(rows), 'group')}.")


@command("show", epilog=example("flask groups show night-shift"))
@group_argument
@as_json
def show(group: str, as_json: bool) -> None:
    """Show who is in a group, and since when (UTC)."""
    with reading() as connection:
        rows = known.members(connection, group)
    if as_json:
        people = [{"username": row.username, "since": iso_or_none(row.since)} for row in rows]
        output.print_json({"name": group, "members": people})
        return
    output.print_table(
        ("USERNAME", "NAME", "SINCE"),
        [(row.username, row.display_name or "-", clock.full(row.since, "UTC")) for row in rows],
    )
    print_line(f"{counted(len(rows), 'person', 'people')} in “{group}”.")


@command("add", epilog=example("flask groups add night-shift ada grace"))
@group_argument
@names_argument
@dry_run
def add(group: str, names: tuple[str, ...], dry_run: bool) -> None:
    """Put people into a group: they get what is sent to it from now on."""
    with reading() as connection:
        found = queries.ids_of(connection, names)
    change = administration.add_members(group, found, actor_id=None, now=clock.now())
    _finish(group, change, ("Added", "to", "in it already"), dry_run=dry_run)


@command("remove", epilog=example("flask groups remove night-shift ada"))
@group_argument
@names_argument
@dry_run
def remove(group: str, names: tuple[str, ...], dry_run: bool) -> None:
    """Take people out of a group: they keep what had arrived."""
    with reading() as connection:
        found = queries.ids_of(connection, names)
    change = administration.remove_members(group, found, actor_id=None, now=clock.now())
    _finish(group, change, ("Removed", "from", "not in it"), dry_run=dry_run)


def _finish(group: str, change: GroupChange, words: tuple[str, str, str], *, dry_run: bool) -> None:
    """Commit, unless it is a dry run, and print the outcome."""
    moved, others = change.moved, change.unchanged
    did, preposition, state = words
    rest = f" {others:,} {'was' if others == 1 else 'were'} {state}." if others else ""
    what = f"{counted(len(moved), 'person', 'people')} {preposition} “{group}”.{rest}"
    if dry_run:
        more = f" and {len(moved) - 5:,} more" if len(moved) > 5 else ""
        print_line(f"Would have {did.lower()} {what}")
        if moved:
            print_line(f"{', '.join(moved[:5])}{more}.")
        print_line("Nothing was changed: this was a dry run.")
        return
    db.session.commit()
    if moved:
        record("group changed", group=group, did=did.lower(), people=len(moved))
    print_line(f"{did} {what}")
