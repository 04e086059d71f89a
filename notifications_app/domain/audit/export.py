"""The audit log as CSV, a part at a time, so that its length does not matter."""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from ...core import clock
from ...core.database import reading
from . import queries, wording
from .queries import Entry, Search

HEADS = ("id", "at", "actor", "action", "subject", "title", "detail")
#: Programs for tables take a cell that begins with one of these for a formula; some of them the
#: wide forms of East Asian keyboards too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PART = 1000

#: The present titles of the notifications with these ids.
Titles = Callable[[Connection, Collection[int]], Mapping[int, str]]


def csv_parts(search: Search, titles: Titles) -> Iterator[str]:
    """Yield the entries as CSV, newest first, with times in UTC and a first line of heads.

    No connection is kept open between two parts.
    """
    yield _csv([HEADS])
    before = None
    while True:
        with reading() as connection:
            entries = queries.newest(connection, _PART, search, before=before)
            named = titles(connection, {entry.notification or 0 for entry in entries})
        if not entries:
            return
        yield _csv(_cells(entry, named) for entry in entries)
        before = entries[-1].id


def _cells(entry: Entry, titles: Mapping[int, str]) -> Sequence[str]:
    title = titles.get(entry.notification or 0, "")
    cells = (entry.who, entry.action, entry.subject, title, wording.detail(entry))
    return [str(entry.id), clock.iso(entry.at), *map(_quoted, cells)]


def _quoted(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _csv(rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    part = io.StringIO(newline="")
    csv.writer(part).writerows(rows)
    return part.getvalue()
