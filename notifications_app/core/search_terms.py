"""The number of terms in a search: each costs about as much as a search of its own."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from .errors import BadInput

T = TypeVar("T")
TERMS_MAX = 12


def distinct_terms(terms: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Return the terms of a search, each once; ``key`` says which of them are alike.

    Raises:
        BadInput: with the field ``q``, if there are over 12 different ones.
    """
    found: dict[Hashable, T] = {}
    for term in terms:
        found.setdefault(key(term), term)
    if len(found) > TERMS_MAX:
        raise BadInput(
            f"A search has at most {TERMS_MAX} different words; this one has {len(found)}.", "q"
        )
    return tuple(found.values())
