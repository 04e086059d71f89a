"""The filters of a list as its page shows them: chips, and the reason for an empty result."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from ...domain.inbox import queries
from ...domain.inbox.conditions import ALL_TABS
from ...domain.inbox.filters import TAB_WORDS, InboxFilter
from ..access import current_reader
from .numbers import exact
from .urls import filter_url


@dataclass(frozen=True, slots=True)
class Narrowing:
    """An active filter, and the address of the list without it."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Wider:
    """A wider view that has results: its sentence and its address."""

    sentence: str
    url: str


def chips(shown_view: InboxFilter) -> list[Narrowing]:
    """Return what narrows a view, each with the address that leaves it out."""
    found = [Narrowing(part.words, filter_url(part.rest)) for part in shown_view.parts]
    if shown_view.tab == ALL_TABS:
        here = filter_url(replace(shown_view, tab="inbox"))
        found.append(Narrowing(TAB_WORDS[ALL_TABS], here))
    return found


def wider_views(connection: Connection, shown_view: InboxFilter, now: datetime) -> Sequence[Wider]:
    """Return the views that an empty one could be widened to, if they have any results.

    The first leaves out the one part that excludes the most, or as many as it takes; the second is
    the search in all tabs.
    """

    def count(view: InboxFilter) -> int:
        return queries.count_exactly(connection, current_reader(), now, view=view)

    found = []
    parts = shown_view.parts if len(shown_view.parts) > 1 else []
    counts = [count(part.rest) for part in parts]
    if any(counts):
        best = parts[counts.index(max(counts))]
        sentence = f"Without {best.words}: {_results(max(counts))}."
        found.append(Wider(sentence, filter_url(best.rest)))
    elif len(parts) > 1:
        found += _without_several(shown_view, count)
    if shown_view.tab != ALL_TABS:
        everywhere = replace(shown_view, tab=ALL_TABS)
        if number := count(everywhere):
            found.append(Wider(f"In all tabs: {_results(number)}.", filter_url(everywhere)))
    return found


def _results(number: int) -> str:
    return "1 result" if number == 1 else f"{exact(number)} results"


def _without_several(
    shown_view: InboxFilter, count: Callable[[InboxFilter], int]
) -> Iterator[Wider]:
    """Yield the view without every part that, after those before it, leaves nothing."""
    parts = shown_view.parts
    dropped: list[int] = []
    number = 0
    for index in range(len(parts)):
        tried = count(shown_view.without([*dropped, *range(index + 1, len(parts))]))
        if tried:
            number = tried
        else:
            dropped.append(index)
    if number:
        *others, last = (shown_view.parts[index].words for index in dropped)
        sentence = f"Without {', '.join(others)} and {last}: {_results(number)}."
        yield Wider(sentence, filter_url(shown_view.without(dropped)))
