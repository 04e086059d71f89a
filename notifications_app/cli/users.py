"""``flask users``: accounts from the command line."""

import sys
from typing import Any

import click
from sqlalchemy import Row

from ..core import clock
from ..core.database import db, reading
from ..core.errors import BadInput, NotFound, Refused
from ..core.logs import record
from ..core.signing import signing_keys
from ..core.text import counted, name_key, visible
from ..domain.accounts import actions, passwords, queries
from ..domain.accounts.memberships import GROUPS
from ..domain.accounts.models import User
from ..domain.administration import accounts as administration
from . import output
from .output import command, example, print_line

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
name_argument = click.argument("name")


def find(name: str) -> Row[Any]:
    """Return the account with this username, in any case; raise NotFound if there is none."""
    with reading() as connection:
        user = queries.credentials(connection, name_key(name))
    if user is None:
        raise NotFound(f"There is no user “{visible(name)}”. Nothing was changed.")
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
        "created_at": output.iso_or_none(row.created_at),
    }


@command("list", epilog=example("flask users list --json"))
@as_json
def list_(as_json: bool) -> None:
    """List every account."""
    with reading() as connection:
        rows = connection.execute(queries.list_users()).all()
    if as_json:
        output.print_json([_as_dict(row) for row in rows])
        return
    output.print_table(
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
    print_line(f"{counted(len(rows), 'account')}.")


@command("show", epilog=example("flask users show ada"))
@name_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """Show one account, the groups it is in, and where it is signed in."""
    user = find(name)
    with reading() as connection:
        person = queries.list_users().add_columns(GROUPS).where(User.id == user.id)
        row = connection.execute(person).one()
        signed_in = queries.sign_ins(connection, user.id, clock.now())
    groups = [one.name for one in row.groups]
    if as_json:
        output.print_json({**_as_dict(row), "groups": groups, "sign_ins": len(signed_in)})
        return
    for word, value in {**_as_dict(row), "groups": ", ".join(groups)}.items():
        print_line(f"{word + ':':14} {value if value not in (None, '') else '-'}")
    print_line(f"“{row.username}” is signed in on {counted(len(signed_in), 'browser')}.")


def _read_password(*, stdin: bool) -> str:
    if stdin:
        try:
            return sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadInput("The password is not in UTF-8.", "password") from None
    if not sys.stdin.isatty():
        raise Refused("There is no terminal to ask on. Use --password-stdin.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from one line of standard input."
)


@command("create", epilog=example("flask users create ada --admin --timezone Europe/Paris"))
@name_argument
@click.option("--email", help="An email address.")
@click.option("--display-name", default="", help="What others see; the username otherwise.")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.option("--timezone", default="UTC", show_default=True, help="An IANA zone.")
@password_stdin
def create(
    name: str,
    email: str | None,
    display_name: str,
    admin: bool,
    timezone: str,
    password_stdin: bool,
) -> None:
    """Make an account. The password is asked for, never given as an argument."""
    actions.check_username(name)
    actions.check_email(email)
    actions.check_display_name(display_name)
    clock.zone_name(timezone)
    password = passwords.check(_read_password(stdin=password_stdin), name, email, display_name)
    password_hash = passwords.hash_password(password)
    user = administration.create_account(
        name,
        password_hash=password_hash,
        email=email,
        display_name=display_name,
        timezone=timezone,
        is_admin=admin,
        actor_id=None,
        now=clock.now(),
    )
    db.session.commit()
    record("account made", username=user.username, admin=admin)
    kind = "administrator" if admin else "user"
    print_line(f"Made the {kind} “{user.username}”, with times in {user.timezone}.")


@command("set-password", epilog=example("flask users set-password ada"))
@name_argument
@password_stdin
def set_password(name: str, password_stdin: bool) -> None:
    """Set a password; every sign-in of the account ends."""
    user = find(name)
    password = _read_password(stdin=password_stdin)
    password_hash = passwords.hash_password(
        passwords.check(password, user.username, user.email, user.display_name)
    )
    ended = administration.set_password(user, password_hash, actor_id=None, now=clock.now())
    db.session.commit()
    record("password set", username=user.username)
    print_line(f"The password of “{user.username}” is set. {counted(ended, 'sign-in')} ended.")


@command("set-timezone", epilog=example("flask users set-timezone ada Asia/Kolkata"))
@name_argument
@click.argument("timezone")
def set_timezone(name: str, timezone: str) -> None:
    """Set the zone that an account's times are in."""
    clock.zone_name(timezone)  # a wrong zone is named before a missing account
    user = find(name)
    zone = administration.set_timezone(user, timezone, actor_id=None, now=clock.now())
    db.session.commit()
    print_line(f"Times of “{user.username}” are in {zone} now.")


def _set_active(name: str, *, active: bool) -> None:
    user = find(name)
    if user.is_active == active:
        print_line(f"“{user.username}” is {'active' if active else 'inactive'} already.")
        return
    ended = administration.set_active(user, active=active, actor_id=None, now=clock.now())
    db.session.commit()
    record("activated" if active else "deactivated", username=user.username)
    if active:
        print_line(f"“{user.username}” may sign in again.")
    else:
        print_line(f"“{user.username}” cannot sign in any more. {counted(ended, 'sign-in')} ended.")


@command("activate", epilog=example("flask users activate ada"))
@name_argument
def activate(name: str) -> None:
    """Let an account sign in again."""
    _set_active(name, active=True)


@command("deactivate", epilog=example("flask users deactivate ada"))
@name_argument
def deactivate(name: str) -> None:
    """Lock an account and end its sign-ins; nothing of it is deleted."""
    _set_active(name, active=False)


@command("delete", epilog=example("flask users delete ada"))
@name_argument
@click.option("--yes", is_flag=True, help="Delete without asking.")
def delete(name: str, yes: bool) -> None:
    """Delete an account with its inbox; what it sent stays, from the system."""
    user = find(name)
    if not yes:
        if not sys.stdin.isatty():
            raise Refused("There is no terminal to ask on. Use --yes.")
        question = f"Delete “{user.username}” and everything in their inbox? This can’t be undone."
        click.confirm(question, abort=True)
    administration.delete_account(user, actor_id=None, now=clock.now())
    db.session.commit()
    record("account deleted", username=user.username)
    print_line(f"Deleted “{user.username}”. What they sent stays, from the system.")


@command("grant-admin", epilog=example("flask users grant-admin ada"))
@name_argument
def grant_admin(name: str) -> None:
    """Make an account an administrator's, from now on."""
    user = find(name)
    changed = administration.grant_admin(user, actor_id=None, now=clock.now())
    db.session.commit()
    if changed:
        record("admin granted", username=user.username)
    print_line(f"“{user.username}” is an administrator{' now' if changed else ' already'}.")


@command("revoke-admin", epilog=example("flask users revoke-admin ada"))
@name_argument
def revoke_admin(name: str) -> None:
    """Make an account an ordinary one; what had arrived for administrators stays with it."""
    user = find(name)
    changed = administration.revoke_admin(user, actor_id=None, now=clock.now())
    db.session.commit()
    if changed:
        record("admin revoked", username=user.username)
    print_line(
        f"“{user.username}” is {'no administrator any more' if changed else 'no administrator'}."
    )


@command("reset-link", epilog=example("flask users reset-link ada grace"))
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def reset_link(names: tuple[str, ...]) -> None:
    """Print a one-time link each, to choose a new password within 24 hours."""
    found, now = [find(name) for name in names], clock.now()
    tokens = [
        administration.make_reset_token(user, signing_keys(), actor_id=None, now=now)
        for user in found
    ]
    db.session.commit()
    for user, token in zip(found, tokens, strict=True):
        print_line(f"{user.username}: {output.base_url()}/reset/{token}")
        record("reset link made", username=user.username)
    count = len(found)
    each = "It works once" if count == 1 else "Each works once"
    print_line(f"{counted(count, 'link')}. {each}, within 24 hours.")
