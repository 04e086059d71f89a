"""Who may ask for a page, and who asks."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import abort
from flask_login import current_user

from ..domain.accounts.queries import Reader
from .extensions import login_manager

View = Callable[..., Any]


def public(view: View) -> View:
    """Anybody may ask."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Only somebody signed in may ask; others are sent to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        return view(*args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def admin(view: View) -> View:
    """Only an administrator may ask; to others who are signed in there is no such page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        if not current_reader().is_admin:
            abort(404)
        return view(*args, **kwargs)

    guarded.access = "admin"  # type: ignore[attr-defined]
    return guarded


def current_reader() -> Reader:
    """The signed-in reader of this request."""
    return cast("Reader", current_user)
