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
from ..domain.administration import wording
from ..domain.administration.groups import GroupChange
from . import output
from .completion import complete_groups, complete_usernames
from .output import command, example, iso_or_none, print_line

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
dry_run = click.option("--dry-run", is_flag=True, help="Preview only: print what would change.")


def _as_known(_context: Any, _option: Any, name: str) -> str:
    """Return a typed group name as it is stored: trimmed, in lower case."""
    return name_key(name)


group_argument = click.argument("group", callback=_as_known, shell_complete=complete_groups)
new_group_argument = click.argument("group", callback=_as_known)
names_argument = click.argument(
    "names", metavar="NAME...", nargs=-1, required=True, shell_complete=complete_usernames
)


@command("create", epilog=example("flask groups create night-shift"))
@new_group_argument
def create(group: str) -> None:
    """Create an empty group. Its name can contain a to z, 0 to 9 and single hyphens."""
    name = administration.create_group(group, actor_id=None, now=clock.now())
    db.session.commit()
    record("group created", group=name)
    print_line(wording.group_created_sentence(name))


@command("list", epilog=example("flask groups list --json"))
@as_json
def list_(as_json: bool) -> None:
    """List every group with its number of members."""
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
    """List the members of a group and when they joined; times are in UTC."""
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
    """Add people to a group; they receive everything sent to it from now on."""
    with reading() as connection:
        found = queries.ids_of(connection, names)
    change = administration.add_members(group, found, actor_id=None, now=clock.now())
    _finish(group, change, joined=True, dry_run=dry_run)


@command("remove", epilog=example("flask groups remove night-shift ada"))
@group_argument
@names_argument
@dry_run
def remove(group: str, names: tuple[str, ...], dry_run: bool) -> None:
    """Remove people from a group; they keep everything they received."""
    with reading() as connection:
        found = queries.ids_of(connection, names)
    change = administration.remove_members(group, found, actor_id=None, now=clock.now())
    _finish(group, change, joined=False, dry_run=dry_run)


def _finish(group: str, change: GroupChange, *, joined: bool, dry_run: bool) -> None:
    """Commit, unless it is a dry run, and print the outcome."""
    moved = change.moved
    sentence = wording.members_sentence(group, change, joined=joined, dry_run=dry_run)
    if dry_run:
        print_line(sentence)
        more = f" and {len(moved) - 5:,} more" if len(moved) > 5 else ""
        if moved:
            print_line(f"{', '.join(moved[:5])}{more}.")
        print_line("Nothing was changed: this was a dry run.")
        return
    db.session.commit()
    if moved:
        did = "added" if joined else "removed"
        record("group changed", group=group, did=did, people=len(moved))
    print_line(sentence)
