"""The bodies of requests: forms, and a file only where a page asks for one."""

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, request

_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
_FORMS = {"form-data", "x-www-form-urlencoded"}

View = Callable[..., Any]


def takes_file(view: View) -> View:
    """Let a view take a file; all others answer one with status 415."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def takes_any_body(view: View) -> View:
    """Let a view read the body itself; it must check what it takes from there."""
    view.takes_any_body = True  # type: ignore[attr-defined]
    return view


def register(app: Flask) -> None:
    """Refuse other bodies before anything reads them."""
    app.before_request(_only_forms)


def _only_forms() -> None:
    """Refuse JSON and file parts: forms would take values from them that nobody checks."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.method in _SAFE or getattr(view, "takes_any_body", False):
        return
    if request.mimetype.partition("/")[2] not in _FORMS:
        is_refused = bool(request.get_data())  # raises 413 if it is too large
    else:
        is_refused = bool(request.files) and not getattr(view, "takes_file", False)
    if is_refused:
        abort(415)
