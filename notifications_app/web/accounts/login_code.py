"""``/login/code``: the second step of a sign-in, for accounts with a second factor."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_login import current_user
from sqlalchemy import Row

from ...core import clock
from ...core.errors import Refused, WrongCode
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import second_factor
from ...domain.administration import second_factor as administration
from .. import flashes
from ..access import public
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from . import authentication, pending_sign_in
from .after_sign_in import continue_to, welcome
from .forms import CodeForm, LoginForm
from .limits import per_account, per_address, per_browser, per_code, per_pair
from .sign_in_pages import code_page, login_page

TOO_LATE = "The code was entered too late, or the account has changed. Sign in again."


@public
@rerenders_after_csrf_error
@per_address
@per_account
@per_pair
@per_browser
@per_code
def login_code() -> Any:
    """Ask for the code; if it is right, sign in and return to the page that was asked for."""
    form = CodeForm(next=request.args.get("next"))
    if current_user.is_authenticated:
        return continue_to(form)
    pending = pending_sign_in.user_and_keep()
    if pending is None:
        return _begin_again(form)
    user, keep = pending
    answer = form.submit(lambda: _sign_in(user, form, keep=keep))
    return answer or (code_page(form), INVALID if form.is_submitted() else 200)


def _begin_again(form: CodeForm) -> Any:
    """Lead back to the first step; what was asked for or typed before is not forgotten."""
    pending_sign_in.forget()
    if form.kept.data:
        first = LoginForm(formdata=None, next=form.next.data, kept=form.kept.data)
        first.form_errors.append(TOO_LATE)
        return login_page(first)
    if form.is_submitted():
        flashes.info(TOO_LATE)
    return redirect_after_post(url_for("accounts.login", next=form.next.data or None), "/")


def _sign_in(user: Row[Any], form: CodeForm, *, keep: bool) -> Any:
    now = clock.now()
    typed, field = form.recovery.data or form.code.data or "", "code"
    try:
        if form.recovery.data:
            field = "recovery"
        elif not typed.strip():
            raise WrongCode("Enter the code that your app shows.")
        proof = second_factor.check_code(signing_keys(), user, typed, now)
        is_begun = authentication.start_session(
            user,
            None,
            keep=keep,
            prove=lambda: administration.use_at_sign_in(user, proof, now=now),
        )
    except Refused as refusal:
        record("code refused", username=user.username, address=request.remote_addr)
        refusal.field = field
        raise
    if not is_begun:
        return _begin_again(form)
    if proof.is_recovery:
        record("recovery code used", username=user.username, address=request.remote_addr)
        flashes.warning(
            "You used a recovery code, and it doesn’t work again. Your settings show how many"
            " are left."
        )
    return welcome(form)


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule("/login/code", view_func=login_code, methods=["GET", "POST"])
