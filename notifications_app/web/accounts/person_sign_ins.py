"""Forms of a person's page with which an administrator ends the person's sign-ins."""

from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy import Row

from ...core import clock
from ...core.database import db, reading
from ...core.errors import NotFound
from ...core.logs import record
from ...domain.accounts import queries
from ...domain.administration import sign_ins
from ...domain.administration.wording import signed_out_sentence
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from .forms import EmptyForm, EndForm
from .limits import per_wrong_password
from .person import person_or_404, person_page
from .settings import check_current


@admin
def end_sign_in_of(user_id: int) -> Any:
    """End one sign-in of a person, chosen by its id."""
    with reading() as connection:
        person = person_or_404(connection, user_id)
    form = EmptyForm()
    if form.submit(lambda: _end_one(person)) is None:
        flashes.error(" ".join(map(str, form.form_errors)))
    return _back(user_id)


def _end_one(person: Row[Any]) -> bool:
    sign_in, reader = request.form.get("sign_in", ""), current_reader()
    if sign_in == queries.sign_in_id(queries.token_hash(reader.token)):
        raise NotFound("This is the browser that you are using. Sign out from the menu instead.")
    sign_ins.end_one(person, sign_in, actor_id=reader.id, now=clock.now())
    db.session.commit()
    record("sign-ins ended", username=person.username, by=reader.username, ended=1)
    flashes.success(signed_out_sentence(person.username, 1))
    return True


@rerenders_after_csrf_error
@admin
@per_wrong_password
def end_all_of(user_id: int) -> Any:
    """End every sign-in of a person; of one's own, all but this one."""
    with reading() as connection:
        person = person_or_404(connection, user_id)
    form = EndForm()
    return form.submit(lambda: _end_all(person, form)) or (
        person_page(user_id, EndForm(formdata=None), form),
        INVALID,
    )


def _end_all(person: Row[Any], form: EndForm) -> Any:
    now, reader = clock.now(), current_reader()
    if not reader.is_fresh(now):
        check_current(form.password.data, "password")
    this = queries.token_hash(reader.token)
    ended = sign_ins.end_all(person, actor_id=reader.id, now=now, but=this)
    db.session.commit()
    record("sign-ins ended", username=person.username, by=reader.username, ended=ended)
    flashes.success(signed_out_sentence(person.username, ended))
    return _back(person.id)


def _back(user_id: int) -> Any:
    address = url_for("accounts.person", user_id=user_id, _anchor="signed-in-title")
    return redirect_after_post(address, "/")


def register(blueprint: Blueprint) -> None:
    """Add the forms."""
    rule = "/admin/users/<number:user_id>/sign-ins"
    blueprint.add_url_rule(f"{rule}/end", view_func=end_sign_in_of, methods=["POST"])
    blueprint.add_url_rule(f"{rule}/end-all", view_func=end_all_of, methods=["POST"])
