"""The list of people, for administrators, with a search."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import Row

from ...core.database import reading
from ...core.errors import BadInput
from ...core.paging import Position
from ...domain.accounts import directory
from ..access import admin
from ..cursors import cursor, read_cursor
from ..forms import INVALID

LIST = "people"
#: The tabs and their labels.
TABS = {
    "everyone": "Everyone",
    "admins": "Administrators",
    "no-password": "No password",
    "inactive": "Inactive",
}


@admin
def people_page() -> Any:
    """Show a page of people, ordered by username."""
    kind = request.args.get("show", "everyone")
    if kind not in TABS:
        abort(404)
    typed = request.args.get("q", "")
    try:
        return _list(kind, directory.check_words(typed))
    except BadInput as refusal:
        return _list(kind, "", typed=typed, refusal=refusal), INVALID


def _list(kind: str, words: str, **refused: Any) -> str:
    after = read_cursor(LIST, request.args.get("after"))
    before = None if after else read_cursor(LIST, request.args.get("before"))
    with reading() as connection:
        counts = directory.counts(connection, words)
        page = directory.page(
            connection,
            kind,
            words,
            after=after.id if after else None,
            before=before.id if before else None,
        )
    tabs = [(name, TABS[name], f"{counts[name]:,}", _url(name, words)) for name in TABS]
    return render_template(
        "accounts/people.html",
        people=page.rows,
        kind=kind,
        tabs=tabs,
        words=words,
        everyone_url=_url("everyone", words),
        clear_url=_url(kind, ""),
        first_url=_url(kind, words) if after or page.previous else None,
        previous_url=page.previous and _url(kind, words, before=_cursor(page.previous)),
        next_url=page.next and _url(kind, words, after=_cursor(page.next)),
        **refused,
    )


def _url(kind: str, words: str, **more: str) -> str:
    values = {"show": "" if kind == "everyone" else kind, "q": words, **more}
    asked: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for("accounts.people", **asked)


def _cursor(row: Row[Any]) -> str:
    return cursor(LIST, Position(row.created_at, row.id))


def register(blueprint: Blueprint) -> None:
    """Add the list."""
    blueprint.add_url_rule("/admin/users", endpoint="people", view_func=people_page)
