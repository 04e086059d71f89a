"""The search of an inbox: words, phrases, and operators such as ``topic:billing -is:read``.

Terms become conditions on the notification. Their number and kinds, the *shape*, select the
statement, which is built once for each shape; typed text is only ever a bound value.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    select,
    true,
)
from sqlalchemy import table as named_table
from sqlalchemy.sql.expression import column
from sqlalchemy.types import TypeEngine

from ...core import clock
from ...core.clock import UTCDateTime
from ...core.errors import BadInput, BadTime
from ...core.search_terms import distinct_terms
from ...core.text import fold, shorten, trim
from ..accounts.models import User
from ..content import CATEGORIES
from .models import Delivery, Notification, Release

MAX_SEARCH_LENGTH = 200
#: Each operator with an example of its use.
OPERATORS = {
    "topic": "topic:billing",
    "category": "category:error",
    "is": "is:unread",
    "before": "before:2026-11-20",
    "after": "after:2026-11-20",
    "from": "from:ada",
    "has": "has:link",
}
#: The sender of what nobody in particular sent.
SYSTEM = "system"
_TOKEN = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')
_STATES = ("read", "unread")
_ATTACHED = ("link",)
#: Text like an operator, but neither an address (``https://``) nor a time (``12:30``).
_LIKE_OPERATOR = re.compile(r"-?([^\W\d_][\w-]+):(?![/:\\])")
_FTS = named_table("notifications_fts", column("rowid"))
#: SQLite's trigram index finds nothing shorter.
_TRIGRAM = 3

#: For each term its kind and whether it is negated.
Shape = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A search term: its kind is the name of an operator, ``text`` or ``short``."""

    kind: str
    value: str
    negative: bool = False
    #: The start of a day, for ``before``; the end of it, for ``after``.
    moment: datetime | None = None
    #: The term as it was typed; empty if it was chosen from a list.
    typed: str = field(default="", compare=False)

    @property
    def words(self) -> str:
        """The term in a sentence: “invoice”, ``is:unread``, Error."""
        if self.kind in {"text", "short"}:
            return f"{'not ' if self.negative else ''}“{self.value}”"
        if self.typed:
            return self.typed
        return self.value.capitalize() if self.kind == "category" else f"{self.kind} {self.value}"


def parse(words: str, zone: str = "UTC") -> tuple[Term, ...]:
    """Parse a search; text outside the syntax is searched as it is. Days are those of ``zone``.

    Raises:
        BadInput: with the field ``q``, if it has over 200 characters, over 12 terms or a NUL, or if
            an operator has a value that it cannot have.
    """
    if len(words) > MAX_SEARCH_LENGTH:
        raise BadInput(f"A search has at most {MAX_SEARCH_LENGTH} characters; shorten it.", "q")
    if "\0" in words:
        raise BadInput("A search cannot contain control characters.", "q")
    terms = []
    # A phrase has no line break: PostgreSQL would match it across the end of a title.
    for found in _TOKEN.finditer(words.replace("\n", " ")):
        minus, key, phrase, word = found.groups(default="")
        value = trim(phrase or word)
        if word.endswith(":") and word[:-1].lower() in OPERATORS:
            key, value = word[:-1], ""
        if key.lower() in OPERATORS:
            term = _operator(key.lower(), value.lower(), zone)
        else:
            term = _text(f"{key}:{value}" if key else value)
        if term.value:
            terms.append(replace(term, negative=bool(minus), typed=found[0]))
    return distinct_terms(
        terms, lambda term: (term.kind, fold(term.value), term.negative, term.moment)
    )


def _operator(kind: str, value: str, zone: str) -> Term:
    if not value:
        raise BadInput(f"Write a value after “{kind}:”, for example {OPERATORS[kind]}.", "q")
    known = {"category": CATEGORIES, "is": _STATES, "has": _ATTACHED}.get(kind, (value,))
    if value not in known:
        *others, last = (f"{kind}:{one}" for one in known)
        choices = f"{', '.join(others)} or {last}" if others else last
        raise BadInput(f"“{kind}:{shorten(value, 40)}” finds nothing. Use {choices}.", "q")
    return Term(kind, value, moment=_edge_of_day(kind, value, zone))


def _edge_of_day(kind: str, value: str, zone: str) -> datetime | None:
    """Return the start of the day for ``before``, and of the next day for ``after``."""
    if kind not in {"before", "after"}:
        return None
    try:
        day = clock.parse_wall(f"{value} 00:00")
    except BadTime:
        raise BadInput(
            f"“{shorten(value, 40)}” isn’t a day from 1970 to 2999. Write {OPERATORS[kind]}.", "q"
        ) from None
    return clock.first_moment(day + timedelta(days=kind == "after"), zone)


def _text(text: str) -> Term:
    return Term("text" if len(fold(text)) >= _TRIGRAM else "short", text)


def unknown_operator(terms: Sequence[Term]) -> str:
    """Return a sentence about the first term that looks like an operator; empty without one."""
    operators = [f"{name}:" for name in OPERATORS]
    phrase = f"{', '.join(operators[:-1])} or {operators[-1]}"
    for term in terms:
        found = _LIKE_OPERATOR.match(term.typed)
        if found and term.kind in {"text", "short"}:
            name = shorten(found[1], 40)
            return f"“{name}:” isn’t a search operator and was searched as text. Use {phrase}."
    return ""


def shape(terms: Sequence[Term]) -> Shape:
    """Return the kind and negation of each term: the cache key of the SQL."""
    return tuple((_kind_in_shape(term), term.negative) for term in terms)


def _kind_in_shape(term: Term) -> str:
    has_few_values = term.kind in {"is", "has"} or (term.kind, term.value) == ("from", SYSTEM)
    return f"{term.kind}:{term.value}" if has_few_values else term.kind


def values(terms: Sequence[Term], dialect: str) -> dict[str, Any]:
    """Return the bind parameters of the terms: ``term_0``, ``term_1`` and so on."""
    return {f"term_{index}": _value(term, dialect) for index, term in enumerate(terms)}


def _value(term: Term, dialect: str) -> Any:
    if term.moment is not None:
        return term.moment
    if term.kind == "text" and dialect == "sqlite":
        return '"{}"'.format(fold(term.value).replace('"', '""'))
    if term.kind in {"text", "short"}:
        escaped = re.sub(r"([%_\\])", r"\\\1", fold(term.value))
        return f"%{escaped}%"
    return term.value


def conditions(shape: Shape, dialect: str, *, delivered: bool) -> list[ColumnElement[bool]]:
    """Build the conditions of the terms on a notification, and on its delivery if ``delivered``."""
    built = []
    words = []
    for index, (kind, negative) in enumerate(shape):
        is_moment = kind in {"before", "after"}
        kind_of_value: type[TypeEngine[Any]] = UTCDateTime if is_moment else String
        value: Any = bindparam(f"term_{index}", type_=kind_of_value)
        if dialect == "sqlite" and kind == "text" and not negative:
            words.append(value)
            continue
        condition = _condition(kind, value, dialect, delivered=delivered)
        built.append(not_(condition) if negative else condition)
    return [*built, _matching(words)] if words else built


def _condition(kind: str, value: Any, dialect: str, *, delivered: bool) -> ColumnElement[bool]:
    if kind in {"text", "short"}:
        is_indexed = kind == "text" and dialect == "sqlite"
        return _matching([value]) if is_indexed else _contains(value)
    if kind in {"topic", "category"}:
        is_equal: ColumnElement[bool] = getattr(Notification, kind) == value
        return is_equal
    if kind in {"before", "after"}:
        received = _RECEIVED if delivered else Release.arrives_at
        is_within: ColumnElement[bool] = received < value if kind == "before" else received >= value
        return is_within
    if kind == "from":
        return _is_sent_by(value)
    return (_OF_DELIVERIES if delivered else _OF_RELEASES)[kind]


#: The first arrival of a delivery: a snooze does not change it.
_RECEIVED = func.coalesce(Delivery.snoozed_from, Delivery.arrives_at, type_=UTCDateTime)
_OF_BOTH = {
    "has:link": Notification.action_url.is_not(None),
    f"from:{SYSTEM}": Notification.sender_id.is_(None),
}
_OF_DELIVERIES: dict[str, ColumnElement[bool]] = {
    "is:unread": Delivery.read_at.is_(None),
    "is:read": Delivery.read_at.is_not(None),
    **_OF_BOTH,
}
_OF_RELEASES: dict[str, ColumnElement[bool]] = {
    "is:unread": true(),
    "is:read": false(),
    **_OF_BOTH,
}


def _is_sent_by(username: Any) -> ColumnElement[bool]:
    """Build the condition on the sender. It is never NULL, so that a minus excludes only them."""
    sender = select(User.id).where(User.username == username).scalar_subquery()
    system, nobody = (literal_column(number, Integer) for number in ("0", "-1"))
    return func.coalesce(Notification.sender_id, system) == func.coalesce(sender, nobody)


def _matching(words: Sequence[Any]) -> ColumnElement[bool]:
    """Build one index lookup of all words; one lookup for each would list all its matches."""
    expression = reduce(lambda left, right: left.concat(" AND ").concat(right), words)
    matching = literal_column("notifications_fts").op("MATCH")(expression)
    return Notification.id.in_(select(_FTS.c.rowid).where(matching))


def _contains(value: Any) -> ColumnElement[bool]:
    """Build the match with the folded text; PostgreSQL has an index for it."""
    return Notification.search_text.like(value, escape="\\")
