"""Sign in and sign out."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...domain.accounts import actions, queries
from .. import flashes, sessions
from ..access import current_reader, public
from ..error_pages import asks_for_json, rerenders_after_csrf_error, retry_after, too_many_attempts
from ..forms import INVALID
from ..redirects import current_address, redirect_after_post
from . import authentication
from .forms import LoginForm
from .known_browser import remember_browser
from .limits import per_account, per_address, per_browser, per_pair

WRONG = "Username or password is wrong."


def ask_to_sign_in() -> Response | tuple[dict[str, str], int]:
    """Redirect to the sign-in page, and back afterwards; answer 401 to requests by scripts."""
    if request.path.endswith((".json", "/badge")):
        return {"error": "Sign in first."}, 401
    back = current_address() if request.method == "GET" else None
    return redirect_after_post(url_for("accounts.login", next=back), url_for("accounts.login"))


@public
@rerenders_after_csrf_error
@per_address
@per_account
@per_pair
@per_browser
def login() -> Any:
    """Show the sign-in page, or sign in and return to the page that was asked for."""
    inbox = url_for("inbox.index")
    if current_user.is_authenticated:
        return redirect_after_post(request.args.get("next"), inbox)
    form = LoginForm(next=request.args.get("next"))
    if form.validate_on_submit():
        user = authentication.authenticate(form.username.data or "", form.password.data or "")
        if user and authentication.start_session(
            user, form.password.data or "", keep=form.keep.data
        ):
            authentication.offer_zone(form.zone.data)
            _greet()
            response = redirect_after_post(form.next.data, inbox)
            remember_browser(response, user.username)
            return response
        form.form_errors.append(WRONG)
    return _login_page(form)


def tries_too_often(_error: Exception) -> Any:
    """Show the sign-in page again with the typed username; elsewhere, the answer of status 429."""
    if request.endpoint != "accounts.login" or asks_for_json():
        return too_many_attempts()
    wait, words = retry_after()
    form = LoginForm()
    form.form_errors.append(f"Too many tries. Nothing was checked; try again in {words}.")
    page, _status = _login_page(form)
    return page, 429, {"Retry-After": str(wait)}


def _login_page(form: LoginForm) -> Any:
    with reading() as connection:
        page = render_template(
            "accounts/login.html",
            form=form,
            no_accounts=queries.is_empty(connection),
            contact=current_app.config["CONTACT"],
        )
    return page, INVALID if form.is_submitted() else 200


def _greet() -> None:
    last = session.get(sessions.LAST_VISIT)
    if last is None:
        flashes.success("You are signed in.")
        return
    moment = datetime.fromisoformat(last)
    words = clock.full(moment, current_user.timezone)
    flashes.success(f"You are signed in. You were last here on {words}.")


@public
def logout() -> Any:
    """Sign out: end the sign-in on the server, so that a copied cookie is useless."""
    if current_user.is_authenticated:
        actions.end(current_reader().id, queries.token_hash(current_reader().token))
        db.session.commit()
        record("signed out", username=current_reader().username)
    sessions.renew()
    flashes.info("You are signed out. Your notifications are kept.")
    response = redirect_after_post(url_for("accounts.login"), "/")
    # Not cookies: the theme belongs to the browser, and the session is emptied already.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def register(blueprint: Blueprint) -> None:
    """Add the pages, and the answer to too many attempts to sign in."""
    blueprint.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    blueprint.add_url_rule("/logout", view_func=logout, methods=["POST"])
    blueprint.register_error_handler(429, tries_too_often)
