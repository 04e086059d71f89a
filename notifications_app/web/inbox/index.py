"""The inbox: a page of its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, g, render_template, request

from ...core import clock
from ...core.database import reading
from ...core.errors import BadInput, BadTime
from ...domain.inbox import queries, snooze_times
from ...domain.inbox.filters import TABS, InboxFilter
from ...domain.inbox.items import Item, by_day, to_item
from ...domain.inbox.queries import Page, Snapshot
from .. import flashes
from ..access import current_reader, signed_in
from ..cursors import cursor
from ..template_context import Badge, capped_count, reader_zone
from .form_fields import snooze_field_value
from .numbers import numbers
from .urls import (
    NARROWING,
    arguments_of,
    cursors,
    filter_from,
    filter_or_inbox,
    filter_url,
    list_name,
)


@dataclass(frozen=True, slots=True)
class RefusedSnooze:
    """A refused snooze of several notifications: the page's address, and the form's values."""

    address: str
    refusal: BadTime
    typed: str
    ids: Sequence[int]
    whole: bool


@signed_in
def index() -> Any:
    """Show a page of a view, newest first."""
    try:
        shown_view = filter_from(request.args)
    except BadInput as refusal:
        if refusal.field not in NARROWING:
            abort(404)
        known = request.args.get("tab") in TABS
        tab = request.args["tab"] if known else "inbox"
        category, topic, q = (request.args.get(name, "") for name in NARROWING)
        return _page(InboxFilter(tab, category, topic, q), Page([], None, None), refusal), 400
    return _page(shown_view)


def render_with_refused_snooze(unsnoozed: RefusedSnooze) -> str:
    """Render the page that held the form again, with the ticked ids and the typed time."""
    return _page(filter_or_inbox(arguments_of(unsnoozed.address)), unsnoozed=unsnoozed)


def _page(
    shown_view: InboxFilter,
    page: Page | None = None,
    refusal: BadInput | None = None,
    unsnoozed: RefusedSnooze | None = None,
) -> str:
    now = clock.now()
    arguments = arguments_of(unsnoozed.address) if unsnoozed else request.args
    before, after = cursors(shown_view, arguments)
    with reading() as connection:
        shown = queries.take_snapshot(connection, current_reader(), now)
        page = page or queries.page(
            connection, current_reader(), now, view=shown_view, before=before, after=after
        )
        counts = {name: queries.count(connection, current_reader(), now, tab=name) for name in TABS}
        found = numbers(connection, shown_view, page, counts, now)
        topics = queries.topics(connection, current_reader(), now)
        mutes = queries.mutes(connection, current_reader().id) if shown_view.tab == "muted" else ()
    g.badge = Badge(counts["unread"])
    if unsnoozed and not _still_there(page, unsnoozed):
        flashes.error(f"{unsnoozed.refusal} Nothing was snoozed.")
    return render_template(
        "inbox/index.html",
        view=shown_view,
        refusal=refusal,
        unsnoozed=unsnoozed,
        this_url=unsnoozed.address if unsnoozed else "",
        tab=shown_view.tab,
        tabs=_tabs(shown_view.tab, counts),
        topics=topics,
        mutes=mutes,
        numbers=found,
        unread_label=capped_count(counts["unread"]),
        shown=_shown_fields(shown),
        days=by_day(items(page, now), reader_zone(), now, tab=shown_view.tab),
        **_paging_urls(shown_view, page, is_first=not before),
        tab_url=(
            filter_url(InboxFilter(shown_view.tab)) if shown_view.is_narrowed or refusal else None
        ),
        inbox_url=filter_url(replace(shown_view, tab="inbox")),
        snooze_choices=snooze_times.choices(reader_zone(), now),
        snooze_typed=snooze_field_value(unsnoozed.typed if unsnoozed else None, now),
        row_query=filter_url(shown_view).partition("?")[2],
    )  # fmt: skip


def _tabs(current: str, counts: Mapping[str, int]) -> list[tuple[str, str, str, str, bool]]:
    """Return (name, words, count, address, whether it is the current one) of each tab."""
    return [
        (name, words, capped_count(counts[name]), filter_url(InboxFilter(name)), name == current)
        for name, words in TABS.items()
    ]


def _paging_urls(shown_view: InboxFilter, page: Page, *, is_first: bool) -> dict[str, str | None]:
    """Return the addresses of the older and the newer page, and of the newest."""
    name, older, newer = list_name(shown_view), page.older, page.newer
    return {
        "older_url": filter_url(shown_view, before=cursor(name, older)) if older else None,
        "newer_url": filter_url(shown_view, after=cursor(name, newer)) if newer else None,
        "newest_url": None if is_first and not newer else filter_url(shown_view),
    }


def _still_there(page: Page, unsnoozed: RefusedSnooze) -> bool:
    """Return whether a row stays ticked: only then does the page show the menu and its field."""
    return any(unsnoozed.whole or row.id in unsnoozed.ids for row in page.rows)


def items(page: Page, now: datetime) -> list[Item]:
    """Return the rows of a page as items for this reader."""
    return [to_item(row, now, current_reader().name) for row in page.rows]


def _shown_fields(shown: Snapshot) -> dict[str, Any]:
    return {
        "moment": clock.iso(shown.moment),
        "top": shown.top,
        "seen": shown.seen,
        "muted": shown.muted,
    }


def register(blueprint: Blueprint) -> None:
    """Add the list."""
    blueprint.add_url_rule("/inbox", view_func=index)
