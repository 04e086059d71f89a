"""Addresses of the inbox's views and of single notifications: build and read them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for
from werkzeug.datastructures import MultiDict

from ...core.errors import BadInput
from ...domain.inbox.filters import InboxFilter, parse_filter
from ..cursors import read_cursor
from ..redirects import safe_next
from ..template_context import reader_zone

NARROWING = ("category", "topic", "q")


def filter_url(shown_view: InboxFilter, **more: str) -> str:
    """Return the address of a view."""
    values: dict[str, Any] = {**shown_view.arguments(), **more}
    return url_for("inbox.index", **values)


def notification_url(notification_id: int, came_from: InboxFilter) -> str:
    """Return the address of one notification, with the view it was opened from."""
    values: dict[str, Any] = came_from.arguments()
    return url_for("inbox.show", notification_id=notification_id, **values)


def filter_from(arguments: Mapping[str, str]) -> InboxFilter:
    """Return the view of an address's arguments; raise BadInput if it is not valid."""
    values = (arguments.get(name, "") for name in NARROWING)
    return parse_filter(arguments.get("tab", "inbox"), *values, zone=reader_zone())


def filter_or_inbox(arguments: Mapping[str, str]) -> InboxFilter:
    """Return the view of an address's arguments; the inbox if it is not valid."""
    try:
        return filter_from(arguments)
    except BadInput:
        return InboxFilter()


def list_url(address: str | None) -> str:
    """Return the address of a list from a form field; the inbox for any other address."""
    inbox = url_for("inbox.index")
    found = safe_next(address, inbox)
    return found if found.partition("?")[0] == inbox else inbox


def arguments_of(address: str | None) -> Mapping[str, str]:
    """Return the arguments of a list's address from a form field; none for any other address."""
    return MultiDict(parse_qsl(list_url(address).partition("?")[2]))


def list_name(shown_view: InboxFilter) -> str:
    """Return the name of the list that a cursor is signed for: its tab."""
    return shown_view.tab


def cursors(shown_view: InboxFilter, arguments: Mapping[str, str]) -> tuple[Any, Any]:
    """Return the positions that a page lies before and after; at most one is not None."""
    before = read_cursor(list_name(shown_view), arguments.get("before"))
    after = None if before else read_cursor(list_name(shown_view), arguments.get("after"))
    return before, after
