"""The search of an inbox: words, phrases, and ``topic:billing -is:read``.

Terms become conditions on the notification. Their number and kinds, the *shape*, select the
statement, which is built once for each shape; typed text is only ever a bound value.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    bindparam,
    false,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import table as named_table
from sqlalchemy.sql.expression import column

from ...core.errors import BadInput
from ...core.search_terms import distinct_terms
from ..content import CATEGORIES
from .models import Delivery, Notification

MAX_SEARCH_LENGTH = 200
_TOKEN = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')
_STATES = ("read", "unread")
_FTS = named_table("notifications_fts", column("rowid"))
#: SQLite's trigram index finds nothing shorter.
_TRIGRAM = 3

#: For each term its kind and whether it is negated.
Shape = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A search term: of kind ``category``, ``topic``, ``is``, ``text`` or ``short``."""

    kind: str
    value: str
    negative: bool = False


def parse(words: str) -> tuple[Term, ...]:
    """Parse a search; text outside the syntax is searched as it is.

    Raises:
        BadInput: with the field ``q``, if it has over 200 characters, over 12 terms or a NUL.
    """
    if len(words) > MAX_SEARCH_LENGTH:
        raise BadInput(f"A search has at most {MAX_SEARCH_LENGTH} characters; shorten it.", "q")
    if "\0" in words:
        raise BadInput("A search cannot contain control characters.", "q")
    terms = []
    # A phrase has no line break: PostgreSQL would match it across the end of a title.
    for minus, key, phrase, word in _TOKEN.findall(words.replace("\n", " ")):
        value = (phrase or word).strip()
        if _is_known(key, value):
            terms.append(Term(key, value.lower(), bool(minus)))
            continue
        text = f"{key}:{value}" if key else value
        if text:
            terms.append(_text(text, negative=bool(minus)))
    return distinct_terms(terms, lambda term: (term.kind, term.value.lower(), term.negative))


def _is_known(key: str, value: str) -> bool:
    value = value.lower()
    return (
        (key == "topic" and bool(value))
        or (key == "category" and value in CATEGORIES)
        or (key == "is" and value in _STATES)
    )


def _text(text: str, *, negative: bool) -> Term:
    return Term("text" if len(text) >= _TRIGRAM else "short", text, negative)


def shape(terms: Sequence[Term]) -> Shape:
    """Return the kind and negation of each term: the cache key of the SQL."""
    return tuple(
        (f"{term.kind}:{term.value}" if term.kind == "is" else term.kind, term.negative)
        for term in terms
    )


def values(terms: Sequence[Term], dialect: str) -> dict[str, str]:
    """Return the bind parameters of the terms: ``term_0``, ``term_1`` and so on."""
    return {f"term_{index}": _value(term, dialect) for index, term in enumerate(terms)}


def _value(term: Term, dialect: str) -> str:
    if term.kind == "text" and dialect == "sqlite":
        return '"{}"'.format(term.value.replace('"', '""'))
    if term.kind in {"text", "short"}:
        escaped = re.sub(r"([%_\\])", r"\\\1", term.value)
        return f"%{escaped}%"
    return term.value


def conditions(shape: Shape, dialect: str, *, delivered: bool) -> list[ColumnElement[bool]]:
    """Build the conditions of the terms on a notification, and on its delivery if ``delivered``."""
    built = []
    words = []
    for index, (kind, negative) in enumerate(shape):
        value = bindparam(f"term_{index}", type_=String)
        if dialect == "sqlite" and kind == "text" and not negative:
            words.append(value)
            continue
        condition = _condition(kind, value, dialect, delivered=delivered)
        built.append(not_(condition) if negative else condition)
    return [*built, _matching(words)] if words else built


def _condition(kind: str, value: Any, dialect: str, *, delivered: bool) -> ColumnElement[bool]:
    if kind in {"topic", "category"}:
        is_equal: ColumnElement[bool] = getattr(Notification, kind) == value
        return is_equal
    if kind == "is:unread":
        return Delivery.read_at.is_(None) if delivered else true()
    if kind == "is:read":
        return Delivery.read_at.is_not(None) if delivered else false()
    return _on_sqlite(kind, value) if dialect == "sqlite" else _on_postgresql(value)


def _on_sqlite(kind: str, value: Any) -> ColumnElement[bool]:
    if kind == "text":
        return _matching([value])
    title, body = Notification.title, Notification.body
    return or_(title.like(value, escape="\\"), body.like(value, escape="\\"))


def _matching(words: Sequence[Any]) -> ColumnElement[bool]:
    """Build one index lookup of all words; one lookup for each would list all its matches."""
    expression = reduce(lambda left, right: left.concat(" AND ").concat(right), words)
    matching = literal_column("notifications_fts").op("MATCH")(expression)
    return Notification.id.in_(select(_FTS.c.rowid).where(matching))


def _on_postgresql(value: Any) -> ColumnElement[bool]:
    """Build the match with the index's own expression: title, line break, body."""
    text = Notification.title.concat(literal_column("E'\\n'")).concat(Notification.body)
    return text.ilike(value, escape="\\")
