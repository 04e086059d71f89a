"""The list of audit entries, for administrators, and its CSV file."""

from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for

from ...core.database import reading
from ...core.errors import BadInput
from ...core.paging import Position
from ...domain.accounts.queries import known_ids
from ...domain.audit import export, queries, wording
from ...domain.audit.queries import Search
from ...domain.broadcasts.audit_entries import titles
from ...domain.broadcasts.queries import on_channels
from ..access import admin
from ..cursors import cursor, read_cursor
from ..forms import INVALID

LIST = "audit"


@admin
def index() -> Any:
    """Show a page of audit entries, newest first."""
    try:
        return _list(_search())
    except BadInput as refusal:
        return _list(queries.Search(kind=queries.CHANGES), refusal=refusal), INVALID


@admin
def as_csv() -> Response:
    """Send the entries that match the search as a CSV file."""
    try:
        parts = export.csv_parts(_search(), titles)
    except BadInput as refusal:
        return Response(f"{refusal}\n", INVALID, mimetype="text/plain")
    response = Response(stream_with_context(parts), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return response


def _search() -> Search:
    asked = request.args
    return queries.parse_search(
        asked.get("q", ""),
        asked.get("actor", ""),
        asked.get("action", ""),
        asked.get("kind", queries.CHANGES),
    )


def _list(search: Search, refusal: BadInput | None = None) -> str:
    before = read_cursor(LIST, request.args.get("before"))
    after = None if before else read_cursor(LIST, request.args.get("after"))
    with reading() as connection:
        page = queries.page(
            connection,
            search,
            before=before.id if before else None,
            after=after.id if after else None,
        )
        ids = {entry.notification or 0 for entry in page.entries}
        people = known_ids(connection, {entry.username for entry in page.entries})
        with_page, named = on_channels(connection, ids), titles(connection, ids)
        actors, actions = queries.actors(connection), queries.actions(connection)
    return render_template(
        "audit/index.html",
        entries=page.entries,
        with_page=with_page,
        titles=named,
        people=people,
        search=search,
        refusal=refusal,
        actors=actors,
        actions=actions,
        csv_url=_url(search, "audit.as_csv"),
        words=wording.detail,
        older_url=page.older and _url(search, before=_cursor(page.older)),
        newer_url=page.newer and _url(search, after=_cursor(page.newer)),
        newest_url=_url(search) if before or page.newer else None,
    )


def _url(search: Search, endpoint: str = "audit.index", **more: str) -> str:
    kind = "" if search.kind == queries.CHANGES else search.kind
    words = {"q": search.words, "actor": search.actor, "action": search.action}
    values = {**words, "kind": kind, **more}
    asked: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for(endpoint, **asked)


def _cursor(entry: queries.Entry) -> str:
    return cursor(LIST, Position(entry.at, entry.id))


def register(blueprint: Blueprint) -> None:
    """Add the page and the file."""
    blueprint.add_url_rule("/admin/audit", view_func=index)
    blueprint.add_url_rule("/admin/audit.csv", view_func=as_csv)
