"""Pages that ask before an administrator changes an account, and then change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...domain.administration import accounts, second_factor, wording
from ...domain.broadcasts.queries import count_sent_by
from .. import flashes, sessions
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from .forms import EndForm
from .limits import per_wrong_password
from .person import person_or_404
from .settings import check_current


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an account: the question, its button, and the function that makes it."""

    #: The heading; ``{}`` is the person's name.
    question: str
    button: str
    #: The event in the application log.
    event: str
    is_dangerous: bool
    #: Whether there is anything to change.
    applies: Callable[[Row[Any]], bool]
    #: The function of the domain that makes the change.
    act: Callable[..., Any]
    #: The sentence about it, from a username and the result of ``act``; None: nothing to change.
    sentence: Callable[[str, Any], str]


#: The changes, by the last word of their addresses.
CHANGES: Mapping[str, Change] = {
    "grant-admin": Change(
        "Make {} an administrator?", "Make administrator", "admin granted", False,
        lambda person: not person.is_admin, accounts.grant_admin,
        lambda name, done: wording.admin_sentence(name, admin=True, changed=bool(done)),
    ),
    "revoke-admin": Change(
        "Remove the administrator role from {}?", "Remove role", "admin revoked", True,
        lambda person: person.is_admin, accounts.revoke_admin,
        lambda name, done: wording.admin_sentence(name, admin=False, changed=bool(done)),
    ),
    "activate": Change(
        "Activate {}?", "Activate", "activated", False,
        lambda person: not person.is_active, partial(accounts.set_active, active=True),
        lambda name, ended: wording.active_sentence(name, ended, active=True),
    ),
    "deactivate": Change(
        "Deactivate {}?", "Deactivate", "deactivated", True,
        lambda person: person.is_active, partial(accounts.set_active, active=False),
        lambda name, ended: wording.active_sentence(name, ended, active=False),
    ),
    "reset-2fa": Change(
        "Reset the second factor of {}?", "Reset second factor", "second factor reset", True,
        lambda person: person.has_second_factor, second_factor.reset,
        wording.second_factor_reset_sentence,
    ),
    "delete": Change(
        "Delete {}?", "Delete account", "account deleted", True,
        lambda _person: True, accounts.delete_account,
        lambda name, _done: wording.deleted_sentence(name),
    ),
}  # fmt: skip


@rerenders_after_csrf_error
@admin
@per_wrong_password
def change_person(user_id: int, change: str) -> Any:
    """Ask whether to change an account; on POST, change it."""
    with reading() as connection:
        person = person_or_404(connection, user_id)
    asked = CHANGES[change]
    if not asked.applies(person):
        flashes.info(asked.sentence(person.username, None))
        return _to_person(user_id)
    if change == "reset-2fa" and person.id == current_reader().id:
        flashes.info("Your own second factor is in your settings.")
        return redirect_after_post(url_for("accounts.second_factor"), "/")
    form = EndForm()
    if request.method != "POST" or _needs_password():
        return _page(person, change, EndForm(formdata=None))
    return form.submit(lambda: _change(person, asked, form)) or (
        _page(person, change, form),
        INVALID,
    )


def _needs_password() -> bool:
    """Return whether the password must be asked for, and the form had no field for it."""
    return not current_reader().is_fresh(clock.now()) and "password" not in request.form


def _page(person: Row[Any], change: str, form: EndForm) -> str:
    with reading() as connection:
        sent = count_sent_by(connection, person.id) if change == "delete" else 0
    return render_template(
        "accounts/person_change.html",
        person=person,
        change=change,
        asked=CHANGES[change],
        sent=sent,
        is_own=person.id == current_reader().id,
        form=form,
        ask_password=not current_reader().is_fresh(clock.now()),
    )


def _change(person: Row[Any], asked: Change, form: EndForm) -> Any:
    now, reader = clock.now(), current_reader()
    if not reader.is_fresh(now):
        check_current(form.password.data, "password")
    done = asked.act(person, actor_id=reader.id, now=now)
    db.session.commit()
    record(asked.event, username=person.username, by=reader.username)
    sentence = asked.sentence(person.username, done)
    if person.id == reader.id and asked.is_dangerous:
        return _after_own(asked, sentence)
    flashes.success(sentence)
    if asked is CHANGES["delete"]:
        return redirect_after_post(url_for("accounts.people"), "/")
    return _to_person(person.id)


def _after_own(asked: Change, sentence: str) -> Response:
    """Lead away from these pages after administrators took their own right to see them."""
    if asked is not CHANGES["revoke-admin"]:
        sessions.renew()
    flashes.success(sentence)
    return redirect_after_post(url_for("web.start"), "/")


def _to_person(user_id: int) -> Response:
    return redirect_after_post(url_for("accounts.person", user_id=user_id), "/")


def register(blueprint: Blueprint) -> None:
    """Add the pages."""
    words = ", ".join(f"'{change}'" for change in CHANGES)
    blueprint.add_url_rule(
        f"/admin/users/<number:user_id>/<any({words}):change>",
        view_func=change_person,
        methods=["GET", "POST"],
    )
