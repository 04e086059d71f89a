"""What a reader types to find notifications: words, phrases, and ``topic:billing -is:read``.

The words become conditions on the notification. Their number and kind, the *shape*,
decide on the statement, which is built once for each; what was typed is only ever a value.
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
from ..content import CATEGORIES
from .models import Delivery, Notification

MAX_SEARCH_LENGTH = 200
_TOKEN = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')
_STATES = ("read", "unread")
_FTS = named_table("notifications_fts", column("rowid"))
#: SQLite's trigrams find nothing shorter.
_TRIGRAM = 3

#: For each term its kind and whether it is negated.
Shape = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: of kind ``category``, ``topic``, ``is``, ``text`` or ``short``."""

    kind: str
    value: str
    negative: bool = False


def parse(words: str) -> tuple[Term, ...]:
    """The terms that were typed; what is none of the syntax is searched as text.

    Raises:
        BadInput: with the field ``q``, where there are more than 200 characters.
    """
    if len(words) > MAX_SEARCH_LENGTH:
        raise BadInput(f"A search has at most {MAX_SEARCH_LENGTH} characters; shorten it.", "q")
    if "\0" in words:
        raise BadInput("A search is made of characters that can be typed.", "q")
    terms = []
    # A phrase stays on one line: PostgreSQL would find it from a title on into its body.
    for minus, key, phrase, word in _TOKEN.findall(words.replace("\n", " ")):
        value = (phrase or word).strip()
        if _is_known(key, value):
            terms.append(Term(key, value.lower(), bool(minus)))
            continue
        text = f"{key}:{value}" if key else value
        if text:
            terms.append(_text(text, negative=bool(minus)))
    return tuple(terms)


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
    """What of the terms decides on the statement."""
    return tuple(
        (f"{term.kind}:{term.value}" if term.kind == "is" else term.kind, term.negative)
        for term in terms
    )


def values(terms: Sequence[Term], dialect: str) -> dict[str, str]:
    """The values of the terms, for the parameters ``term_0``, ``term_1`` and so on."""
    return {f"term_{number}": _value(term, dialect) for number, term in enumerate(terms)}


def _value(term: Term, dialect: str) -> str:
    if term.kind == "text" and dialect == "sqlite":
        return '"{}"'.format(term.value.replace('"', '""'))
    if term.kind in {"text", "short"}:
        escaped = re.sub(r"([%_\\])", r"\\\1", term.value)
        return f"%{escaped}%"
    return term.value


def conditions(shape: Shape, dialect: str, *, delivered: bool) -> list[ColumnElement[bool]]:
    """What the terms ask of a notification, and of its delivery where there is one."""
    found = []
    words = []
    for number, (kind, negative) in enumerate(shape):
        value = bindparam(f"term_{number}", type_=String)
        if dialect == "sqlite" and kind == "text" and not negative:
            words.append(value)
            continue
        one = _condition(kind, value, dialect, delivered=delivered)
        found.append(not_(one) if negative else one)
    return [*found, _matching(words)] if words else found


def _condition(kind: str, value: Any, dialect: str, *, delivered: bool) -> ColumnElement[bool]:
    if kind in {"topic", "category"}:
        asked: ColumnElement[bool] = getattr(Notification, kind) == value
        return asked
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
    """All of these words, looked up at once: one by one, each makes a list of all that have it."""
    wanted = reduce(lambda one, other: one.concat(" AND ").concat(other), words)
    matching = literal_column("notifications_fts").op("MATCH")(wanted)
    return Notification.id.in_(select(_FTS.c.rowid).where(matching))


def _on_postgresql(value: Any) -> ColumnElement[bool]:
    """Spelled as the index is, with its line break between title and body."""
    said = Notification.title.concat(literal_column("E'\\n'")).concat(Notification.body)
    return said.ilike(value, escape="\\")
