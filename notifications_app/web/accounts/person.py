"""The page of one person, for administrators, and one-time links for a new password."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import Row

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import directory, queries
from ...domain.administration.accounts import make_reset_token
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import absolute_url, safe_next
from .forms import EndForm
from .limits import per_wrong_password
from .settings import check_current


@admin
def person(user_id: int) -> Any:
    """Show one person: the account, its groups, and the form that makes a one-time link."""
    return _person_page(user_id, EndForm(formdata=None))


def _person_page(user_id: int, form: EndForm) -> str:
    now = clock.now()
    with reading() as connection:
        row = directory.one(connection, user_id)
        browsers = len(queries.sign_ins(connection, user_id, now))
    if row is None:
        abort(404)
    return render_template(
        "accounts/person.html",
        person=row,
        browsers=browsers,
        form=form,
        ask_password=not current_reader().is_fresh(now),
        back_url=_back(),
        this_url=url_for("accounts.person", user_id=user_id),
    )


def _back() -> str:
    """Return the address of the list that the person was chosen from."""
    return safe_next(request.values.get("next"), url_for("accounts.people"))


@rerenders_after_csrf_error
@admin
@per_wrong_password
def reset_link(user_id: int) -> Any:
    """Make a one-time link for a new password; only this answer shows it."""
    with reading() as connection:
        user = queries.credentials_by_id(connection, user_id)
    if user is None:
        abort(404)
    form = EndForm()
    if not current_reader().is_fresh(clock.now()) and "password" not in request.form:
        return _person_page(user_id, EndForm(formdata=None))  # the list has no field
    return form.submit(lambda: _make_link(user, form)) or (_person_page(user_id, form), INVALID)


def _make_link(user: Row[Any], form: EndForm) -> str:
    now = clock.now()
    if not current_reader().is_fresh(now):
        check_current(form.password.data, "password")
    token = make_reset_token(user, signing_keys(), actor_id=current_reader().id, now=now)
    db.session.commit()
    record("reset link made", username=user.username, by=current_reader().username)
    return render_template(
        "accounts/reset_link.html",
        person=user,
        link=absolute_url("accounts.reset", token=token),
        back_url=_back(),
        this_url=url_for("accounts.person", user_id=user.id),
    )


def register(blueprint: Blueprint) -> None:
    """Add the page and its form."""
    rule = "/admin/users/<number:user_id>"
    blueprint.add_url_rule(rule, view_func=person)
    blueprint.add_url_rule(f"{rule}/reset-link", view_func=reset_link, methods=["POST"])
