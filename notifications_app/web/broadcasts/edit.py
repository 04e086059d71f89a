"""Editing what was sent: for everyone at once, and if wanted unread again for who had it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...domain.broadcasts import audit_entries, editing
from ...domain.broadcasts.queries import Broadcast
from ...domain.broadcasts.stats import has_come
from ...domain.broadcasts.wording import edited
from .. import flashes
from ..access import admin, me
from ..error_pages import keeps_typed
from ..forms import NOT_SENT, Form
from ..redirects import go
from ..template_context import zone
from . import form_parsing
from .forms import END, EditForm
from .views import found

_MEANWHILE = (
    "Somebody edited it while this page was open. Nothing was changed."
    " Save again to put this in place of theirs."
)


@keeps_typed
@admin
def edit(number: int) -> Any:
    """Show how a broadcast reads, or change it."""
    with reading() as connection:
        cast = found(connection, number)
    if cast.recalled_at is not None:
        flashes.info(f"Notification {number} was recalled. Nobody would see a change.")
        return go(url_for("broadcasts.one", number=number), "/")
    form = EditForm(data=_values(cast))
    if request.method == "GET":
        return _page(form, cast)
    do, done = request.form.get("do"), list[Any]()
    act = _preview if do == "preview" else _save
    if not form.tries(lambda: done.append(act(form, cast))):
        return _page(form, cast), NOT_SENT
    return done[0]


def _page(form: Form, cast: Broadcast, **more: Any) -> str:
    return render_template("broadcasts/edit.html", form=form, cast=cast, end=END, **more)


def _values(cast: Broadcast) -> dict[str, Any]:
    """What the fields hold to begin with."""
    words = ("title", "body", "category", "topic", "action_url", "action_label", "is_banner")
    end = form_parsing.typed(cast.expires_at, zone()) if cast.expires_at else ""
    return {
        **{name: getattr(cast, name) for name in words},
        "end": "at" if end else "never",
        "expires_at": end,
        "seen": _seen(cast.edited_at),
    }


def _seen(edited_at: datetime | None) -> str:
    return clock.iso(edited_at) if edited_at else ""


def _preview(form: Form, cast: Broadcast) -> str:
    wanted = form_parsing.edited(form, zone(), clock.now(), cast.expires_at)
    return _page(form, cast, content=wanted.content)


def _save(form: Form, cast: Broadcast) -> Any:
    now, number, again = clock.now(), cast.id, request.form.get("do") == "again"
    wanted = form_parsing.edited(form, zone(), now, cast.expires_at)
    with reading() as connection:  # who has had nothing is not made to read it again
        had = again and has_come(connection, number, now)
    notification, _before = editing.current(number)
    if (form["seen"].data or "") != _seen(notification.edited_at):
        form["seen"].data = _seen(notification.edited_at)
        raise Refused(_MEANWHILE)
    changed = editing.edit(number, wanted, now, notify_again=had)
    if changed or had:
        audit_entries.edited(number, changed, again=had, actor_id=me().id, now=now)
    db.session.commit()
    if changed or had:
        record("edited", notification=number, changed=changed, again=had, by=me().username)
    say = flashes.success if changed or had else flashes.info
    say(edited(number, changed, again=again, had=had))
    return go(url_for("broadcasts.one", number=number), "/")


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule(
        "/admin/broadcasts/<number:number>/edit", view_func=edit, methods=["GET", "POST"]
    )
