"""The inbox as data: the list, and the unread count."""

from typing import Any

from flask import jsonify, request, url_for

from .. import clock
from ..extensions import reading
from ..pages import badge, label
from ..web import cursor, me, signed_in
from . import queries
from .addresses import asked, cursors, list_of
from .view import TABS, View
from .views import blueprint, items


@blueprint.get("/inbox.json")
@signed_in
def data() -> Any:
    """The same as data; the keys are in README."""
    now = clock.now()
    shown_view = asked(request.args)
    before, after = cursors(shown_view, request.args)
    with reading() as connection:
        page = queries.page(connection, me(), now, view=shown_view, before=before, after=after)
        counts = {name: queries.count(connection, me(), now, tab=name) for name in TABS}
    return jsonify(
        tab=shown_view.tab,
        counts={name: label(count) for name, count in counts.items()},
        notifications=[one.as_data() for one in items(page, now)],
        older=page.older and _data_url(shown_view, before=cursor(list_of(shown_view), page.older)),
        newer=page.newer and _data_url(shown_view, after=cursor(list_of(shown_view), page.newer)),
    )


def _data_url(shown_view: View, **more: str) -> str:
    values: dict[str, Any] = {**shown_view.arguments(), **more}
    return url_for("inbox.data", **values)


@blueprint.get("/inbox/badge", endpoint="badge")
@signed_in
def badge_json() -> Any:
    """The unread count, for a page that is open already."""
    found = badge()
    response = jsonify(unread=found.count, label=found.label)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)
