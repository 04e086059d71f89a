"""The page that makes an account, with a one-time link or a password."""

from typing import Any

from flask import Blueprint, render_template, url_for

from ...core import clock
from ...core.database import db
from ...core.errors import BadInput, ErrorCollector
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import actions, passwords
from ...domain.administration import accounts
from ...domain.administration.wording import created_sentence
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from .forms import ACCESS, NewPersonForm
from .limits import per_wrong_password
from .person import link_page
from .settings import check_current


@rerenders_after_csrf_error
@admin
@per_wrong_password
def new_person() -> Any:
    """Show the form of a new account, or make the account."""
    form = NewPersonForm()
    if not form.is_submitted():
        return _page(form)
    return form.submit(lambda: _make(form)) or (_page(form), INVALID)


def _page(form: NewPersonForm) -> str:
    return render_template(
        "accounts/new_person.html",
        form=form,
        access=ACCESS,
        zones=clock.zone_names(),
        ask_password=not current_reader().is_fresh(clock.now()),
    )


def _make(form: NewPersonForm) -> Any:
    now, reader = clock.now(), current_reader()
    account = _checked(form)
    if not reader.is_fresh(now):
        check_current(form.password.data, "password")
    password, account["password_hash"] = account.pop("password"), None
    if password is not None:
        account["password_hash"] = passwords.hash_password(password)
    user = accounts.create_account(**account, actor_id=reader.id, now=now)
    token = None
    if password is None:
        token = accounts.make_reset_token(user, signing_keys(), actor_id=reader.id, now=now)
    db.session.commit()
    record("account created", username=user.username, admin=user.is_admin, by=reader.username)
    sentence = created_sentence(user.username, user.timezone, is_admin=user.is_admin)
    if token is not None:
        record("reset link created", username=user.username, by=reader.username)
        return link_page(user, token, sentence)
    flashes.success(sentence)
    return redirect_after_post(url_for("accounts.person", user_id=user.id), "/")


def _checked(form: NewPersonForm) -> dict[str, Any]:
    """Return the values of the account, and its password, None for a link.

    Raises:
        BadInput: with every field that is wrong.
    """
    wrong = ErrorCollector()
    typed = {name: form[name].data or "" for name in ("username", "email", "display_name")}
    account: dict[str, Any] = {"is_admin": bool(form.is_admin.data), "password": None}
    with wrong:
        account["username"] = actions.check_username(typed["username"])
    with wrong:
        account["email"] = actions.check_email(typed["email"])
    with wrong:
        account["display_name"] = actions.check_display_name(typed["display_name"])
    with wrong:
        account["timezone"] = clock.zone_name((form.timezone.data or "UTC").strip())
    with wrong:
        if form.access.data not in ACCESS:
            raise BadInput("Choose one of these.", "access")
        if form.access.data == "password":
            account["password"] = _password(form.new.data or "", *typed.values())
    wrong.raise_collected()
    return account


def _password(typed: str, *own: str) -> str:
    if not typed:
        raise BadInput("Enter a password.", "new")
    try:
        return passwords.check(typed, *own)
    except BadInput as error:
        raise BadInput(str(error), "new") from None


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule("/admin/users/new", view_func=new_person, methods=["GET", "POST"])
