"""Recall a broadcast, after a question."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...domain.broadcasts import audience, editing
from ...domain.broadcasts.wording import people_phrase, received_sentence
from .. import flashes
from ..access import admin, current_reader
from ..redirects import redirect_after_post
from .show import get_broadcast_or_404


@admin
def recall(notification_id: int) -> Any:
    """Ask whether to remove a broadcast from every inbox; on POST, remove it."""
    now = clock.now()
    with reading() as connection:
        broadcast = get_broadcast_or_404(connection, notification_id)
    if request.method == "POST":
        return _recall(notification_id)
    if broadcast.recalled_at is not None:
        flashes.info(f"Notification {notification_id} was recalled already. Nothing was changed.")
        return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")
    with reading() as connection:
        reach = audience.reach(connection, notification_id, broadcast.channel or "", now)
    return render_template(
        "broadcasts/recall.html",
        broadcast=broadcast,
        state=broadcast.state(now),
        have=reach.received and received_sentence(reach.received, reach.dismissed),
        come=reach.pending,
        people=people_phrase,
    )


def _recall(notification_id: int) -> Any:
    changed = editing.recall(notification_id, clock.now(), actor_id=current_reader().id)
    db.session.commit()
    if changed:
        record("recalled", notification=notification_id, by=current_reader().username)
        flashes.success(f"Recalled notification {notification_id}: it is gone from every inbox.")
    else:
        flashes.info(f"Notification {notification_id} was recalled already. Nothing was changed.")
    return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    rule = "/admin/broadcasts/<number:notification_id>/recall"
    blueprint.add_url_rule(rule, view_func=recall, methods=["GET", "POST"])
