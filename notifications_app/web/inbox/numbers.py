"""The exact numbers of a page of the list: what the heading and "all" are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ...core.paging import Position
from ...domain.inbox import queries, statements
from ...domain.inbox.filters import InboxFilter
from ...domain.inbox.queries import Page
from ..access import current_reader


def exact(count: int) -> str:
    """Format a count: exact up to 9,999."""
    return f"{count:,}" if count < statements.EXACT_CAP else f"{statements.EXACT_CAP - 1:,}+"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a page, formatted."""

    total: str
    unread: str
    #: Everything in the view: what "all" would change.
    matching: str
    #: The position of the page, as "26–50 of 375"; empty if it is the whole view.
    place: str


def numbers(
    connection: Connection,
    shown_view: InboxFilter,
    page: Page,
    tab_counts: Mapping[str, int],
    now: datetime,
) -> Numbers:
    """Count exactly where the counts of the tabs do not suffice."""

    def count(view: InboxFilter, above: Position | None = None) -> int:
        known = tab_counts.get(view.tab, statements.COUNT_CAP)
        if not view.is_narrowed and above is None and known < statements.COUNT_CAP:
            return known
        return queries.count_exactly(connection, current_reader(), now, view=view, above=above)

    matching, place = len(page.rows), ""
    if page.rows and (page.newer or page.older):
        first = page.rows[0]
        above = Position(first.position, first.id)
        skipped = count(shown_view, above) if page.newer else 0
        matching = count(shown_view)
        place = f"{skipped + 1:,}–{skipped + len(page.rows):,} of {exact(matching)}"
    totals = {name: tab_counts[name] for name in ("inbox", "unread")}
    if shown_view.tab == "inbox":
        totals = {name: count(InboxFilter(name)) for name in totals}
    return Numbers(exact(totals["inbox"]), exact(totals["unread"]), exact(matching), place)
