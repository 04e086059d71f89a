"""``POST /inbox/bulk``: one action on the selected notifications, or on all of a page's view."""

from typing import Any

from flask import Blueprint, abort, request, url_for

from ...core import clock
from ...core.database import db
from ...core.errors import BadInput, BadTime
from ...domain.inbox import actions
from ...domain.inbox.filters import InboxFilter
from .. import flashes
from ..access import current_reader, signed_in
from ..error_pages import rerenders_after_csrf_error_if
from ..redirects import redirect_after_post
from .form_fields import (
    has_typed_time,
    ids_field,
    refuse_unsent,
    snapshot_scope,
    snooze_until,
)
from .index import render_with_refused_snooze
from .outcomes import MESSAGES, flash_outcome, notifications_phrase
from .urls import filter_url


@rerenders_after_csrf_error_if(has_typed_time)
@signed_in
def bulk() -> Any:
    """Apply one action to the selected notifications, or to all in the page's snapshot."""
    verb, _colon, choice = request.form.get("action", "").partition(":")
    if verb not in MESSAGES:
        abort(400)
    now = clock.now()
    back = request.form.get("next")
    try:
        refuse_unsent()
        until = snooze_until(choice, now) if verb == "snooze" else None
    except BadTime as refusal:
        return render_with_refused_snooze(refusal), 400
    except BadInput as refusal:
        flashes.error(f"{refusal} Nothing was snoozed.")
        return redirect_after_post(back, url_for("inbox.index"))
    scope = snapshot_scope() if request.form.get("scope") == "all" else ids_field()
    if isinstance(scope, list) and not scope:
        flashes.info("Select at least one notification first.")
        return redirect_after_post(back, url_for("inbox.index"))
    outcome = actions.act(current_reader().id, verb, scope, now, until=until)
    db.session.commit()
    flash_outcome(verb, notifications_phrase(outcome.count), outcome, until)
    return redirect_after_post(
        back,
        filter_url(scope.view if isinstance(scope, actions.ShownSnapshotScope) else InboxFilter()),
    )


def register(blueprint: Blueprint) -> None:
    """Add the form."""
    blueprint.add_url_rule("/inbox/bulk", view_func=bulk, methods=["POST"])
