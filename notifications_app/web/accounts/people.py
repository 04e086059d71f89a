"""The pages of people, for administrators: the list, one person, a link to a new password."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import Row

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput, Refused
from ...core.logs import record
from ...core.paging import Position
from ...core.signing import signing_keys
from ...domain.accounts import directory, password_resets, queries
from ...domain.audit import actions as audit
from ..access import admin, current_reader
from ..cursors import cursor, read_cursor
from ..error_pages import rerenders_after_csrf_error
from ..extensions import limiter
from ..forms import INVALID
from ..redirects import safe_next
from .forms import EndForm
from .settings import check_current, reader_key

LIST = "people"
#: The tabs, and what each is called.
TABS = {
    "everyone": "Everyone",
    "admins": "Admins",
    "no-password": "No password",
    "inactive": "Inactive",
}


@admin
def people_page() -> Any:
    """A page of people, by name."""
    kind = request.args.get("show", "everyone")
    if kind not in TABS:
        abort(404)
    typed = request.args.get("q", "")
    try:
        return _list(kind, directory.check_words(typed))
    except BadInput as refusal:
        return _list(kind, "", typed=typed, refusal=refusal), INVALID


def _list(kind: str, words: str, **refused: Any) -> str:
    after = read_cursor(LIST, request.args.get("after"))
    before = None if after else read_cursor(LIST, request.args.get("before"))
    with reading() as connection:
        counts = directory.counts(connection, words)
        page = directory.page(
            connection,
            kind,
            words,
            after=after.id if after else None,
            before=before.id if before else None,
        )
    tabs = [(name, TABS[name], f"{counts[name]:,}", _url(name, words)) for name in TABS]
    return render_template(
        "accounts/people.html",
        people=page.rows,
        kind=kind,
        tabs=tabs,
        words=words,
        everyone_url=_url("everyone", words),
        clear_url=_url(kind, ""),
        first_url=_url(kind, words) if after or page.previous else None,
        previous_url=page.previous and _url(kind, words, before=_cursor(page.previous)),
        next_url=page.next and _url(kind, words, after=_cursor(page.next)),
        **refused,
    )


def _url(kind: str, words: str, **more: str) -> str:
    values = {"show": "" if kind == "everyone" else kind, "q": words, **more}
    asked: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for("accounts.people", **asked)


def _cursor(row: Row[Any]) -> str:
    return cursor(LIST, Position(row.created_at, row.id))


@admin
def person(user_id: int) -> Any:
    """One person: what the list says of them, their groups, and where to make a link."""
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
    """The list as it was when somebody was picked out of it."""
    return safe_next(request.values.get("next"), url_for("accounts.people"))


def _asks_no_password() -> bool:
    return current_reader().is_fresh(clock.now()) or "password" not in request.form


# Only what is refused is counted: after an import, one makes many links.
per_wrong_password = limiter.limit(
    "10 per 15 minutes",
    key_func=reader_key,
    methods=["POST"],
    exempt_when=_asks_no_password,
    deduct_when=lambda response: response.status_code == INVALID,
)


@rerenders_after_csrf_error
@admin
@per_wrong_password
def reset_link(user_id: int) -> Any:
    """A one-time link to a new password, shown on this answer and nowhere else."""
    with reading() as connection:
        user = queries.credentials_by_id(connection, user_id)
    if user is None:
        abort(404)
    form = EndForm()
    if not current_reader().is_fresh(clock.now()) and "password" not in request.form:
        return _person_page(user_id, EndForm(formdata=None))  # from the list, which has no field
    if not form.submit(lambda: _note_link(user, form)):
        return _person_page(user_id, form), INVALID
    token = password_resets.token(signing_keys(), user.id, user.password_hash)
    return render_template(
        "accounts/link.html",
        person=user,
        link=url_for("accounts.reset", token=token, _external=True),
        back_url=_back(),
        this_url=url_for("accounts.person", user_id=user_id),
    )


def _note_link(user: Row[Any], form: EndForm) -> None:
    now = clock.now()
    if not current_reader().is_fresh(now):
        check_current(form.password.data, "password")
    if not user.is_active:
        raise Refused(f"“{user.username}” is inactive. Activate the account first.")
    audit.add_entry(
        "user.reset-link-made", f"user {user.username}", actor_id=current_reader().id, now=now
    )
    db.session.commit()
    record("reset link made", username=user.username, by=current_reader().username)


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule("/admin/users", view_func=people_page)
    blueprint.add_url_rule("/admin/users/<number:user_id>", view_func=person)
    blueprint.add_url_rule(
        "/admin/users/<number:user_id>/reset-link", view_func=reset_link, methods=["POST"]
    )
