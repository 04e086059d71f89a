"""The view of an inbox: a tab, narrowed by category, topic and search."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...core.errors import BadInput
from ...core.text import shorten
from ..content import check_category
from . import search
from .conditions import ALL_TABS
from .search import Shape, Term

TABS = {
    "inbox": "Inbox",
    "unread": "Unread",
    "snoozed": "Snoozed",
    "dismissed": "Dismissed",
    "muted": "Muted",
}
#: The words for every value of ``tab``: the search can be in all tabs.
TAB_WORDS = {**TABS, ALL_TABS: "All tabs"}


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """A tab and its narrowing, as made by :func:`parse_filter`; by default the whole inbox."""

    tab: str = "inbox"
    category: str = ""
    topic: str = ""
    q: str = ""
    terms: tuple[Term, ...] = field(default=())

    @property
    def shape(self) -> Shape:
        """The shape of the search terms, which selects the statement."""
        return search.shape(self.terms)

    @property
    def is_narrowed(self) -> bool:
        """Whether the view shows less than its whole tab."""
        return bool(self.terms)

    @property
    def parts(self) -> list["Part"]:
        """The parts that narrow the view, each with the view without it."""
        return [Part(term.words, self._without(index)) for index, term in enumerate(self.terms)]

    def without(self, indexes: Iterable[int]) -> "InboxFilter":
        """Return the view without some of its parts, given by their place in :attr:`parts`."""
        left = self
        for index in sorted(indexes, reverse=True):
            left = left._without(index)
        return left

    def _without(self, index: int) -> "InboxFilter":
        left = self.terms[:index] + self.terms[index + 1 :]
        term = self.terms[index]
        if not term.typed:
            return replace(self, terms=left, **{term.kind: ""})
        return replace(self, terms=left, q=" ".join(one.typed for one in left if one.typed))

    def arguments(self) -> dict[str, str]:
        """Return the view as query parameters, without those that have their default."""
        arguments = {"tab": self.tab if self.tab != "inbox" else ""}
        arguments |= {"category": self.category, "topic": self.topic, "q": self.q}
        return {name: value for name, value in arguments.items() if value}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a filter: its words, and the view without it."""

    words: str
    rest: InboxFilter


def parse_filter(
    tab: str = "inbox", category: str = "", topic: str = "", q: str = "", *, zone: str = "UTC"
) -> InboxFilter:
    """Check the parameters of a view and parse its search; ``zone`` is where its days are.

    Raises:
        BadInput: with the field ``tab``, ``category``, ``topic`` or ``q``.
    """
    if tab not in TAB_WORDS:
        raise BadInput(f"There is no tab “{shorten(tab, 40)}”.", "tab")
    if category:
        check_category(category)
    if "\0" in topic or len(topic) > search.MAX_SEARCH_LENGTH:
        raise BadInput("There is no such topic.", "topic")
    terms = search.parse(q, zone)
    if topic:
        terms += (Term("topic", topic),)
    if category:
        terms += (Term("category", category),)
    return InboxFilter(tab, category, topic, q, terms)
