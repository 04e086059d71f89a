"""The view of an inbox: a tab, narrowed by category, topic and search."""

from dataclasses import dataclass, field

from ...core.errors import BadInput
from ...core.text import shorten
from ..content import check_category
from . import search
from .search import Shape, Term

TABS = {
    "inbox": "Inbox",
    "unread": "Unread",
    "snoozed": "Snoozed",
    "dismissed": "Dismissed",
    "muted": "Muted",
}


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

    def arguments(self) -> dict[str, str]:
        """Return the view as query parameters, without those that have their default."""
        arguments = {"tab": self.tab if self.tab != "inbox" else ""}
        arguments |= {"category": self.category, "topic": self.topic, "q": self.q}
        return {name: value for name, value in arguments.items() if value}


def parse_filter(
    tab: str = "inbox", category: str = "", topic: str = "", q: str = ""
) -> InboxFilter:
    """Check the parameters of a view and parse its search.

    Raises:
        BadInput: with the field ``tab``, ``category``, ``topic`` or ``q``.
    """
    if tab not in TABS:
        raise BadInput(f"There is no tab “{shorten(tab, 40)}”.", "tab")
    if category:
        check_category(category)
    if "\0" in topic or len(topic) > search.MAX_SEARCH_LENGTH:
        raise BadInput("There is no such topic.", "topic")
    terms = search.parse(q)
    if topic:
        terms += (Term("topic", topic),)
    if category:
        terms += (Term("category", category),)
    return InboxFilter(tab, category, topic, q, terms)
