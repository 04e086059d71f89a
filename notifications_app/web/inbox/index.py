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
from ...domain.inbox.conditions import ALL_TABS
from ...domain.inbox.filters import TAB_WORDS, TABS, InboxFilter
from ...domain.inbox.items import Item, by_day, to_item
from ...domain.inbox.queries import Page, Snapshot
from ...domain.inbox.search import unknown_operator
from .. import flashes
from ..access import current_reader, signed_in
from ..cursors import cursor
from ..template_context import Badge, capped_count, reader_zone
from .form_fields import ids_field, snooze_field_value
from .narrowing import chips, wider_views
from .numbers import numbers
from .urls import (
    NARROWING,
    arguments_of,
    cursors,
    filter_from,
    filter_or_inbox,
    filter_url,
    list_name,
    list_url,
)


@dataclass(frozen=True, slots=True)
class RefusedSnooze:
    """A refused snooze in the list: the page's address, and the form's values."""

    address: str
    refusal: BadTime
    typed: str
    ids: Sequence[int]
    whole: bool
    #: The row whose menu was used; None for the bar of the selected.
    row: int | None = None


@signed_in
def index() -> Any:
    """Show a page of a view, newest first."""
    try:
        shown_view = filter_from(request.args)
    except BadInput as refusal:
        if refusal.field not in NARROWING:
            abort(404)
        known = request.args.get("tab") in TAB_WORDS
        tab = request.args["tab"] if known else "inbox"
        category, topic, q = (request.args.get(name, "") for name in NARROWING)
        return _page(InboxFilter(tab, category, topic, q), Page([], None, None), refusal), 400
    return _page(shown_view)


def render_with_refused_snooze(refusal: BadTime, row: int | None = None) -> str:
    """Render the page that held the form again, with the ticked ids and the typed time."""
    form = request.form
    typed = form.get("until" if row is None else f"until-{row}", "")
    address, whole = list_url(form.get("next")), form.get("scope") == "all"
    unsnoozed = RefusedSnooze(address, refusal, typed, ids_field(), whole, row)
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
        mutes = shown.muted.split(",") if shown.muted else []
        counts = queries.tab_counts(connection, current_reader(), now, has_mutes=bool(mutes))
        found = numbers(connection, shown_view, page, counts, now)
        topics = queries.topics(connection, current_reader(), now, mutes)
        is_empty = not (page.rows or refusal or before or after) and shown_view.is_narrowed
        wider = wider_views(connection, shown_view, now) if is_empty else ()
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
        tabs=_tabs(shown_view if not refusal else InboxFilter(shown_view.tab), counts),
        wider=wider,
        topics=topics,
        mutes=mutes,
        numbers=found,
        unread_label=capped_count(counts["unread"]),
        shown=_shown_fields(shown),
        days=by_day(items(page, now), reader_zone(), now, tab=shown_view.tab),
        **_paging_urls(shown_view, page, is_first=not before),
        **_narrowing(shown_view, is_refused=refusal is not None),
        snooze_choices=snooze_times.choices(reader_zone(), now),
        snooze_typed=snooze_field_value(None, now),
        row_query=filter_url(shown_view).partition("?")[2],
    )  # fmt: skip


def _narrowing(shown_view: InboxFilter, *, is_refused: bool) -> dict[str, Any]:
    """Return what the page shows of the filters; of refused ones only the way out."""
    cleared = InboxFilter("inbox" if shown_view.tab == ALL_TABS else shown_view.tab)
    return {
        "chips": () if is_refused else chips(shown_view),
        "note": "" if is_refused else unknown_operator(shown_view.terms),
        "tab_url": filter_url(cleared),
        "all_tabs_url": filter_url(replace(shown_view, tab=ALL_TABS)),
    }


def _tabs(
    shown_view: InboxFilter, counts: Mapping[str, int]
) -> list[tuple[str, str, str, str, bool]]:
    """Return (name, words, count, address, whether it is the current one) of each tab.

    Another tab is searched for the same: its address keeps the filters.
    """
    return [
        (
            name,
            words,
            capped_count(counts[name]),
            filter_url(replace(shown_view, tab=name)),
            name == shown_view.tab,
        )
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
    """Return whether the page still shows the menu with the refused time."""
    if unsnoozed.row is not None:
        return any(row.id == unsnoozed.row for row in page.rows)
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
