"""The address of a view: made, read, and carried along by the page of one notification."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for
from werkzeug.datastructures import MultiDict

from ...core.errors import BadInput
from ...domain.inbox.filters import InboxFilter, parse_filter
from ..cursors import read_cursor
from ..redirects import safe_next

NARROWING = ("category", "topic", "q")


def filter_url(shown_view: InboxFilter, **more: str) -> str:
    """The address of a view."""
    values: dict[str, Any] = {**shown_view.arguments(), **more}
    return url_for("inbox.index", **values)


def notification_url(notification_id: int, came_from: InboxFilter) -> str:
    """The address of one notification, with the view it was opened from."""
    values: dict[str, Any] = came_from.arguments()
    return url_for("inbox.show", notification_id=notification_id, **values)


def filter_from(arguments: Mapping[str, str]) -> InboxFilter:
    """The view that the arguments of an address ask for; BadInput where there is none such."""
    return parse_filter(
        arguments.get("tab", "inbox"), *(arguments.get(name, "") for name in NARROWING)
    )


def filter_or_inbox(arguments: Mapping[str, str]) -> InboxFilter:
    """The view that a notification was opened from; the inbox where its address names none."""
    try:
        return filter_from(arguments)
    except BadInput:
        return InboxFilter()


def list_url(address: str | None) -> str:
    """The address of a list, as a form carries it; the inbox where it is none."""
    inbox = url_for("inbox.index")
    found = safe_next(address, inbox)
    return found if found.partition("?")[0] == inbox else inbox


def arguments_of(address: str | None) -> Mapping[str, str]:
    """The arguments of the address of a list, as a form carries it; none of any other."""
    return MultiDict(parse_qsl(list_url(address).partition("?")[2]))


def list_name(shown_view: InboxFilter) -> str:
    """What a cursor belongs to: positions of one tab mean nothing in another."""
    return shown_view.tab


def cursors(shown_view: InboxFilter, arguments: Mapping[str, str]) -> tuple[Any, Any]:
    """The place that a page begins before, or after; each None where the address names none."""
    before = read_cursor(list_name(shown_view), arguments.get("before"))
    after = None if before else read_cursor(list_name(shown_view), arguments.get("after"))
    return before, after
