"""``flask users``: accounts from the command line."""

import sys
from typing import Any

import click
from flask import Blueprint

from .. import clock, terminal
from ..audit import actions as audit
from ..content import counted
from ..errors import BadInput, Refused
from ..extensions import db
from ..inbox import moves
from ..logs import record
from ..terminal import example, say
from ..web import signing_keys
from . import (
    actions,
    import_cli,  # noqa: F401 - adds its command
    passwords,
    resets,
)
from .groups_cli import groups
from .listing import find, name_argument, users

blueprint = Blueprint("accounts_cli", __name__, cli_group=None)
blueprint.cli.add_command(users)
blueprint.cli.add_command(groups)


def _note(act: str, username: str, **detail: Any) -> None:
    """In the log of what was done, in the same transaction."""
    audit.note(act, f"user {username}", actor_id=None, now=clock.now(), **detail)


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


@users.command("create", epilog=example("flask users create ada --admin --timezone Europe/Paris"))
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
    password_hash = passwords.hashed(password)
    user = moves.add_reader(
        name,
        password_hash=password_hash,
        email=email,
        display_name=display_name,
        timezone=timezone,
        is_admin=admin,
        now=clock.now(),
    )
    _note("user.created", user.username, admin=admin, zone=user.timezone)
    db.session.commit()
    record("account made", username=user.username, admin=admin)
    kind = "administrator" if admin else "user"
    say(f"Made the {kind} “{user.username}”, with times in {user.timezone}.")


@users.command("set-password", epilog=example("flask users set-password ada"))
@name_argument
@password_stdin
def set_password(name: str, password_stdin: bool) -> None:
    """Set a password; every sign-in of the account ends."""
    user = find(name)
    password = _read_password(stdin=password_stdin)
    password_hash = passwords.hashed(
        passwords.check(password, user.username, user.email, user.display_name)
    )
    ended = actions.set_password(user.id, password_hash)
    _note("user.password-set", user.username, sign_ins_ended=ended)
    db.session.commit()
    record("password set", username=user.username)
    say(f"The password of “{user.username}” is set. {counted(ended, 'sign-in')} ended.")


@users.command("set-timezone", epilog=example("flask users set-timezone ada Asia/Kolkata"))
@name_argument
@click.argument("timezone")
def set_timezone(name: str, timezone: str) -> None:
    """Set the zone that an account's times are in."""
    zone = clock.zone_name(timezone)
    user = find(name)
    moves.set_timezone(user.id, zone, clock.now())
    if zone != user.timezone:
        _note("user.zone-set", user.username, zone=zone, before=user.timezone)
    db.session.commit()
    say(f"Times of “{user.username}” are in {zone} now.")


def _set_active(name: str, *, active: bool) -> None:
    user = find(name)
    if user.is_active == active:
        say(f"“{user.username}” is {'active' if active else 'inactive'} already.")
        return
    ended = actions.set_active(user.id, active=active)
    if active:
        _note("user.activated", user.username)
    else:
        _note("user.deactivated", user.username, sign_ins_ended=ended)
    db.session.commit()
    record("activated" if active else "deactivated", username=user.username)
    if active:
        say(f"“{user.username}” may sign in again.")
    else:
        say(f"“{user.username}” cannot sign in any more. {counted(ended, 'sign-in')} ended.")


@users.command("activate", epilog=example("flask users activate ada"))
@name_argument
def activate(name: str) -> None:
    """Let an account sign in again."""
    _set_active(name, active=True)


@users.command("deactivate", epilog=example("flask users deactivate ada"))
@name_argument
def deactivate(name: str) -> None:
    """Lock an account and end its sign-ins; nothing of it is deleted."""
    _set_active(name, active=False)


@users.command("grant-admin", epilog=example("flask users grant-admin ada"))
@name_argument
def grant_admin(name: str) -> None:
    """Make an account an administrator's, from now on."""
    user = find(name)
    changed = moves.grant_admin(user.id, clock.now())
    if changed:
        _note("user.admin-granted", user.username)
    db.session.commit()
    if changed:
        record("admin granted", username=user.username)
    say(f"“{user.username}” is an administrator{' now' if changed else ' already'}.")


@users.command("revoke-admin", epilog=example("flask users revoke-admin ada"))
@name_argument
def revoke_admin(name: str) -> None:
    """Make an account an ordinary one; what had arrived for administrators stays with it."""
    user = find(name)
    changed = moves.revoke_admin(user.id, clock.now())
    if changed:
        _note("user.admin-revoked", user.username)
    db.session.commit()
    if changed:
        record("admin revoked", username=user.username)
    say(f"“{user.username}” is {'no administrator any more' if changed else 'no administrator'}.")


@users.command("reset-link", epilog=example("flask users reset-link ada grace"))
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def reset_link(names: tuple[str, ...]) -> None:
    """Print a one-time link each, to choose a new password within 24 hours."""
    found = [find(name) for name in names]
    for user in found:
        if not user.is_active:
            raise Refused(f"“{user.username}” is inactive. Activate the account first.")
    for user in found:
        _note("user.reset-link-made", user.username)
    db.session.commit()
    for user in found:
        token = resets.token(signing_keys(), user.id, user.password_hash)
        say(f"{user.username}: {terminal.site()}/reset/{token}")
        record("reset link made", username=user.username)
    count = len(found)
    each = "It works once" if count == 1 else "Each works once"
    say(f"{counted(count, 'link')}. {each}, within 24 hours.")
