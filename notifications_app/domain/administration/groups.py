"""Changes to groups by an administrator; each adds its audit entry.

``actor_id`` is the administrator; None is the command line. Moments are aware. People are given
as their ids by username. Nothing here commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..accounts import groups
from ..audit.actions import add_entry
from ..inbox.change_groups import join_group, leave_group

#: The number of usernames that an audit entry lists.
FIRST = 5


@dataclass(frozen=True, slots=True)
class GroupChange:
    """The outcome of adding people to a group, or removing them."""

    #: The usernames of those who were added or removed.
    moved: list[str]
    #: The number of people who were members already, or were not members.
    unchanged: int


def create_group(name: str, *, actor_id: int | None, now: datetime) -> str:
    """Create an empty group; return its name.

    Raises:
        BadInput: if the name is not valid.
        AlreadyTaken: if a group has this name.
    """
    name = groups.create(name)
    add_entry("group.created", f"group {name}", actor_id=actor_id, now=now)
    return name


def add_members(
    group: str, people: Mapping[str, int], *, actor_id: int | None, now: datetime
) -> GroupChange:
    """Add people to a group: they receive the notifications sent to it from now on.

    Raises:
        NotFound: if there is no such group.
        Refused: if somebody would be in too many groups.
    """
    members = groups.members_among(group, people.values())
    join_group(group, list(people.values()), now)
    moved = [name for name, user_id in people.items() if user_id not in members]
    return _finish("group.joined", group, moved, len(people), actor_id, now)


def remove_members(
    group: str, people: Mapping[str, int], *, actor_id: int | None, now: datetime
) -> GroupChange:
    """Remove people from a group: they keep the notifications that had arrived.

    Raises:
        NotFound: if there is no such group.
    """
    members = groups.members_among(group, people.values())
    leave_group(group, list(people.values()), now)
    moved = [name for name, user_id in people.items() if user_id in members]
    return _finish("group.left", group, moved, len(people), actor_id, now)


def _finish(
    action: str, group: str, moved: list[str], asked: int, actor_id: int | None, now: datetime
) -> GroupChange:
    if moved:
        detail = {"people": len(moved), "first": moved[:FIRST]}
        add_entry(action, f"group {group}", actor_id=actor_id, now=now, **detail)
    return GroupChange(moved, asked - len(moved))
