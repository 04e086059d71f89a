"""Import of people: create and change accounts from a file, all of it or nothing.

It takes a few statements, however many lines there are. Deliveries follow as for a change of a
single account.
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
from ..accounts import search_texts
from ..accounts.models import Group, GroupMember, User
from ..audit.actions import add_entry
from ..inbox import change_groups, change_timezone, handover
from . import comparison, csv_file
from .csv_file import LineError, Person
from .temporary_tables import BATCH, GROUPS, PEOPLE, staged, write_batches

#: The size in bytes up to which a file is held in memory; a larger one goes to the disk.
IN_MEMORY = 1 << 20


@dataclass(slots=True)
class Report:
    """The result of an import. If lines are wrong, their errors, and nothing was written."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    groups_made: list[str] = field(default_factory=list)
    #: The first few names, in the order of the file.
    first_new: list[str] = field(default_factory=list)
    first_changed: list[str] = field(default_factory=list)
    #: The number of lines with content, right or wrong.
    lines: int = 0
    #: The number of wrong lines; their errors, in order, are kept up to a limit.
    wrong: int = 0
    errors: list[LineError] = field(default_factory=list)

    @property
    def changed_counts(self) -> dict[str, int]:
        """The numbers of people created and changed, and of groups created."""
        made = len(self.groups_made)
        return {"new": self.new, "changed": self.changed, "groups_made": made}


def import_people(
    stream: IO[Any],
    now: datetime,
    on_progress: Callable[[], None] = lambda: None,
    *,
    actor_id: int | None = None,
    most_errors: float = inf,
) -> Report:
    """Create the people in a CSV file, change those who have accounts, add them to groups.

    The stream of bytes or text is read once, in constant memory except for the errors, of which
    at most ``most_errors`` are kept. ``on_progress`` is called every few thousand lines. The audit
    entry is written too, by the command line without ``actor_id``. Nothing is committed: a dry run
    returns before the commit.

    Raises:
        Refused: if somebody else changed the accounts at the same time, or a person would be in
            too many groups.
    """
    report = Report()
    with SpooledTemporaryFile(IN_MEMORY, mode="w+", encoding="utf-8") as file:
        check_lines(stream, file, report, on_progress, most_errors=most_errors)
        file.seek(0)
        import_checked(file, report, now, actor_id=actor_id, most_errors=most_errors)
    return report


def check_lines(
    stream: IO[Any],
    file: IO[str],
    report: Report,
    on_progress: Callable[[], None] = lambda: None,
    *,
    most_errors: float = inf,
) -> None:
    """Read a CSV file: write its good lines into ``file``, and its errors into the report.

    The database is not used.
    """
    write_batches(_collect(csv_file.read_csv(stream), report, on_progress, most_errors), file)


def import_checked(
    file: IO[str],
    report: Report,
    now: datetime,
    *,
    actor_id: int | None = None,
    most_errors: float = inf,
) -> None:
    """Import the lines that :func:`check_lines` wrote into ``file``; complete the report.

    Lines in error, if there were any before or are any now, are in the report, and nothing is
    imported. Nothing is committed.

    Raises:
        Refused: if somebody else changed the accounts at the same time, or a person would be in
            too many groups.
    """
    try:
        with staged(file):
            _apply(report, now, most_errors)
            _audit(report, actor_id, now)
    except IntegrityError:
        raise Refused(
            "Someone else changed accounts in the meantime. Nothing was imported; try again."
        ) from None


def _audit(report: Report, actor_id: int | None, now: datetime) -> None:
    """Write the audit entry of an import, unless it changes nothing."""
    changed = report.changed_counts
    if not report.errors and any(changed.values()):
        subject = counted(report.lines, "person", "people")
        add_entry("users.imported", subject, actor_id=actor_id, now=now, **changed)


def _collect(
    lines: Iterator[Person | LineError],
    report: Report,
    on_progress: Callable[[], None],
    most_errors: float,
) -> Iterator[Person]:
    """Yield the people; put the lines in error into the report."""
    for line in lines:
        report.lines += 1
        if report.lines % BATCH == 0:
            on_progress()
        if isinstance(line, Person):
            yield line
            continue
        report.wrong += 1
        if len(report.errors) < most_errors:
            report.errors.append(line)


def _apply(report: Report, now: datetime, most_errors: float) -> None:
    comparison.find_people()
    clashes = {clash.line: clash for clash in comparison.clashes()}
    report.wrong += len(clashes)
    errors = sorted([*report.errors, *clashes.values()])
    report.errors = errors[: int(min(most_errors, len(errors)))]
    if report.wrong:
        return
    comparison.compare()
    lines, report.new, report.changed = comparison.counts()
    report.unchanged = lines - report.new - report.changed
    report.first_new = comparison.first_names(PEOPLE.c.is_new)
    report.first_changed = comparison.first_names(comparison.CHANGED)
    report.groups_made = comparison.unknown_groups()
    if report.new:
        _make_people(now)
    if report.changed:
        _change_people(now)
    _join(now)
    change_groups.deliver_to_new_members(_users_of(PEOPLE.c.joins), now)
    handover.deliver_banners_to_newcomers(_users_of(PEOPLE.c.is_new), now)


def _users_of(which: Any) -> Any:
    """Return the SELECT of the user ids of these lines."""
    return select(PEOPLE.c.user_id).where(which)


def _make_people(now: datetime) -> None:
    moment = literal(now, UTCDateTime)
    values = {
        "username": PEOPLE.c.username,
        "email": PEOPLE.c.email,
        "display_name": func.coalesce(PEOPLE.c.display_name, ""),
        "search_text": PEOPLE.c.search_text,
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
    search_texts.refresh(_users_of(PEOPLE.c.changes))
    with change_timezone.keep_deliveries_across_zones(_users_of(PEOPLE.c.moves), now):
        write(
            update(people)
            .where(people.c.id == PEOPLE.c.user_id, PEOPLE.c.moves)
            .values(timezone=PEOPLE.c.timezone)
        )


def _join(now: datetime) -> None:
    """Create the missing groups, and add everybody to theirs."""
    # Without a WHERE, SQLite reads ON CONFLICT as the ON of a join.
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
