"""The texts of the notifications about somebody's own account.

Moments are shown in the reader's zone. No text holds a password, a token or a link with one.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from ...core import clock
from ...core.text import counted

#: The parts of an account's state that the second factor has.
SECOND_FACTOR = ("on", "off", "reset", "codes-renewed", "code-used")
#: Browser and address come from headers: nothing of Markdown or of a placeholder is left in them.
_NOT_IN_A_BROWSER = re.compile(r"[^A-Za-z0-9 .()+-]")
_NOT_IN_AN_ADDRESS = re.compile(r"[^A-Za-z0-9.:-]")
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_ASK = "If you didn’t expect this, ask an administrator."


@dataclass(frozen=True, slots=True)
class Notice:
    """The content of a notification about an account."""

    title: str
    body: str
    #: An error is shown although its topic is muted.
    category: str = "warning"
    #: The part of the settings that the link leads to; None: no link.
    settings: str | None = "signed-in"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The moment of an event, the zone of its reader, and the person who caused it."""

    now: datetime
    zone: str
    #: A username; None: the command line.
    actor: str | None = None
    is_own: bool = False

    @property
    def when(self) -> str:
        """The moment in the reader's zone."""
        return clock.full(self.now, self.zone)

    @property
    def by(self) -> str:
        """The actor in words: ``by you``, ``by ada``."""
        if self.is_own:
            return "by you"
        return f"by {self.actor}" if self.actor else "from the server’s command line"


def plain_browser(words: str) -> str:
    """Return the name of a browser without characters that mean something in a body."""
    return _NOT_IN_A_BROWSER.sub("", words).strip()[:60] or "Unknown browser"


def plain_address(address: str) -> str:
    """Return an address without characters that mean something in a body."""
    return _NOT_IN_AN_ADDRESS.sub("", address)[:45] or "an unknown address"


def _as_words(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def new_browser(it: Circumstances, browser: str, address: str) -> Notice:
    """Tell about a sign-in from a browser that had not signed in before."""
    return Notice(
        f"New sign-in: {plain_browser(browser)}",
        f"Signed in on {it.when}, from {plain_address(address)}.\n\n"
        "If this wasn’t you, sign it out in Settings and change your password.",
    )


def more_new_browsers(it: Circumstances) -> Notice:
    """Tell that there were more of these sign-ins in an hour than are told one by one."""
    return Notice(
        "Many sign-ins from new browsers",
        f"There were more around {it.when}. Settings shows where you are signed in now.\n\n"
        "If they weren’t yours, sign out all others and change your password.",
        "error",
    )


def password_changed(it: Circumstances) -> Notice:
    """Tell about a password that the reader changed."""
    return Notice(
        "Your password was changed",
        f"Changed in Settings on {it.when}. All other browsers were signed out.\n\n"
        "If this wasn’t you, ask an administrator for a reset link now.",
    )


def password_set(it: Circumstances) -> Notice:
    """Tell about a password that an administrator set."""
    return Notice(
        "An administrator changed your password",
        f"Changed {it.by} on {it.when}. All browsers were signed out.\n\n{_ASK}",
        settings=None,
    )


def reset_link_made(it: Circumstances) -> Notice:
    """Tell about a one-time link that an administrator made."""
    return Notice(
        "A reset link was created for your account",
        f"Created {it.by} on {it.when}. Anyone with the link can set a new password within"
        f" 24 hours.\n\n{_ASK}",
        settings=None,
    )


def reset_link_used(it: Circumstances, address: str) -> Notice:
    """Tell about a password that was set by a one-time link."""
    return Notice(
        "Your password was changed with a reset link",
        f"Changed on {it.when}, from {plain_address(address)}. All browsers were signed out.\n\n"
        "If this wasn’t you, ask an administrator for a new reset link now.",
        "error",
    )


def role_changed(it: Circumstances, *, is_admin: bool) -> Notice:
    """Tell that the reader became an administrator, or is none any more."""
    changed = f"Changed {it.by} on {it.when}."
    if not is_admin:
        return Notice("You are no longer an administrator", f"{changed}\n\n{_ASK}", settings=None)
    return Notice(
        "You are now an administrator",
        f"{changed} You can send broadcasts, manage people and read the audit log.\n\n{_ASK}",
        settings=None,
    )


def activated(it: Circumstances) -> Notice:
    """Tell that the account was inactive for a time."""
    return Notice(
        "Your account is active again",
        f"Activated {it.by} on {it.when}. While it was inactive, nobody could sign in.\n\n{_ASK}",
        "info",
        settings=None,
    )


def email_changed(it: Circumstances) -> Notice:
    """Tell that the email address was changed by somebody else."""
    return Notice(
        "Your email address was changed",
        f"Changed {it.by}. Settings shows the address.\n\n{_ASK}",
        settings="display-name",
    )


def sign_ins_ended(it: Circumstances, ended: int) -> Notice:
    """Tell that an administrator signed the reader out."""
    return Notice(
        "An administrator signed you out",
        f"Signed out in {counted(ended, 'browser')} {it.by} on {it.when}. You can sign in again."
        f"\n\n{_ASK}",
    )


def second_factor_changed(it: Circumstances, change: str) -> Notice:
    """Tell about a change of the second factor: one of :data:`SECOND_FACTOR`."""
    where = f"{it.by} on {it.when}"
    not_you = "If this wasn’t you, change your password and ask an administrator for help."
    if change == "on":
        return Notice(
            "The second factor is on",
            f"Switched on {where}. Signing in now needs a code too.\n\n{not_you}",
        )
    if change == "off":
        return Notice(
            "The second factor is off",
            f"Switched off {where}. Your password alone is enough to sign in.\n\n{not_you}",
            "error",
        )
    if change == "reset":
        return Notice(
            "Your second factor was removed",
            f"Removed {where}. Your password alone is enough to sign in. Set up the second"
            f" factor again in Settings.\n\n{_ASK}",
            "error",
        )
    if change == "codes-renewed":
        return Notice(
            "New recovery codes were created",
            f"Created {where}. The old ones no longer work.\n\n{not_you}",
        )
    return Notice(
        "A recovery code was used to sign in",
        f"Used on {it.when}. It doesn’t work again.\n\n{not_you}",
    )


def token_created(it: Circumstances, name: str) -> Notice:
    """Tell about an access token that was created for the reader's account."""
    return Notice(
        "An access token was created for your account",
        f"Created {it.by} on {it.when}, named “{_as_words(name)}”. With it, a program can act"
        f" for you.\n\n{_ASK}",
    )
