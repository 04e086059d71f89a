"""``flask users list`` and ``show``, and how a command finds the account it names."""

from typing import Any

import click
from sqlalchemy import Row

from .. import clock, terminal
from ..content import counted
from ..errors import NotThere
from ..extensions import reading
from ..terminal import example, say
from . import queries
from .memberships import GROUPS
from .models import User

users = terminal.Group("users", help="Make and change accounts.")

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
name_argument = click.argument("name")


def find(name: str) -> Row[Any]:
    """The account of this name; raises NotThere."""
    with reading() as connection:
        user = queries.credentials(connection, name.strip().lower())
    if user is None:
        raise NotThere(f"There is no user “{name}”. Nothing was changed.")
    return user


def _as_dict(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "username": row.username,
        "email": row.email,
        "display_name": row.display_name,
        "timezone": row.timezone,
        "is_admin": row.is_admin,
        "is_active": row.is_active,
        "has_password": row.has_password,
        "created_at": terminal.moment(row.created_at),
    }


@users.command("list", epilog=example("flask users list --json"))
@as_json
def list_(as_json: bool) -> None:
    """List every account."""
    with reading() as connection:
        rows = connection.execute(queries.people()).all()
    if as_json:
        terminal.say_json([_as_dict(row) for row in rows])
        return
    terminal.table(
        ("USERNAME", "NAME", "ZONE", "ROLE", "STATE"),
        [
            (
                row.username,
                row.display_name or "-",
                row.timezone,
                "admin" if row.is_admin else "user",
                "active" if row.is_active else "inactive",
            )
            for row in rows
        ],
    )
    say(f"{counted(len(rows), 'account')}.")


@users.command("show", epilog=example("flask users show ada"))
@name_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """Show one account, the groups it is in, and where it is signed in."""
    user = find(name)
    with reading() as connection:
        person = queries.people().add_columns(GROUPS).where(User.id == user.id)
        row = connection.execute(person).one()
        signed_in = queries.sign_ins(connection, user.id, clock.now())
    groups = [one.name for one in row.groups]
    if as_json:
        terminal.say_json({**_as_dict(row), "groups": groups, "sign_ins": len(signed_in)})
        return
    for word, value in {**_as_dict(row), "groups": ", ".join(groups)}.items():
        say(f"{word + ':':14} {value if value not in (None, '') else '-'}")
    say(f"“{row.username}” is signed in on {counted(len(signed_in), 'browser')}.")
