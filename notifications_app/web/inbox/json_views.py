"""The inbox as data: the list, and the unread count."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for

from ...core import clock
from ...core.database import reading
from ...domain.inbox import queries
from ...domain.inbox.filters import InboxFilter
from ...domain.inbox.items import Item
from ..access import current_reader, signed_in
from ..cursors import cursor
from ..template_context import badge, capped_count, within_site
from .index import items
from .urls import cursors, filter_from, list_name


@signed_in
def data() -> Any:
    """Return a page of a view as JSON; docs/using.md lists the keys."""
    now = clock.now()
    shown_view = filter_from(request.args)
    before, after = cursors(shown_view, request.args)
    with reading() as connection:
        page = queries.page(
            connection, current_reader(), now, view=shown_view, before=before, after=after
        )
        mutes = queries.mutes(connection, current_reader().id)
        counts = queries.tab_counts(connection, current_reader(), now, has_mutes=bool(mutes))
    return jsonify(
        tab=shown_view.tab,
        counts={name: capped_count(count) for name, count in counts.items()},
        notifications=[_as_data(one) for one in items(page, now)],
        older=page.older
        and _data_url(shown_view, before=cursor(list_name(shown_view), page.older)),
        newer=page.newer and _data_url(shown_view, after=cursor(list_name(shown_view), page.newer)),
    )


def _as_data(item: Item) -> dict[str, Any]:
    values = item.as_data()
    return {**values, "action_url": within_site(values["action_url"] or "") or None}


def _data_url(shown_view: InboxFilter, **more: str) -> str:
    values: dict[str, Any] = {**shown_view.arguments(), **more}
    return url_for("inbox.data", **values)


@signed_in
def badge_json() -> Any:
    """Return the unread count as JSON, for pages that are open already."""
    found = badge()
    response = jsonify(unread=found.count, label=found.label)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def register(blueprint: Blueprint) -> None:
    """Add the list and the count as JSON."""
    blueprint.add_url_rule("/inbox.json", view_func=data)
    blueprint.add_url_rule("/inbox/badge", endpoint="badge", view_func=badge_json)
