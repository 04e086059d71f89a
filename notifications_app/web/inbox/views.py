"""The pages of the inbox: the list, and one notification."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, g, render_template, request, session
from sqlalchemy import Connection

from ...core import clock, paging
from ...core.database import reading
from ...core.errors import BadInput, BadTime
from ...domain.inbox import queries, snooze_times
from ...domain.inbox.filters import TABS, View
from ...domain.inbox.history import history
from ...domain.inbox.items import Item, by_day, item
from ...domain.inbox.queries import Page, Shown
from .. import flashes
from ..access import me, signed_in
from ..cursors import cursor
from ..template_context import Badge, label, markdown, named, zone
from .urls import NARROWING, arguments_of, asked, carried, cursors, list_of, one_url, url


@dataclass(frozen=True, slots=True)
class Unsnoozed:
    """A snooze of several that was refused: on which page, and what was ticked and typed."""

    address: str
    refusal: BadTime
    typed: str
    ids: Sequence[int]
    whole: bool


@signed_in
def index() -> Any:
    """A page of a view, newest first."""
    try:
        shown_view = asked(request.args)
    except BadInput as refusal:
        if refusal.field not in NARROWING:
            abort(404)
        known = request.args.get("tab") in TABS
        tab = request.args["tab"] if known else "inbox"
        category, topic, q = (request.args.get(name, "") for name in NARROWING)
        return _page(View(tab, category, topic, q), Page([], None, None), refusal), 400
    return _page(shown_view)


def page_again(unsnoozed: Unsnoozed) -> str:
    """The page that the form was on, with what was ticked and typed."""
    return _page(carried(arguments_of(unsnoozed.address)), unsnoozed=unsnoozed)


def _page(
    shown_view: View,
    page: Page | None = None,
    refusal: BadInput | None = None,
    unsnoozed: Unsnoozed | None = None,
) -> str:
    now = clock.now()
    arguments = arguments_of(unsnoozed.address) if unsnoozed else request.args
    before, after = cursors(shown_view, arguments)
    with reading() as connection:
        shown = queries.shown(connection, me(), now)
        page = page or queries.page(
            connection, me(), now, view=shown_view, before=before, after=after
        )
        counts = {name: queries.count(connection, me(), now, tab=name) for name in TABS}
        topics = queries.topics(connection, me(), now)
        mutes = queries.mutes(connection, me().id) if shown_view.tab == "muted" else ()
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
        tabs=[(name, words, label(counts[name]), url(View(name)), name == shown_view.tab)
              for name, words in TABS.items()],
        topics=topics,
        mutes=mutes,
        total_label=label(counts["inbox"]),
        unread_label=label(counts["unread"]),
        shown=_shown_fields(shown),
        days=by_day(items(page, now), zone(), now, tab=shown_view.tab),
        older_url=page.older and url(shown_view, before=cursor(list_of(shown_view), page.older)),
        newer_url=page.newer and url(shown_view, after=cursor(list_of(shown_view), page.newer)),
        newest_url=url(shown_view) if before or page.newer else None,
        tab_url=url(View(shown_view.tab)) if shown_view.is_narrowed or refusal else None,
        inbox_url=url(replace(shown_view, tab="inbox")),
        snooze_choices=snooze_times.choices(zone(), now),
        snooze_typed=_typed(unsnoozed.typed if unsnoozed else None, now),
        row_query=url(shown_view).partition("?")[2],
    )  # fmt: skip


def _still_there(page: Page, unsnoozed: Unsnoozed) -> bool:
    """Whether something stays ticked: only then are there the menu and its field."""
    return any(unsnoozed.whole or row.id in unsnoozed.ids for row in page.rows)


def _typed(refused: str | None, now: datetime) -> str:
    """What the field for a time begins with: what was refused, else a time that will do."""
    if refused is not None:
        return refused
    return snooze_times.suggestion(session.get("snooze", ""), zone(), now)


def items(page: Page, now: datetime) -> list[Item]:
    """The rows of a page as this reader has them."""
    return [item(row, now, me().name) for row in page.rows]


def _shown_fields(shown: Shown) -> dict[str, Any]:
    return {
        "moment": clock.iso(shown.moment),
        "top": shown.top,
        "seen": shown.seen,
        "muted": shown.muted,
    }


@signed_in
def show(number: int) -> Any:
    """One notification; looking changes nothing (a script on the page posts that it was read)."""
    return one_page(number, carried(request.args))


def one_page(
    number: int, came_from: View, *, refusal: BadInput | None = None, typed: str | None = None
) -> str:
    """The page of one notification, with what is wrong with a time that was typed for it."""
    now = clock.now()
    with reading() as connection:
        row = queries.one(connection, me(), number, now)
        if row is None:
            abort(404)
        events = history(connection, me().id, row, zone(), now)
        newer, older = _neighbours(connection, row, now)
        muted = row.topic in queries.mutes(connection, me().id)
    n = item(row, now, me().name)
    back = View(n.home) if came_from == View() else came_from
    return render_template(
        "inbox/show.html",
        n=n,
        html=named(markdown(n.body)) if n.body else "",
        history=events,
        is_muted=muted,
        this_url=one_url(row.id, came_from),
        refusal=refusal,
        snooze_choices=snooze_times.choices(zone(), now),
        snooze_typed=_typed(typed, now),
        back_url=url(back),
        back_words="Search" if back.is_narrowed else TABS[back.tab],
        newer_url=newer and one_url(newer, came_from),
        older_url=older and one_url(older, came_from),
    )


def _neighbours(connection: Connection, row: Any, now: Any) -> tuple[int | None, int | None]:
    """The ids of the notifications next to this one in the inbox."""
    here = paging.Position(row.arrives_at, row.id)
    newer = queries.rows(connection, me(), now, beyond=here, newer=True, most=1)
    older = queries.rows(connection, me(), now, beyond=here, most=1)
    return _first_id(newer), _first_id(older)


def _first_id(rows: Sequence[Any]) -> int | None:
    return rows[0].id if rows else None


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule("/inbox", view_func=index)
    blueprint.add_url_rule("/inbox/<number:number>", view_func=show)
