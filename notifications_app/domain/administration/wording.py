"""Sentences about changes of accounts and groups, shared by pages and commands."""

from ...core.text import counted
from .groups import GroupChange


def created_sentence(username: str, timezone: str, *, is_admin: bool) -> str:
    """Return the sentence on an account that was made."""
    kind = "administrator" if is_admin else "user"
    return f"Made the {kind} “{username}”, with times in {timezone}."


def active_sentence(username: str, ended: int | None, *, active: bool) -> str:
    """Return the sentence on an account that was activated or deactivated.

    ``ended`` is the number of sign-ins that ended, None if the account was in that state already.
    """
    if ended is None:
        return f"“{username}” is {'active' if active else 'inactive'} already."
    if active:
        return f"“{username}” may sign in again."
    return f"“{username}” cannot sign in any more. {counted(ended, 'sign-in')} ended."


def admin_sentence(username: str, *, admin: bool, changed: bool) -> str:
    """Return the sentence on an account that became an administrator, or an ordinary user."""
    if admin:
        return f"“{username}” is an administrator{' now' if changed else ' already'}."
    return f"“{username}” is {'no administrator any more' if changed else 'no administrator'}."


def deleted_sentence(username: str) -> str:
    """Return the sentence on an account that was deleted."""
    return f"Deleted “{username}”. What they sent stays, from the system."


def group_created_sentence(group: str) -> str:
    """Return the sentence on a group that was made."""
    return f"Made the group “{group}”. Nobody is in it."


def members_sentence(
    group: str, change: GroupChange, *, joined: bool, dry_run: bool = False
) -> str:
    """Return the sentence on people who were added to a group, or removed from it."""
    did, preposition = ("Added", "to") if joined else ("Removed", "from")
    others, state = change.unchanged, "in it already" if joined else "not in it"
    rest = f" {others:,} {'was' if others == 1 else 'were'} {state}." if others else ""
    verb = f"Would have {did.lower()}" if dry_run else did
    return f"{verb} {counted(len(change.moved), 'person', 'people')} {preposition} “{group}”.{rest}"
