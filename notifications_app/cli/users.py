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
from ..domain.administration import wording
from . import output
from .completion import complete_usernames, complete_zones
from .output import command, example, print_line

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
name_argument = click.argument("name", shell_complete=complete_usernames)
new_name_argument = click.argument("name")


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
        "has_second_factor": row.has_second_factor,
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
        ("USERNAME", "NAME", "ZONE", "ROLE", "2FA", "STATE"),
        [
            (
                row.username,
                row.display_name or "-",
                row.timezone,
                "admin" if row.is_admin else "user",
                "on" if row.has_second_factor else "off",
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
    """Show an account, its groups and its sign-ins."""
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
        print_line(f"{word + ':':18} {value if value not in (None, '') else '-'}")
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
    "--password-stdin", is_flag=True, help="Read the password from stdin, one line."
)


@command("create", epilog=example("flask users create ada --admin --timezone Europe/Paris"))
@new_name_argument
@click.option("--email", help="Email address.")
@click.option("--display-name", default="", help="Name that others see; the username otherwise.")
@click.option("--admin", is_flag=True, help="Make the account an administrator.")
@click.option(
    "--timezone",
    shell_complete=complete_zones,
    default="UTC",
    show_default=True,
    help="Time zone, e.g. Europe/Paris.",
)
@password_stdin
def create(
    name: str,
    email: str | None,
    display_name: str,
    admin: bool,
    timezone: str,
    password_stdin: bool,
) -> None:
    """Create an account. You are asked for the password; it is never an argument."""
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
    record("account created", username=user.username, admin=admin)
    print_line(wording.created_sentence(user.username, user.timezone, is_admin=admin))


@command("set-password", epilog=example("flask users set-password ada"))
@name_argument
@password_stdin
def set_password(name: str, password_stdin: bool) -> None:
    """Set the password of an account and end its sign-ins."""
    user = find(name)
    password = _read_password(stdin=password_stdin)
    password_hash = passwords.hash_password(
        passwords.check(password, user.username, user.email, user.display_name)
    )
    ended = administration.set_password(user, password_hash, actor_id=None, now=clock.now())
    db.session.commit()
    record("password set", username=user.username)
    print_line(f"Set the password of “{user.username}”. {counted(ended, 'sign-in')} ended.")


@command("set-timezone", epilog=example("flask users set-timezone ada Asia/Kolkata"))
@name_argument
@click.argument("timezone", shell_complete=complete_zones)
def set_timezone(name: str, timezone: str) -> None:
    """Set the time zone of an account."""
    clock.zone_name(timezone)  # a wrong zone is named before a missing account
    user = find(name)
    zone = administration.set_timezone(user, timezone, actor_id=None, now=clock.now())
    db.session.commit()
    print_line(f"Changed the time zone of “{user.username}” to {zone}.")


def _set_active(name: str, *, active: bool) -> None:
    user = find(name)
    ended = administration.set_active(user, active=active, actor_id=None, now=clock.now())
    db.session.commit()
    if ended is not None:
        record("activated" if active else "deactivated", username=user.username)
    print_line(wording.active_sentence(user.username, ended, active=active))


@command("activate", epilog=example("flask users activate ada"))
@name_argument
def activate(name: str) -> None:
    """Let an account sign in again."""
    _set_active(name, active=True)


@command("deactivate", epilog=example("flask users deactivate ada"))
@name_argument
def deactivate(name: str) -> None:
    """Lock an account and end its sign-ins; nothing is deleted."""
    _set_active(name, active=False)


@command("delete", epilog=example("flask users delete ada"))
@name_argument
@click.option("--yes", is_flag=True, help="Don’t ask; for scripts.")
def delete(name: str, yes: bool) -> None:
    """Delete an account and its inbox; notifications it sent stay, shown as from the system."""
    user = find(name)
    if not yes:
        if not sys.stdin.isatty():
            raise Refused("There is no terminal to ask on. Use --yes.")
        question = f"Delete “{user.username}” and everything in their inbox? This can’t be undone."
        click.confirm(question, abort=True)
    administration.delete_account(user, actor_id=None, now=clock.now())
    db.session.commit()
    record("account deleted", username=user.username)
    print_line(wording.deleted_sentence(user.username))


def _set_admin(name: str, *, admin: bool) -> None:
    user = find(name)
    change = administration.grant_admin if admin else administration.revoke_admin
    changed = change(user, actor_id=None, now=clock.now())
    db.session.commit()
    if changed:
        record("admin granted" if admin else "admin revoked", username=user.username)
    print_line(wording.admin_sentence(user.username, admin=admin, changed=changed))


@command("grant-admin", epilog=example("flask users grant-admin ada"))
@name_argument
def grant_admin(name: str) -> None:
    """Make an account an administrator's, from now on."""
    _set_admin(name, admin=True)


@command("revoke-admin", epilog=example("flask users revoke-admin ada"))
@name_argument
def revoke_admin(name: str) -> None:
    """Make an account an ordinary one; what had arrived for administrators stays with it."""
    _set_admin(name, admin=False)


@command("reset-link", epilog=example("flask users reset-link ada grace"))
@click.argument(
    "names", metavar="NAME...", nargs=-1, required=True, shell_complete=complete_usernames
)
def reset_link(names: tuple[str, ...]) -> None:
    """Print a one-time link for each account, to set a new password within 24 hours."""
    found, now = [find(name) for name in names], clock.now()
    tokens = [
        administration.make_reset_token(user, signing_keys(), actor_id=None, now=now)
        for user in found
    ]
    db.session.commit()
    for user, token in zip(found, tokens, strict=True):
        print_line(f"{user.username}: {output.base_url()}/reset/{token}")
        record("reset link created", username=user.username)
    count = len(found)
    each = "It works once" if count == 1 else "Each works once"
    print_line(f"{counted(count, 'link')}. {each}, within 24 hours.")
    if output.is_url_assumed():
        click.echo(
            f"Links begin with {output.base_url()}. Set SITE_URL if the site has another address.",
            err=True,
        )
