"""Sentences about changes of accounts and groups, shared by pages and commands."""

from ...core.text import counted
from .groups import GroupChange


def created_sentence(username: str, timezone: str, *, is_admin: bool) -> str:
    """Return the sentence on an account that was created."""
    kind = "administrator" if is_admin else "user"
    return f"Created the {kind} “{username}” with the time zone {timezone}."


def active_sentence(username: str, ended: int | None, *, active: bool) -> str:
    """Return the sentence on an account that was activated or deactivated.

    ``ended`` is the number of sign-ins that ended, None if the account was in that state already.
    """
    if ended is None:
        return f"“{username}” is already {'active' if active else 'inactive'}."
    if active:
        return f"“{username}” can sign in again."
    return f"“{username}” can no longer sign in. {counted(ended, 'sign-in')} ended."


def admin_sentence(username: str, *, admin: bool, changed: bool) -> str:
    """Return the sentence on an account that became an administrator, or an ordinary user."""
    if admin:
        return f"“{username}” is {'now' if changed else 'already'} an administrator."
    return f"“{username}” is {'no longer' if changed else 'not'} an administrator."


def signed_out_sentence(username: str, ended: int) -> str:
    """Return the sentence on an account whose sign-ins ended: this number of them."""
    if not ended:
        return f"“{username}” was not signed in anywhere."
    return f"Signed out {counted(ended, 'browser')} of “{username}”."


def deleted_sentence(username: str) -> str:
    """Return the sentence on an account that was deleted."""
    return f"Deleted “{username}”. Notifications they sent stay, shown as from the system."


def second_factor_reset_sentence(username: str, ended: int | None) -> str:
    """Return the sentence on a second factor that was reset.

    ``ended`` is the number of sign-ins that ended, None if the account had no second factor.
    """
    if ended is None:
        return f"“{username}” has no second factor."
    return (
        f"Reset the second factor of “{username}”, who signs in with the password alone now."
        f" {counted(ended, 'sign-in')} ended."
    )


def group_created_sentence(group: str) -> str:
    """Return the sentence on a group that was created."""
    return f"Created the group “{group}”. It has no members yet."


def members_sentence(
    group: str, change: GroupChange, *, joined: bool, dry_run: bool = False
) -> str:
    """Return the sentence on people who were added to a group, or removed from it."""
    did, would, preposition = ("Added", "add", "to") if joined else ("Removed", "remove", "from")
    others, state = change.unchanged, "already in it" if joined else "not in it"
    rest = f" {others:,} {'was' if others == 1 else 'were'} {state}." if others else ""
    verb = f"Would {would}" if dry_run else did
    return f"{verb} {counted(len(change.moved), 'person', 'people')} {preposition} “{group}”.{rest}"
