"""What part of an inbox is looked at: a tab, narrowed by category, topic and search."""

from dataclasses import dataclass, field

from ...core.errors import BadInput
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
    """A tab, and what narrows it. Made by :func:`view`; the default is the whole inbox."""

    tab: str = "inbox"
    category: str = ""
    topic: str = ""
    q: str = ""
    terms: tuple[Term, ...] = field(default=())

    @property
    def shape(self) -> Shape:
        """What of the terms decides on the statement."""
        return search.shape(self.terms)

    @property
    def is_narrowed(self) -> bool:
        """Whether it shows less than its tab."""
        return bool(self.terms)

    def arguments(self) -> dict[str, str]:
        """The view as it stands in an address, what is usual left out."""
        found = {"tab": self.tab if self.tab != "inbox" else ""}
        found |= {"category": self.category, "topic": self.topic, "q": self.q}
        return {name: value for name, value in found.items() if value}


def parse_filter(
    tab: str = "inbox", category: str = "", topic: str = "", q: str = ""
) -> InboxFilter:
    """The view that was asked for.

    Raises:
        BadInput: with the field ``tab``, ``category``, ``topic`` or ``q``.
    """
    if tab not in TABS:
        raise BadInput(f"There is no tab “{tab[:40]}”.", "tab")
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
