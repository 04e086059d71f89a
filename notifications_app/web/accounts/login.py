"""Sign in and sign out."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, make_response, render_template, request, session, url_for
from flask_login import current_user

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...domain.accounts import queries
from ...domain.administration import sign_ins
from .. import flashes, kept_input, sessions
from ..access import current_reader, public
from ..error_pages import asks_for_json, rerenders_after_csrf_error, retry_after, too_many_attempts
from ..forms import INVALID
from ..redirects import current_address, page_before, redirect_after_post, safe_next
from . import authentication
from .forms import LoginForm
from .known_browser import remember_browser
from .limits import per_account, per_address, per_browser, per_pair

WRONG = "Wrong username or password."


#: The loss at the end of a session, by the query parameter ``lost`` of the sign-in page.
LOST = {
    "click": "Nothing was changed. Sign in, then try again.",
    "form": "Your changes were not saved. Sign in to continue.",
    "": "Sign in to continue.",
}
KEPT = "Sign in to continue; your text is kept."


def ask_to_sign_in() -> Any:
    """Redirect to the sign-in page, and back afterwards; answer 401 to requests by scripts.

    A posted form with typed text is not redirected: the sign-in page itself carries the text.
    """
    if request.path.endswith((".json", "/badge")):
        return {"error": "Sign in first."}, 401
    if request.method != "POST":
        back = current_address() if request.method == "GET" else None
        return redirect_after_post(url_for("accounts.login", next=back), url_for("accounts.login"))
    back = page_before(url_for("inbox.index"))
    # A script follows redirects, and shows no other answer.
    packed = None if "HX-Request" in request.headers else kept_input.pack()
    if packed is not None:
        page, _status = _login_page(LoginForm(formdata=None, next=back, kept=packed), KEPT)
        return page, 401
    lost = "form" if kept_input.has_input() else "click"
    target = url_for("accounts.login", next=back, lost=lost)
    return redirect_after_post(target, url_for("accounts.login"))


@public
@rerenders_after_csrf_error
@per_address
@per_account
@per_pair
@per_browser
def login() -> Any:
    """Show the sign-in page, or sign in and return to the page that was asked for."""
    form = LoginForm(next=request.args.get("next"))
    if current_user.is_authenticated:
        return _already_signed_in(form)
    if form.validate_on_submit():
        user = authentication.authenticate(form.username.data or "", form.password.data or "")
        if user and authentication.start_session(
            user, form.password.data or "", keep=form.keep.data
        ):
            authentication.offer_zone(form.zone.data)
            _greet()
            response = make_response(_continue(form))
            remember_browser(response, user.username)
            return response
        form.form_errors.append(WRONG)
    return _login_page(form, KEPT if form.kept.data else LOST.get(request.args.get("lost", ""), ""))


def _already_signed_in(form: LoginForm) -> Any:
    """Continue as the reader who is signed in, whatever was typed; say so if it was another."""
    typed = (form.username.data or "").strip().lower()
    if form.is_submitted() and typed and typed != current_reader().username:
        flashes.info(
            f"You’re already signed in as {current_reader().username}."
            " Sign out first to use another account."
        )
    return _continue(form)


def _continue(form: LoginForm) -> Any:
    """Return to the page that was asked for, or to the form that was posted without a session."""
    kept = kept_input.unpack(form.kept.data, current_reader().id)
    inbox = url_for("inbox.index")
    if kept is None:
        if form.kept.data:
            flashes.info("The text typed before the sign-in belongs to another account.")
        return redirect_after_post(None if form.kept.data else form.next.data, inbox)
    return render_template(
        "accounts/kept_input.html", address=safe_next(kept.address, inbox), fields=kept.fields
    )


def tries_too_often(_error: Exception) -> Any:
    """Show the sign-in page again with the typed username; elsewhere, the answer of status 429."""
    if request.endpoint != "accounts.login" or asks_for_json():
        return too_many_attempts()
    wait, words = retry_after()
    form = LoginForm()
    form.form_errors.append(f"Too many attempts. Try again in {words}.")
    page, _status = _login_page(form)
    return page, 429, {"Retry-After": str(wait)}


def _login_page(form: LoginForm, advice: str = "") -> Any:
    has_lost = bool(form.kept.data or "lost" in request.args)
    reason = authentication.sign_out_reason(was_sent_here=has_lost or bool(form.next.data))
    if has_lost and not reason:
        reason = "Your session has ended."
    with reading() as connection:
        page = render_template(
            "accounts/login.html",
            form=form,
            reason=f"{reason} {advice}" if reason and not form.form_errors else "",
            no_accounts=queries.is_empty(connection),
            contact=current_app.config["CONTACT"],
        )
    return page, INVALID if form.is_submitted() else 200


def _greet() -> None:
    last = session.get(sessions.LAST_VISIT)
    if last is None:
        flashes.success("You’re signed in.")
        return
    moment = datetime.fromisoformat(last)
    words = clock.full(moment, current_user.timezone)
    flashes.success(f"You’re signed in. Your last visit was on {words}.")


@public
def logout() -> Any:
    """Sign out: end the sign-in on the server, so that a copied cookie is useless."""
    if current_user.is_authenticated:
        reader = current_reader()
        token_hash = queries.token_hash(reader.token)
        sign_ins.sign_out(reader.id, reader.username, token_hash, now=clock.now())
        db.session.commit()
        record("signed out", username=current_reader().username)
    sessions.renew()
    session[sessions.SIGNED_OUT] = True
    flashes.info("You’re signed out. Your notifications are kept.")
    response = redirect_after_post(url_for("accounts.login"), "/")
    # Not cookies: the theme belongs to the browser, and the session is emptied already.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def register(blueprint: Blueprint) -> None:
    """Add the pages, and the answer to too many attempts to sign in."""
    blueprint.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    blueprint.add_url_rule("/logout", view_func=logout, methods=["POST"])
    blueprint.register_error_handler(429, tries_too_often)
