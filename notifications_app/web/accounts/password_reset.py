"""``/reset/<token>``: choose a new password by a one-time link."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import password_resets, passwords, queries
from ...domain.administration.accounts import use_reset_link
from .. import flashes
from ..access import public
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from .forms import ResetForm
from .limits import per_link


@public
@rerenders_after_csrf_error
@per_link
def reset(token: str) -> Any:
    """Set a new password by a one-time link from an administrator; 410 if it is not valid."""
    user_id = password_resets.user_id_of(token)
    with reading() as connection:
        user = queries.credentials_by_id(connection, user_id) if user_id else None
    if user is None or not password_resets.is_good(signing_keys(), token, user):
        return render_template(
            "accounts/password_reset.html", form=None, username="", gone=True
        ), 410
    form = ResetForm()
    return form.submit(lambda: _reset(user, form.password.data or "")) or (
        render_template(
            "accounts/password_reset.html", form=form, username=user.username, gone=False
        ),
        INVALID if form.is_submitted() else 200,
    )


def _reset(user: Any, password: str) -> Any:
    passwords.check(password, user.username, user.email, user.display_name)
    password_hash = passwords.hash_password(password)
    address = request.remote_addr or ""
    use_reset_link(user, password_hash, address=address, now=clock.now())
    db.session.commit()
    record("password reset", username=user.username, address=request.remote_addr)
    flashes.success("Password changed. Sign in with your new password.")
    return redirect_after_post(url_for("accounts.login"), "/")


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule("/reset/<token>", view_func=reset, methods=["GET", "POST"])
