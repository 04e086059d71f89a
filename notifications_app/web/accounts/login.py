"""The pages of accounts: in, out, a new account, a new password by a one-time link."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response

from ...core import clock
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import actions, password_resets, passwords, queries
from ...domain.inbox import readers
from .. import flashes, sessions
from ..access import current_reader, public
from ..error_pages import asks_for_json, rerenders_after_csrf_error, retry_after, too_many_attempts
from ..extensions import limiter
from ..forms import INVALID
from ..redirects import redirect_after_post
from . import authentication
from .forms import LoginForm, RegisterForm, ResetForm

WRONG = "Username or password is wrong."


def _account() -> str:
    return f"account:{request.form.get('username', '').strip().lower()[:80]}"


per_account = limiter.limit("10 per 15 minutes", key_func=_account, methods=["POST"])
per_address = limiter.limit("100 per 15 minutes", key_func=get_remote_address, methods=["POST"])


def ask_to_sign_in() -> Response | tuple[dict[str, str], int]:
    """Send somebody signed out to the sign-in page, and back afterwards; scripts get 401."""
    if request.path.endswith((".json", "/badge")):
        return {"error": "Sign in first."}, 401
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect_after_post(url_for("accounts.login", next=back), url_for("accounts.login"))


@public
@rerenders_after_csrf_error
@per_address
@per_account
def login() -> Any:
    """Sign in."""
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
            return redirect_after_post(form.next.data, inbox)
        form.form_errors.append(WRONG)
    return _login_page(form)


def tries_too_often(_error: Exception) -> Any:
    """The sign-in page again, with the name that was typed; elsewhere the page of the error."""
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
            admins=queries.admin_names(connection),
        )
    return page, INVALID if form.is_submitted() else 200


def _greet() -> None:
    last = session.get("last_visit")
    if last is None:
        flashes.success("You are signed in.")
        return
    moment = datetime.fromisoformat(last)
    words = clock.full(moment, current_user.timezone)
    flashes.success(f"You are signed in. You were last here on {words}.")


@public
def logout() -> Any:
    """Sign out: the sign-in ends on the server, so that a copied cookie is worth nothing."""
    if current_user.is_authenticated:
        actions.end(current_reader().id, queries.token_hash(current_reader().token))
        db.session.commit()
        record("signed out", username=current_reader().username)
    sessions.renew()
    flashes.info("You are signed out. Your notifications are kept.")
    return redirect_after_post(url_for("accounts.login"), "/")


@public
@rerenders_after_csrf_error
@per_address
def sign_up() -> Any:
    """A new account, where registration is open."""
    if not current_app.config["REGISTRATION_OPEN"]:
        abort(404)
    if current_user.is_authenticated:
        return redirect_after_post(None, url_for("inbox.index"))
    form = RegisterForm()
    if form.submit(lambda: _register(form)):
        flashes.success("Your account is made, and you are signed in.")
        return redirect_after_post(None, url_for("inbox.index"))
    return render_template("accounts/register.html", form=form), (
        INVALID if form.is_submitted() else 200
    )


def _register(form: RegisterForm) -> None:
    username, password = form.username.data or "", form.password.data or ""
    passwords.check(password, username, form.email.data, form.display_name.data)
    password_hash = passwords.hash_password(password)
    readers.add_reader(
        username,
        password_hash=password_hash,
        email=form.email.data,
        display_name=form.display_name.data or "",
        now=clock.now(),
    )
    db.session.commit()
    record("registered", username=username.strip().lower(), address=request.remote_addr)
    user = authentication.authenticate(username, password)
    if user is None or not authentication.start_session(user, password, keep=False):
        raise Refused("The account is made. Sign in with it.")
    authentication.offer_zone(form.zone.data)


@public
@rerenders_after_csrf_error
@per_address
def reset(token: str) -> Any:
    """A new password by a one-time link from an administrator."""
    user_id = password_resets.user_id_of(token)
    with reading() as connection:
        user = queries.credentials_by_id(connection, user_id) if user_id else None
    if user is None or not password_resets.is_good(signing_keys(), token, user):
        return render_template("accounts/reset.html", form=None, username="", gone=True), 410
    form = ResetForm()
    if form.submit(lambda: _reset(user, form.password.data or "")):
        record("password reset", username=user.username, address=request.remote_addr)
        flashes.success("Your password is set. Sign in with it.")
        return redirect_after_post(url_for("accounts.login"), "/")
    page = render_template("accounts/reset.html", form=form, username=user.username, gone=False)
    return page, INVALID if form.is_submitted() else 200


def _reset(user: Any, password: str) -> None:
    passwords.check(password, user.username, user.email, user.display_name)
    password_hash = passwords.hash_password(password)
    password_resets.reset_password(user, password_hash)
    db.session.commit()


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    blueprint.register_error_handler(429, tries_too_often)
    blueprint.add_url_rule("/logout", view_func=logout, methods=["POST"])
    blueprint.add_url_rule(
        "/register", endpoint="register", view_func=sign_up, methods=["GET", "POST"]
    )
    blueprint.add_url_rule("/reset/<token>", view_func=reset, methods=["GET", "POST"])
