"""``flask users reset-2fa``: for somebody who lost the device and the recovery codes."""

import sys

import click

from ..core import clock
from ..core.database import db
from ..core.errors import Refused
from ..core.logs import record
from ..domain.administration import second_factor, wording
from .output import command, example, print_line
from .users import find, name_argument


@command("reset-2fa", epilog=example("flask users reset-2fa ada"))
@name_argument
@click.option("--yes", is_flag=True, help="Don’t ask; for scripts.")
def reset_2fa(name: str, yes: bool) -> None:
    """Remove the second factor of an account and end its sign-ins, after its loss."""
    user = find(name)
    if user.totp_secret is not None and not yes:
        if not sys.stdin.isatty():
            raise Refused("There is no terminal to ask on. Use --yes.")
        question = f"Reset the second factor of “{user.username}”? The password stays."
        click.confirm(question, abort=True)
    ended = second_factor.reset(user, actor_id=None, now=clock.now())
    db.session.commit()
    if ended is not None:
        record("second factor reset", username=user.username)
    print_line(wording.second_factor_reset_sentence(user.username, ended))
