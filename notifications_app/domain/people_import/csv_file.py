"""The CSV file of an import, read record by record into people and errors.

A file of any size takes the memory of one record.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, NamedTuple

from ...core import clock
from ...core import text as text_
from ...core.errors import BadInput
from ...core.text import trim, visible
from ..accounts import groups
from ..accounts.actions import check_display_name, check_email, check_username
from .csv_records import SEPARATORS, Record, Records

COLUMNS = ("username", "email", "display_name", "timezone", "groups")
#: The number of characters shown of a wrong cell.
SHOWN = 40
_BETWEEN_GROUPS = re.compile(r"[\s;,]+")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
#: The columns by their name without what separates words: "Display Name", "E-mail".
_COLUMN_OF = {_BETWEEN_WORDS.sub("", column): column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Person:
    """The values of a line; None for an empty cell."""

    line: int
    username: str
    email: str | None
    display_name: str | None
    timezone: str | None
    groups: tuple[str, ...]


class LineError(NamedTuple):
    """A line that cannot be imported: the reason as a sentence, and the wrong cell if it is one."""

    line: int
    reason: str
    column: str = ""
    #: The wrong part of the cell, as :func:`shorten` returns it.
    value: str = ""


class _BadGroup(BadInput):
    """An error in one of the groups of a cell; ``name`` is that group."""

    def __init__(self, refusal: BadInput, name: str) -> None:
        super().__init__(str(refusal), "groups")
        self.name = name


def shorten(value: str) -> str:
    """Return the start of a cell's text, with invisible characters in it escaped."""
    return visible(text_.shorten(trim(value), SHOWN))


def read_csv(stream: IO[Any]) -> Iterator[Person | LineError]:
    """Yield the person or the error of each record of a stream of bytes or text, in order.

    The header, the first row that is not empty, names the columns: ``username`` and any of the
    others. If it does not, that error is the only result. Empty rows and columns are skipped;
    lines are those of the file.
    """
    try:
        records = Records(stream)
    except BadInput as refusal:
        yield LineError(1, str(refusal))
        return
    separator = records.separator_line()
    found = _header(records, (separator,) if separator else SEPARATORS)
    if isinstance(found, LineError):
        yield found
        return
    while record := records.peek(found.separator):
        records.take(record)
        if record.error:
            yield LineError(record.line, record.error)
        elif not record.is_blank:
            yield _person(record, found.columns)


class _Header(NamedTuple):
    """The separator of a file, and its columns in order; "" is one without a name."""

    separator: str
    columns: list[str]


def _header(records: Records, separators: Iterable[str]) -> _Header | LineError:
    """Take the header, with the separator that finds the columns in it."""
    tried: dict[str, Record] = {}
    while not tried:
        for separator in separators:
            record = records.peek(separator)
            if record is None:
                return LineError(1, "The file is empty. Its first line names the columns.")
            if record.is_blank:
                records.take(record)
                tried = {}
                break
            tried[separator] = record
    errors = []
    for separator, record in tried.items():
        try:
            columns = _columns(record)
        except BadInput as refusal:
            errors.append((len(record.cells), LineError(record.line, str(refusal))))
            continue
        records.take(record)
        return _Header(separator, columns)
    return max(errors, key=lambda error: error[0])[1]


def _columns(record: Record) -> list[str]:
    if record.error:
        raise BadInput(record.error)
    typed = _without_empty_end(record.cells)
    names = [_COLUMN_OF.get(_BETWEEN_WORDS.sub("", trim(cell)).lower(), cell) for cell in typed]
    named = [name for name in names if name]
    wrong = [f"“{shorten(name)}” is none of them." for name in named if name not in COLUMNS]
    wrong += [f"“{name}” is there twice." for name in COLUMNS if named.count(name) > 1]
    if "username" not in named:
        wrong.append("There is no “username”.")
    if wrong:
        raise BadInput(
            "The first line names the columns, separated by commas, semicolons or tabs: username,"
            f" and any of {', '.join(COLUMNS[1:])}, each once. {wrong[0]}"
        )
    return names


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    """Return the cells without the empty ones at the end, which programs add and leave out."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return list(cells[:end])


def _person(record: Record, columns: Sequence[str]) -> Person | LineError:
    cells = _without_empty_end(record.cells)
    if len(cells) > len(columns):
        reason = f"This line has {len(cells)} cells; the header has {len(columns)}."
        return LineError(record.line, reason)
    values = dict.fromkeys(COLUMNS, "")
    for index, (column, cell) in enumerate(zip(columns, cells, strict=False), 1):
        if cell and not column:
            reason = f"Cell {index} has text, but its column has no name in the header."
            return LineError(record.line, reason, "", shorten(cell))
        if column:
            values[column] = cell
    try:
        return Person(
            line=record.line,
            username=check_username(values["username"]),
            email=check_email(values["email"]),
            display_name=check_display_name(values["display_name"]) or None,
            timezone=clock.zone_name(values["timezone"]) if values["timezone"] else None,
            groups=_groups(values["groups"]),
        )
    except BadInput as refusal:
        column = refusal.field or ""
        value = refusal.name if isinstance(refusal, _BadGroup) else values[column]
        return LineError(record.line, str(refusal), column, shorten(value))


@lru_cache(1024)
def _groups(cell: str) -> tuple[str, ...]:
    names = dict.fromkeys(name for name in map(trim, _BETWEEN_GROUPS.split(cell.lower())) if name)
    if len(names) > groups.MAX_GROUPS_PER_USER:
        raise BadInput(
            f"A line names at most {groups.MAX_GROUPS_PER_USER} groups;"
            f" this one names {len(names)}.",
            "groups",
        )
    return tuple(map(_group, names))


def _group(name: str) -> str:
    try:
        return groups.check_name(name)
    except BadInput as refusal:
        raise _BadGroup(refusal, name) from None
