"""The CSV file of an import, read line by line into people and errors.

Comma-separated, UTF-8. Each line is parsed separately, so that an open quote spoils only its
own line, and a file of any size takes the memory of one line.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, NamedTuple

from ...core import clock
from ...core import text as text_
from ...core.errors import BadInput
from ...core.text import printable
from ..accounts import groups
from ..accounts.actions import check_display_name, check_email, check_username

COLUMNS = ("username", "email", "display_name", "timezone", "groups")
LINE_MAX = 65_536
#: The number of characters shown of a wrong cell.
SHOWN = 40
_BETWEEN_GROUPS = re.compile(r"[\s;]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


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
    """Return the start of a cell's text, with invisible characters escaped."""
    return printable(text_.shorten(value, SHOWN))


def read_csv(stream: IO[Any]) -> Iterator[Person | LineError]:
    """Yield the person or the error on each line of a stream of bytes or text, in order.

    The first line names the columns: ``username`` and any of the others. If it does not, that
    error is the only result. Empty lines are skipped, but numbered.
    """
    columns: Sequence[str] = ()
    for number, text in enumerate(_lines(stream), 1):
        try:
            if number == 1:
                columns = _columns(text)
            elif text is None or text.strip():
                yield _person(number, columns, text)
        except BadInput as refusal:
            yield LineError(number, str(refusal))
            if not columns:
                return
    if not columns:
        yield LineError(1, "The file is empty. Its first line names the columns.")


def _lines(stream: IO[Any]) -> Iterator[str | None]:
    """Yield the lines without their ends; None for a line that is too long."""
    if not isinstance(stream.read(0), bytes):
        yield from _read(stream)
        return
    # Bytes that are not UTF-8 become surrogates, which are refused with their line.
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read(text)
    finally:
        text.detach()  # else it would close the stream


def _read(text: IO[str]) -> Iterator[str | None]:
    while line := text.readline(LINE_MAX):
        whole = line
        while len(line) == LINE_MAX and line[-1] not in "\r\n":
            whole, line = "", text.readline(LINE_MAX)
        yield whole.rstrip("\r\n") if whole else None


def _cells(text: str | None) -> list[str]:
    if text is None:
        raise BadInput(f"A line has at most {LINE_MAX:,} characters; this one has more.")
    if _SURROGATE.search(text):
        raise BadInput("This line is not in UTF-8.")
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True))]
    except csv.Error:
        raise BadInput("The quotes on this line do not match.") from None


def _columns(text: str | None) -> list[str]:
    names = [name.lower() for name in _cells((text or "").removeprefix("\ufeff") or "?")]
    if "username" not in names or not set(names) <= set(COLUMNS) or len(names) > len(set(names)):
        raise BadInput(
            "The first line names the columns, separated by commas: username, and any of"
            f" {', '.join(COLUMNS[1:])}, each once."
        )
    return names


def _person(number: int, columns: Sequence[str], text: str | None) -> Person | LineError:
    cells = _cells(text)
    if len(cells) != len(columns):
        raise BadInput(f"This line has {len(cells)} cells; the first line has {len(columns)}.")
    values = dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=True))
    try:
        return Person(
            line=number,
            username=check_username(values["username"]),
            email=check_email(values["email"]),
            display_name=check_display_name(values["display_name"]) or None,
            timezone=clock.zone_name(values["timezone"]) if values["timezone"] else None,
            groups=_groups(values["groups"]),
        )
    except BadInput as refusal:
        column = refusal.field or ""
        value = refusal.name if isinstance(refusal, _BadGroup) else values[column]
        return LineError(number, str(refusal), column, shorten(value))


@lru_cache(1024)
def _groups(cell: str) -> tuple[str, ...]:
    names = dict.fromkeys(name for name in _BETWEEN_GROUPS.split(cell.lower()) if name)
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
