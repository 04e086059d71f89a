"""Making and changing people by a file: all of it or nothing, in a few statements.

Their deliveries move with them, as when one is made or changed alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from sqlalchemy import false, func, literal, literal_column, not_, select, true, update
from sqlalchemy.exc import IntegrityError

from ...core.clock import UTCDateTime
from ...core.database import insert_into, table, write
from ...core.errors import Refused
from ...core.text import counted
from ..accounts.models import Group, GroupMember, User
from ..audit.actions import add_entry
from ..inbox import change_groups, change_timezone, handover
from . import comparison, csv_file
from .csv_file import LineError, Person
from .staging import BATCH, GROUPS, PEOPLE, staged, write_batches

#: How much of a file is held in memory while it is read; the rest waits on the disk.
IN_MEMORY = 1 << 20


@dataclass(slots=True)
class Report:
    """What a file did, or what is wrong with it: then nothing was written."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    groups_made: list[str] = field(default_factory=list)
    #: The first few names, in the order of the file.
    first_new: list[str] = field(default_factory=list)
    first_changed: list[str] = field(default_factory=list)
    #: How many lines name somebody, good or bad.
    lines: int = 0
    #: How many lines are bad, and those kept of them, in order, each with the sentence why.
    wrong: int = 0
    errors: list[LineError] = field(default_factory=list)

    @property
    def changed_counts(self) -> dict[str, int]:
        """How many people are new and changed, and how many groups were made."""
        made = len(self.groups_made)
        return {"new": self.new, "changed": self.changed, "groups_made": made}


def import_people(
    stream: IO[Any],
    now: datetime,
    tell: Callable[[], None] = lambda: None,
    *,
    actor_id: int | None = None,
    most_errors: float = inf,
) -> Report:
    """Make the people a CSV of bytes or text names, change those who are there, add to groups.

    Reads the stream once, in constant memory but for the errors, of which it keeps at most
    ``most_errors``, and calls ``tell`` every few thousand lines. Never commits: a dry run is a
    return before it.

    Raises:
        Refused: where the accounts were changed by somebody else at the same time, or somebody
            would be in too many groups.
    """
    report = Report()
    with SpooledTemporaryFile(IN_MEMORY, mode="w+", encoding="utf-8") as file:
        write_batches(_collect(csv_file.read_csv(stream), report, tell, most_errors), file)
        file.seek(0)
        try:
            with staged(file):
                _apply(report, now, most_errors)
                _audit(report, actor_id, now)
        except IntegrityError:
            raise Refused(
                "Accounts were changed by somebody else meanwhile. Nothing was imported; try again."
            ) from None
    return report


def _audit(report: Report, actor_id: int | None, now: datetime) -> None:
    """Add the audit entry, if the import changes anything."""
    changed = report.changed_counts
    if not report.errors and any(changed.values()):
        subject = counted(report.lines, "person", "people")
        add_entry("users.imported", subject, actor_id=actor_id, now=now, **changed)


def _collect(
    found: Iterator[Person | LineError], report: Report, tell: Callable[[], None], most: float
) -> Iterator[Person]:
    """Those who can be taken; the others go into the report."""
    for one in found:
        report.lines += 1
        if report.lines % BATCH == 0:
            tell()
        if isinstance(one, Person):
            yield one
            continue
        report.wrong += 1
        if len(report.errors) < most:
            report.errors.append(one)


def _apply(report: Report, now: datetime, most_errors: float) -> None:
    comparison.find_people()
    wrong = {clash.line: clash for clash in comparison.clashes()}
    report.wrong += len(wrong)
    every_kept = sorted([*report.errors, *wrong.values()])
    report.errors = every_kept[: int(min(most_errors, len(every_kept)))]
    if report.wrong:
        return
    comparison.compare()
    every, report.new, report.changed = comparison.counts()
    report.unchanged = every - report.new - report.changed
    report.first_new = comparison.first_names(PEOPLE.c.is_new)
    report.first_changed = comparison.first_names(comparison.CHANGED)
    report.groups_made = comparison.unknown_groups()
    if report.new:
        _make_people(now)
    if report.changed:
        _change_people(now)
    _join(now)
    change_groups.deliver_to_new_members(_those(PEOPLE.c.joins), now)
    handover.deliver_banners_to_newcomers(_those(PEOPLE.c.is_new), now)


def _those(which: Any) -> Any:
    """A crowd: the SELECT of the ids of these lines' people."""
    return select(PEOPLE.c.user_id).where(which)


def _make_people(now: datetime) -> None:
    moment = literal(now, UTCDateTime)
    values = {
        "username": PEOPLE.c.username,
        "email": PEOPLE.c.email,
        "display_name": func.coalesce(PEOPLE.c.display_name, ""),
        "timezone": func.coalesce(PEOPLE.c.timezone, "UTC"),
        "is_admin": false(),
        "is_active": true(),
        "shortcuts": true(),
        "inbox_since": moment,
        "last_stamp": literal_column("0"),
        "created_at": moment,
    }
    source = select(*values.values()).where(PEOPLE.c.is_new).order_by(PEOPLE.c.line)
    write(insert_into(User).from_select(list(values), source))
    comparison.find_people()


def _change_people(now: datetime) -> None:
    people = table(User)
    write(
        update(people)
        .where(people.c.id == PEOPLE.c.user_id, PEOPLE.c.changes)
        .values(
            email=func.coalesce(PEOPLE.c.email, people.c.email),
            display_name=func.coalesce(PEOPLE.c.display_name, people.c.display_name),
        )
    )
    with change_timezone.keep_deliveries_across_zones(_those(PEOPLE.c.moves), now):
        write(
            update(people)
            .where(people.c.id == PEOPLE.c.user_id, PEOPLE.c.moves)
            .values(timezone=PEOPLE.c.timezone)
        )


def _join(now: datetime) -> None:
    """Make the groups that are not there, and put everybody into theirs."""
    # Without a WHERE, SQLite takes ON CONFLICT for a join's ON.
    named = select(GROUPS.c.name).where(true()).distinct().order_by(GROUPS.c.name)
    write(insert_into(Group).from_select(["name"], named).on_conflict_do_nothing())
    members = (
        select(Group.id, PEOPLE.c.user_id, literal(now, UTCDateTime))
        .join(GROUPS, GROUPS.c.name == Group.name)
        .join(PEOPLE, PEOPLE.c.line == GROUPS.c.line)
        .where(not_(PEOPLE.c.user_id.is_(None)))
    )
    columns = ["group_id", "user_id", "since"]
    write(insert_into(GroupMember).from_select(columns, members).on_conflict_do_nothing())
