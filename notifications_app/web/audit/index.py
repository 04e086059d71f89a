"""The list of audit entries, for administrators."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core.database import reading
from ...core.paging import Position
from ...domain.audit import queries, wording
from ...domain.broadcasts.queries import on_channels
from ..access import admin
from ..cursors import cursor, read_cursor

LIST = "audit"


@admin
def index() -> Any:
    """Show a page of audit entries, newest first."""
    before = read_cursor(LIST, request.args.get("before"))
    after = None if before else read_cursor(LIST, request.args.get("after"))
    with reading() as connection:
        page = queries.page(
            connection, before=before.id if before else None, after=after.id if after else None
        )
        with_page = on_channels(connection, [entry.notification or 0 for entry in page.entries])
    return render_template(
        "audit/index.html",
        entries=page.entries,
        with_page=with_page,
        words=wording.detail,
        older_url=page.older and url_for("audit.index", before=_cursor(page.older)),
        newer_url=page.newer and url_for("audit.index", after=_cursor(page.newer)),
        newest_url=url_for("audit.index") if before or page.newer else None,
    )


def _cursor(entry: queries.Entry) -> str:
    return cursor(LIST, Position(entry.at, entry.id))


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule("/admin/audit", view_func=index)
