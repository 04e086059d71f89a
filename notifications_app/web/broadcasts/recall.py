"""Recall a broadcast, after a question; or restore it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import Connection

from ...core import clock
from ...core.database import db, reading
from ...core.logs import record
from ...domain.broadcasts import audience, queries, recalling
from ...domain.broadcasts.queries import Broadcast
from ...domain.broadcasts.wording import reach_sentence, recalled_sentence, restored_sentence
from .. import flashes
from ..access import admin, current_reader
from ..redirects import redirect_after_post
from .show import get_broadcast_or_404


@admin
def recall(notification_id: int) -> Any:
    """Ask whether to remove a broadcast from every inbox; on POST, remove it."""
    now = clock.now()
    with reading() as connection:
        broadcast = _get_recallable_or_404(connection, notification_id, now)
    if request.method == "POST":
        return _recall(broadcast)
    if broadcast.recalled_at is not None:
        flashes.info(recalled_sentence(notification_id, changed=False))
        return redirect_after_post(_page_of(broadcast), "/")
    with reading() as connection:
        reach = audience.reach(connection, notification_id, broadcast.channel or "", now)
    state = broadcast.state(now)
    return render_template(
        "broadcasts/recall.html",
        broadcast=broadcast,
        state=state,
        reach=reach_sentence(reach, has_expired=state == "expired"),
        back_url=_page_of(broadcast),
    )


def _get_recallable_or_404(
    connection: Connection, notification_id: int, now: datetime
) -> Broadcast:
    """Return a broadcast, or a notification to named people that this reader sent; else 404."""
    sent = queries.broadcast(connection, notification_id, now)
    if sent is not None and sent.channel is None and sent.sender == current_reader().username:
        return sent
    return get_broadcast_or_404(connection, notification_id, now)


def _recall(broadcast: Broadcast) -> Any:
    notification_id = broadcast.id
    changed = recalling.recall(notification_id, clock.now(), actor_id=current_reader().id)
    db.session.commit()
    sentence = recalled_sentence(notification_id, changed=changed)
    if changed:
        record("recalled", notification=notification_id, by=current_reader().username)
        flashes.success(sentence, recalled_id=notification_id)
    else:
        flashes.info(sentence)
    return redirect_after_post(_page_of(broadcast), "/")


@admin
def restore(notification_id: int) -> Any:
    """Undo a recall."""
    now = clock.now()
    with reading() as connection:
        broadcast = _get_recallable_or_404(connection, notification_id, now)
    changed = recalling.restore(notification_id, now, actor_id=current_reader().id)
    db.session.commit()
    if changed:
        record("restored", notification=notification_id, by=current_reader().username)
    flash = flashes.success if changed else flashes.info
    state = replace(broadcast, recalled_at=None).state(now)
    flash(restored_sentence(notification_id, changed=changed, state=state))
    return redirect_after_post(_page_of(broadcast), "/")


def _page_of(broadcast: Broadcast) -> str:
    """Return the address of its page; the list's for one to named people, which has none."""
    if broadcast.channel is None:
        return url_for("broadcasts.index")
    return url_for("broadcasts.one", notification_id=broadcast.id)


def register(blueprint: Blueprint) -> None:
    """Add the page, and the address of its undo."""
    rule = "/admin/broadcasts/<number:notification_id>"
    blueprint.add_url_rule(f"{rule}/recall", view_func=recall, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{rule}/restore", view_func=restore, methods=["POST"])
