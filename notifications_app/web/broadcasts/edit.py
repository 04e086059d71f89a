"""Edit a broadcast for everyone at once; if wanted, make it unread for those who received it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...domain.broadcasts import editing
from ...domain.broadcasts.editing import Edit
from ...domain.broadcasts.queries import Broadcast
from ...domain.broadcasts.wording import edit_sentence
from ...domain.content import Content
from ...domain.inbox.models import Notification
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID, Form
from ..redirects import redirect_after_post
from ..template_context import reader_zone
from . import form_parsing
from .forms import END, EditForm
from .show import get_broadcast_or_404

_MEANWHILE = (
    "Someone else edited this broadcast while this page was open. Nothing was changed."
    " Save again to replace their changes with yours."
)


@rerenders_after_csrf_error
@admin
def edit(notification_id: int) -> Any:
    """Show the form with a broadcast's fields, preview a change, or save it."""
    with reading() as connection:
        broadcast = get_broadcast_or_404(connection, notification_id, clock.now())
    if broadcast.recalled_at is not None:
        flashes.info(f"Broadcast #{notification_id} was recalled, so it can’t be edited.")
        return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")
    form = EditForm(data=_values(broadcast))
    if request.method == "GET":
        return _page(form, broadcast)
    act = _preview if request.form.get("do") == "preview" else _save
    return form.submit(lambda: act(form, broadcast)) or (_page(form, broadcast), INVALID)


def _page(form: Form, broadcast: Broadcast, **more: Any) -> str:
    return render_template("broadcasts/edit.html", form=form, broadcast=broadcast, end=END, **more)


def _values(broadcast: Broadcast) -> dict[str, Any]:
    """Return the initial values of the fields."""
    end = (
        form_parsing.field_value(broadcast.expires_at, reader_zone())
        if broadcast.expires_at
        else ""
    )
    return {
        **asdict(Content.of(broadcast)),
        "is_banner": broadcast.is_banner,
        "end": "at" if end else "never",
        "expires_at": end,
        "seen": _seen(broadcast.edited_at),
    }


def _seen(edited_at: datetime | None) -> str:
    return clock.iso(edited_at) if edited_at else ""


def _preview(form: Form, broadcast: Broadcast) -> str:
    wanted = form_parsing.parse_edit_form(form, reader_zone(), clock.now(), broadcast.expires_at)
    return _page(form, broadcast, content=wanted.content)


def _save(form: Form, broadcast: Broadcast) -> Any:
    now, notification_id, again = clock.now(), broadcast.id, request.form.get("do") == "again"
    wanted = form_parsing.parse_edit_form(form, reader_zone(), now, broadcast.expires_at)

    def revise(notification: Notification, _before: Edit) -> Edit:
        if (form["seen"].data or "") != _seen(notification.edited_at):
            form["seen"].data = _seen(notification.edited_at)
            raise Refused(_MEANWHILE)
        return wanted

    result = editing.edit(
        notification_id, revise, now, notify_again=again, actor_id=current_reader().id
    )
    db.session.commit()
    if result:
        record(
            "edited",
            notification=notification_id,
            changed=result.changed,
            again=result.again,
            by=current_reader().username,
        )
    flash = flashes.success if result else flashes.info
    flash(edit_sentence(notification_id, result.changed, again=again, had=result.again))
    return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    rule = "/admin/broadcasts/<number:notification_id>/edit"
    blueprint.add_url_rule(rule, view_func=edit, methods=["GET", "POST"])
