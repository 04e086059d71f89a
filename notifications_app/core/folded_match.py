"""Text search in columns of folded text: see :func:`text.fold`.

The application folds what is stored and what is typed, so both databases give the same answers.
A trigram index finds text of three letters and more: a table of SQLite's FTS5, or an index with
PostgreSQL's pg_trgm where that extension could be made. Shorter text is compared row by row.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, literal_column, select
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table

from .text import fold

#: The length of what an index of trigrams finds at least.
TRIGRAM = 3


@dataclass(frozen=True)
class Folded:
    """A column of folded text, with the key of its rows and the name of SQLite's index table."""

    key: ColumnElement[Any]
    text: ColumnElement[str]
    index: str


def contains_all(folded: Folded, texts: Iterable[str], dialect: str) -> ColumnElement[bool]:
    """Build the condition that a row's text contains each of these, all folded."""
    wanted = [fold(text) for text in texts]
    indexed = [text for text in wanted if dialect == "sqlite" and len(text) >= TRIGRAM]
    conditions: list[ColumnElement[bool]] = [
        folded.text.like(bindparam(None, like_pattern(text), type_=String), escape="\\")
        for text in wanted
        if text not in indexed
    ]
    if indexed:
        phrases = " AND ".join('"{}"'.format(text.replace('"', '""')) for text in indexed)
        conditions.append(folded.key.in_(_matching(folded.index, phrases)))
    return and_(*conditions)


def like_pattern(folded: str) -> str:
    r"""Return the pattern of LIKE, with the escape ``\``, for text that contains this."""
    return "%{}%".format(re.sub(r"([%_\\])", r"\\\1", folded))


def _matching(index: str, phrases: str) -> Any:
    match = literal_column(index).op("MATCH")(bindparam(None, phrases, type_=String))
    return select(_index_table(index).c.rowid).where(match)


@cache
def _index_table(name: str) -> Any:
    return named_table(name, named_column("rowid"))
