"""Access rules for views, and the reader of the current request."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import abort, request
from flask_login import current_user

from ..core.logs import record
from ..domain.accounts.queries import Reader
from .extensions import login_manager

View = Callable[..., Any]


def public(view: View) -> View:
    """Allow everybody."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Allow only people who are signed in; redirect others to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        return view(*args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def admin(view: View) -> View:
    """Allow only administrators; for other readers the page does not exist (404).

    People who are not signed in are redirected to the sign-in page and back.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        if not current_reader().is_admin:
            record_refusal()
            abort(404)
        return view(*args, **kwargs)

    guarded.access = "admin"  # type: ignore[attr-defined]
    return guarded


def record_refusal() -> None:
    """Log that somebody asked for a page that is not for them."""
    name = current_reader().username if current_user.is_authenticated else None
    record("access refused", path=request.path, username=name, address=request.remote_addr)


def current_reader() -> Reader:
    """Return the signed-in reader of this request."""
    return cast("Reader", current_user)
