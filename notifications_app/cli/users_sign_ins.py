"""``flask users sign-ins`` and ``sign-out``: where an account is signed in, and its end there."""

import sys
from typing import Any

import click
from sqlalchemy import Row

from ..core import clock
from ..core.database import db, reading
from ..core.errors import BadInput, Refused
from ..core.logs import record
from ..core.text import counted
from ..core.user_agents import browser_and_icon
from ..domain.accounts import queries
from ..domain.administration import sign_ins as administration
from ..domain.administration.wording import signed_out_sentence
from . import output
from .output import command, example, print_line
from .users import as_json, find, name_argument


def _as_dict(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": queries.sign_in_id(row.token_hash),
        "browser": browser_and_icon(row.user_agent)[0],
        "address": row.address,
        "signed_in_at": output.iso_or_none(row.signed_in_at),
        "last_seen_at": output.iso_or_none(row.last_seen_at),
        "expires_at": output.iso_or_none(row.expires_at),
    }


@command("sign-ins", epilog=example("flask users sign-ins ada"))
@name_argument
@as_json
def sign_ins(name: str, as_json: bool) -> None:
    """List where an account is signed in, most recently used first; times are in UTC."""
    user = find(name)
    with reading() as connection:
        rows = queries.sign_ins(connection, user.id, clock.now())
    if as_json:
        output.print_json([_as_dict(row) for row in rows])
        return
    if rows:
        output.print_table(
            ("ID", "BROWSER", "ADDRESS", "SINCE", "LAST SEEN"),
            [
                (
                    queries.sign_in_id(row.token_hash),
                    browser_and_icon(row.user_agent)[0],
                    row.address or "-",
                    clock.full(row.signed_in_at, "UTC"),
                    clock.full(row.last_seen_at, "UTC"),
                )
                for row in rows
            ],
        )
    print_line(f"“{user.username}” is signed in on {counted(len(rows), 'browser')}.")


@command(
    "sign-out",
    epilog=example("flask users sign-out ada --id 3f2a9c1b7d04", "flask users sign-out ada --all"),
)
@name_argument
@click.option("--id", "sign_in_id", help="End the sign-in with this ID.")
@click.option("--all", "every", is_flag=True, help="End every sign-in of the account.")
@click.option("--yes", is_flag=True, help="Don’t ask; for scripts.")
def sign_out(name: str, sign_in_id: str | None, every: bool, yes: bool) -> None:
    """End one sign-in of an account, or all of them. The person is told."""
    if every == (sign_in_id is not None):
        raise BadInput("Choose either --id or --all.")
    user = find(name)
    if every and not yes:
        if not sys.stdin.isatty():
            raise Refused("There is no terminal to ask on. Use --yes.")
        click.confirm(f"Sign “{user.username}” out everywhere?", abort=True)
    ended, now = 1, clock.now()
    if sign_in_id is None:
        ended = administration.end_all(user, actor_id=None, now=now)
    else:
        administration.end_one(user, sign_in_id, actor_id=None, now=now)
    db.session.commit()
    record("sign-ins ended", username=user.username, ended=ended)
    print_line(signed_out_sentence(user.username, ended))
