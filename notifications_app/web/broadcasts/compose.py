"""The composer: a broadcast is written, tried without sending, and sent."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...domain.accounts.groups import list_groups
from ...domain.broadcasts import audience, audit_entries, queries
from ...domain.broadcasts import sending as actions
from ...domain.broadcasts.preview import SendPreview
from ...domain.broadcasts.schedule import ZERO
from ...domain.broadcasts.wording import (
    audience_phrase,
    local_schedule_phrase,
    people_phrase,
    schedule_phrase,
)
from ...domain.channels import channel_phrase
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID, Form
from ..redirects import redirect_after_post
from ..template_context import reader_zone
from .form_parsing import ParsedBroadcast, fresh_key, parse_broadcast_form
from .forms import END, TO, WHEN, BroadcastForm

_SENT_BEFORE = (
    "This form was sent before, and would send something else now. Nothing was sent."
    " Send it again to make it another broadcast."
)


@rerenders_after_csrf_error
@admin
def new() -> Any:
    """Show the composer; show what would be sent; or send it."""
    form, now = _form(), clock.now()
    if request.method == "GET":
        return _page(form)
    done: list[Any] = []
    act = _send if request.form.get("do") == "send" else _preview
    if not form.submit(lambda: done.append(act(form, now))):
        return _page(form), INVALID
    return done[0]


def _form() -> BroadcastForm:
    form = BroadcastForm()
    with reading() as connection:
        form["group"].choices = [row.name for row in connection.execute(list_groups())]
    form["key"].data = fresh_key(form["key"].data)
    return form


def _page(form: Form, **more: Any) -> str:
    return render_template("broadcasts/compose.html", form=form, to=TO, when=WHEN, end=END, **more)


def _sending(form: Form, now: datetime) -> tuple[ParsedBroadcast, SendPreview]:
    """What was typed, and whom it would reach: what the command's dry run tells."""
    chosen = parse_broadcast_form(form, reader_zone(), now, sender_id=current_reader().id)
    options, times = chosen.options, chosen.schedule
    with reading() as connection:
        whom = audience.channel_members(chosen.channel)
        heard = audience.count_audience(connection, whom)
        zones = audience.count_by_zone(connection, whom) if options.local_at else {}
    return chosen, SendPreview(chosen.content, options, times, now, chosen.channel, heard, zones)


def _when(sending: SendPreview) -> str:
    """When, in a sentence, in this administrator's zone."""
    times = sending.schedule
    if sending.options.local_at is not None:
        return local_schedule_phrase(
            sending.options.local_at, times.expires_at, reader_zone(), has_passed=sending.has_passed
        )
    return schedule_phrase(times.first, times.expires_at, reader_zone(), sending.now)


def _preview(form: Form, now: datetime) -> str:
    """What its reader would see, who would, and when; nothing is written."""
    chosen, sending = _sending(form, now)
    return _page(
        form,
        content=chosen.content,
        is_banner=chosen.options.is_banner,
        count_words=people_phrase(sending.audience.count),
        to_words=channel_phrase(chosen.channel),
        when_words=_when(sending),
        first_words=audience_phrase(sending.audience),
        moments=[
            (at, there, clock.short(at, there, now), count)
            for at, there, count in sending.moments()
        ],
        now=now,
        held_until=_held_until(sending),
    )


def _held_until(sending: SendPreview) -> datetime | None:
    return sending.schedule.first if sending.options.undo_window else None


def _send(form: Form, now: datetime) -> Any:
    chosen, sending = _sending(form, now)
    sent = None
    try:
        sent = actions.broadcast(chosen.channel, chosen.content, now, chosen.options)
    except Refused as refusal:
        if refusal.field != "key":
            raise
    if sent is None or not (sent.is_new or _is_same_time(sending, sent.notification.id)):
        form["key"].data = fresh_key()
        raise Refused(_SENT_BEFORE)
    said, count = sent.notification, sending.audience.count
    notification_id, title = said.id, said.title
    if sent.is_new:
        audit_entries.audit_sending(
            audit_entries.BROADCAST,
            said,
            chosen.channel,
            count,
            actor_id=current_reader().id,
            now=now,
        )
    db.session.commit()
    if sent.is_new:
        record(
            "sent", notification=notification_id, title=title, to=chosen.channel, audience=count,
            by=current_reader().username,
        )  # fmt: skip
        _say(sending, notification_id)
    else:
        flashes.info(
            f"This was sent already: it is notification {notification_id}. It was sent once."
        )
    return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")


def _is_same_time(sending: SendPreview, notification_id: int) -> bool:
    """Whether what was sent under this form's key came, and ends, when this would.

    The same form sent again later may mean so much later, and not more.
    """
    with reading() as connection:
        first = queries.broadcast(connection, notification_id)
    if first is None or first.edited_at is not None:
        return False
    later, times = sending.now - first.created_at, sending.schedule
    pairs = [(times.first, first.arrives_at), (times.last, first.last_arrives_at)]
    if times.expires_at and first.expires_at:
        pairs.append((times.expires_at, first.expires_at))
    elif times.expires_at or first.expires_at:
        return False
    return all(ZERO <= wanted - was <= later for wanted, was in pairs)


def _say(sending: SendPreview, notification_id: int) -> None:
    title, heard = sending.content.title, people_phrase(sending.audience.count)
    words = (
        f"Sent notification {notification_id} “{title}” to {sending.to_words} ({heard})"
        f" {_when(sending)}."
    )
    until = _held_until(sending)
    if until is not None:
        words += (
            f" Until {clock.full(until, reader_zone())} nobody sees it: it can be recalled unseen."
        )
    flashes.success(words)


def register(blueprint: Blueprint) -> None:
    """Add the composer."""
    blueprint.add_url_rule("/admin/broadcasts/new", view_func=new, methods=["GET", "POST"])
