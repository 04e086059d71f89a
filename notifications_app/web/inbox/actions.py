"""``POST /inbox/<id>/<action>``: one action on one notification."""

from typing import Any

from flask import Blueprint, abort, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadTime
from ...core.placeholders import fill
from ...domain.inbox import actions, queries
from ..access import current_reader, signed_in
from ..error_pages import rerenders_after_csrf_error_if
from ..redirects import redirect_after_post
from .form_fields import has_typed_time, refuse_unsent, snooze_until
from .index import render_with_refused_snooze
from .outcomes import MESSAGES, flash_outcome
from .show import render_notification
from .urls import arguments_of, filter_or_inbox


@rerenders_after_csrf_error_if(has_typed_time)
@signed_in
def act(notification_id: int, verb: str) -> Any:
    """Apply one action to one notification; repeating it changes nothing."""
    now = clock.now()
    with reading() as connection:
        row = queries.one(connection, current_reader(), notification_id, now)
    if row is None:
        abort(404)
    in_list = f"until-{notification_id}" in request.form
    field = f"until-{notification_id}" if in_list else "until"
    choice = request.form.get("choice", "")
    try:
        refuse_unsent()
        until = snooze_until(choice, now, field) if verb == "snooze" else None
    except BadTime as refusal:
        if in_list:
            return render_with_refused_snooze(refusal, notification_id), 400
        came_from = filter_or_inbox(arguments_of(request.form.get("next")))
        typed = request.form.get("until", "")
        return render_notification(notification_id, came_from, refusal=refusal, typed=typed), 400
    outcome = actions.act(current_reader().id, verb, [notification_id], now, until=until)
    db.session.commit()
    if request.form.get("quiet"):
        return "", 204
    flash_outcome(verb, f"“{fill(row.title, current_reader().name)}”", outcome, until)
    return redirect_after_post(request.form.get("next"), url_for("inbox.index"))


def register(blueprint: Blueprint) -> None:
    """Add the form of each action."""
    verbs = ", ".join(MESSAGES)
    rule = f"/inbox/<number:notification_id>/<any({verbs}):verb>"
    blueprint.add_url_rule(rule, view_func=act, methods=["POST"])
