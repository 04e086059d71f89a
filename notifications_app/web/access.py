"""Access rules for views, and the reader of the current request."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import abort, current_app, request, url_for
from flask_login import current_user

from ..core.logs import record
from ..domain.accounts.queries import Reader
from .extensions import login_manager
from .redirects import current_address, redirect_after_post

View = Callable[..., Any]


def public(view: View) -> View:
    """Allow everybody."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Allow only people who are signed in; redirect others to the sign-in page and back.

    People who must set up a second factor first are redirected to that.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return _refusal() or view(*args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def signed_in_without_factor(view: View) -> View:
    """Allow people who are signed in, even if they must set up a second factor first."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if current_user.is_authenticated else _unauthorized()

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def admin(view: View) -> View:
    """Allow only administrators; for other readers the page does not exist (404).

    People who are not signed in, or must set up a second factor first, are redirected as by
    :func:`signed_in`.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        refusal = _refusal()
        if refusal is not None:
            return refusal
        if not current_reader().is_admin:
            record_refusal()
            abort(404)
        return view(*args, **kwargs)

    guarded.access = "admin"  # type: ignore[attr-defined]
    return guarded


def _refusal() -> Any:
    """Return the answer to somebody who may not see any page yet; None for all others."""
    if not current_user.is_authenticated:
        return _unauthorized()
    return _lead_to_set_up() if must_set_up() else None


def _unauthorized() -> Any:
    return login_manager.unauthorized()


def is_factor_required(reader: Reader) -> bool:
    """Return whether ``REQUIRE_2FA`` asks this reader for a second factor."""
    required = current_app.config["REQUIRE_2FA"]
    return bool(required == "everyone" or (required == "admins" and reader.is_admin))


def must_set_up() -> bool:
    """Return whether the signed-in reader must set up a second factor before anything else."""
    reader = current_reader()
    return not reader.has_second_factor and is_factor_required(reader)


def _lead_to_set_up() -> Any:
    if request.path.endswith((".json", "/badge")):
        return {"error": "Set up your second factor first."}, 403
    back = current_address() if request.method == "GET" else None
    return redirect_after_post(url_for("accounts.second_factor", next=back), "/")


def record_refusal() -> None:
    """Log that somebody asked for a page that is not for them."""
    name = current_reader().username if current_user.is_authenticated else None
    record("access refused", path=request.path, username=name, address=request.remote_addr)


def current_reader() -> Reader:
    """Return the signed-in reader of this request."""
    return cast("Reader", current_user)
