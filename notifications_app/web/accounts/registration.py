"""``/register``: create an account, if registration is open."""

from typing import Any

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask_login import current_user

from ...core import clock
from ...core.database import db
from ...core.errors import ErrorCollector, Refused
from ...core.logs import record
from ...core.text import name_key
from ...domain.accounts import actions, passwords
from ...domain.inbox import add_reader
from .. import flashes
from ..access import public
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from . import authentication
from .forms import RegisterForm
from .known_browser import remember_browser
from .limits import per_new_account


@public
@rerenders_after_csrf_error
@per_new_account
def register_account() -> Any:
    """Create an account and sign in; 404 unless registration is open."""
    if not current_app.config["REGISTRATION_OPEN"]:
        abort(404)
    if current_user.is_authenticated:
        return redirect_after_post(None, url_for("inbox.index"))
    form = RegisterForm()
    return form.submit(lambda: _register(form)) or (
        render_template("accounts/registration.html", form=form),
        INVALID if form.is_submitted() else 200,
    )


def _register(form: RegisterForm) -> Any:
    username, password = form.username.data or "", form.password.data or ""
    errors = ErrorCollector()
    with errors:
        actions.check_username(username)
    with errors:
        actions.check_display_name(form.display_name.data or "")
    with errors:
        passwords.check(password, username, form.display_name.data)
    errors.raise_collected()
    password_hash = passwords.hash_password(password)
    add_reader.add_reader(
        username,
        password_hash=password_hash,
        display_name=form.display_name.data or "",
        now=clock.now(),
    )
    db.session.commit()
    record("registered", username=name_key(username), address=request.remote_addr)
    user = authentication.authenticate(username, password)
    if user is None or not authentication.start_session(user, password, keep=False):
        raise Refused("Your account has been created. Sign in to continue.")
    authentication.offer_zone(form.zone.data)
    flashes.success("Your account has been created, and you’re signed in.")
    response = redirect_after_post(None, url_for("inbox.index"))
    remember_browser(response, user.username)
    return response


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule(
        "/register", view_func=register_account, endpoint="register", methods=["GET", "POST"]
    )
