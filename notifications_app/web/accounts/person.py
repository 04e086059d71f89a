"""The page of one person, for administrators, and one-time links for a new password."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import Connection, Row

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import directory, groups, queries
from ...domain.administration import groups as administration
from ...domain.administration.accounts import make_reset_token
from ...domain.administration.groups import GroupChange
from ...domain.administration.wording import members_sentence
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import absolute_url, redirect_after_post, safe_next
from .forms import EmptyForm, EndForm
from .limits import per_wrong_password
from .settings import check_current, sign_in_cells


@admin
def person(user_id: int) -> Any:
    """Show one person: the account, its groups, and the form that makes a one-time link."""
    return _person_page(user_id, EndForm(formdata=None))


def person_or_404(connection: Connection, user_id: int) -> Row[Any]:
    """Return the account with its groups; answer 404 if there is none."""
    row = directory.one(connection, user_id)
    if row is None:
        abort(404)
    return row


def _person_page(user_id: int, form: EndForm) -> str:
    return person_page(user_id, form, EndForm(formdata=None))


def person_page(user_id: int, form: EndForm, end_form: EndForm) -> str:
    """Render the page with the forms of the one-time link and of the sign-ins."""
    now = clock.now()
    with reading() as connection:
        row = person_or_404(connection, user_id)
        rows = queries.sign_ins(connection, user_id, now)
        names = [group.name for group in connection.execute(groups.list_groups())]
    this = queries.token_hash(current_reader().token)
    joined = {group.name for group in row.groups}
    return render_template(
        "accounts/person.html",
        person=row,
        browsers=len(rows),
        others=len([one for one in rows if one.token_hash != this]),
        sign_ins=[(queries.sign_in_id(one.token_hash), *sign_in_cells(one)) for one in rows],
        end_form=end_form,
        other_groups=[name for name in names if name not in joined],
        form=form,
        ask_password=not current_reader().is_fresh(now),
        back_url=_back(),
        this_url=url_for("accounts.person", user_id=user_id),
    )


def _back() -> str:
    """Return the address of the list that the person was chosen from."""
    return safe_next(request.values.get("next"), url_for("accounts.people"))


@admin
def person_groups(user_id: int) -> Any:
    """Add a person to a group, or remove them from it."""
    with reading() as connection:
        row = person_or_404(connection, user_id)
    name, joined = request.form.get("group", ""), request.form.get("action") != "remove"
    form, people = EmptyForm(), {row.username: row.id}
    change = form.submit(lambda: change_members(name, people, joined=joined))
    if change is None:
        flashes.error(" ".join(map(str, form.form_errors)))
    else:
        flash_members(name, change, joined=joined)
    return redirect_after_post(
        url_for("accounts.person", user_id=user_id, _anchor="groups-title"), "/"
    )


def change_members(group: str, people: Mapping[str, int], *, joined: bool) -> GroupChange:
    """Add people to a group, or remove them."""
    move = administration.add_members if joined else administration.remove_members
    change = move(group, people, actor_id=current_reader().id, now=clock.now())
    db.session.commit()
    if change.moved:
        did, by = "added" if joined else "removed", current_reader().username
        record("group changed", group=group, did=did, people=len(change.moved), by=by)
    return change


def flash_members(group: str, change: GroupChange, *, joined: bool) -> None:
    """Flash the outcome of a change of a group's members."""
    flash = flashes.success if change.moved else flashes.info
    flash(members_sentence(group, change, joined=joined))


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
    record("reset link created", username=user.username, by=current_reader().username)
    return link_page(user, token)


def link_page(user: Any, token: str, sentence: str = "") -> str:
    """Render the page that shows a one-time link; ``sentence`` says what else was done."""
    return render_template(
        "accounts/reset_link.html",
        person=user,
        sentence=sentence,
        link=absolute_url("accounts.reset", token=token),
        back_url=_back(),
        this_url=url_for("accounts.person", user_id=user.id),
    )


def register(blueprint: Blueprint) -> None:
    """Add the page and its form."""
    rule = "/admin/users/<number:user_id>"
    blueprint.add_url_rule(rule, view_func=person)
    blueprint.add_url_rule(f"{rule}/groups", view_func=person_groups, methods=["POST"])
    blueprint.add_url_rule(f"{rule}/reset-link", view_func=reset_link, methods=["POST"])
