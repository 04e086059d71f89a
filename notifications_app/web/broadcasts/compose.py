"""The composer: write a broadcast, review it, send it."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...domain.accounts.groups import list_groups
from ...domain.broadcasts.preview import SendPreview, preview_to_channel
from ...domain.broadcasts.schedule import Schedule
from ...domain.broadcasts.sending import SendResult, send_to_channel
from ...domain.broadcasts.wording import audience_phrase, people_phrase
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
#: More than lies between the clicks of a double click, less than between two typed times.
_CLICKS = timedelta(seconds=30)
_NOT_TYPED = {"csrf_token", "key", "reviewed"}


@rerenders_after_csrf_error
@admin
def new() -> Any:
    """Show the composer, review a broadcast, or send what was reviewed."""
    form, now = _form(), clock.now()
    if request.method == "GET":
        return _page(form)
    is_reviewed = form["reviewed"].data == _digest(form)
    act = _send if request.form.get("do") == "send" and is_reviewed else _review
    return form.submit(lambda: act(form, now)) or (_page(form), INVALID)


def _form() -> BroadcastForm:
    form = BroadcastForm()
    with reading() as connection:
        form["group"].choices = [row.name for row in connection.execute(list_groups())]
    form["key"].data = fresh_key(form["key"].data)
    return form


def _digest(form: Form) -> str:
    """A digest of everything that was typed, to send only what was reviewed."""
    typed = [(one.name, one.data) for one in form if one.name not in _NOT_TYPED]
    return sha256(repr(typed).encode("utf-8", "replace")).hexdigest()[:32]


def _page(form: Form, **more: Any) -> str:
    return render_template("broadcasts/compose.html", form=form, to=TO, when=WHEN, end=END, **more)


def _review(form: Form, now: datetime) -> str:
    """Render the form with a preview below it, and the button that sends; nothing is written."""
    typed = _parse(form, now)
    with reading() as connection:
        preview = preview_to_channel(connection, typed.channel, typed.content, typed.options, now)
    preview.check_start()
    was_reviewed, form["reviewed"].data = form["reviewed"].data, _digest(form)
    return _page(
        form,
        is_changed=request.form.get("do") == "send" and bool(was_reviewed),
        send_words=_send_words(preview),
        content=typed.content,
        is_banner=typed.options.is_banner,
        count_words=people_phrase(preview.audience.count),
        to_words=preview.to_phrase,
        when_words=preview.when_phrase(reader_zone()),
        first_words=audience_phrase(preview.audience),
        moments=[
            (at, zone, clock.short(at, zone, now), count) for at, zone, count in preview.moments()
        ],
        now=now,
        held_until=preview.held_until,
    )


def _send_words(preview: SendPreview) -> str:
    """The words on the button that sends: to how many, and when."""
    people, options = people_phrase(preview.audience.count), preview.options
    if options.local_at is not None or preview.schedule.first > preview.now + options.undo_window:
        return f"Schedule for {people}"
    return f"Send to {people} {'in 5 minutes' if options.undo_window else 'now'}"


def _parse(form: Form, now: datetime) -> ParsedBroadcast:
    return parse_broadcast_form(form, reader_zone(), now, sender_id=current_reader().id)


def _send(form: Form, now: datetime) -> Any:
    typed = _parse(form, now)
    result = None
    try:
        result = send_to_channel(
            typed.channel, typed.content, typed.options, now, actor_id=current_reader().id
        )
    except Refused as refusal:
        if refusal.field != "key":
            raise
    if result is None or not (result.is_new or _is_same_time(typed.schedule, result, now)):
        form["key"].data = fresh_key()
        raise Refused(_SENT_BEFORE)
    notification_id, fields = result.notification.id, result.log_fields()
    sentence = result.sentence(reader_zone())
    db.session.commit()
    if result.is_new:
        record("sent", **fields, by=current_reader().username)
        _flash_sent(sentence, result.preview.held_until)
    else:
        flashes.info(
            f"This was sent already: it is notification {notification_id}. It was sent once."
        )
    return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")


def _is_same_time(wanted: Schedule, result: SendResult, now: datetime) -> bool:
    """Return whether the notification sent under this form's key has the wanted times.

    A form that is sent again may mean moments later by the time since the first sending. Of two
    clicks the second may be served first.
    """
    notification, first = result.notification, result.preview.schedule
    if notification.edited_at is not None:
        return False
    pairs = [(wanted.first, first.first), (wanted.last, first.last)]
    if wanted.expires_at and first.expires_at:
        pairs.append((wanted.expires_at, first.expires_at))
    elif wanted.expires_at or first.expires_at:
        return False
    later = max(now - notification.created_at, _CLICKS)
    return all(-_CLICKS <= moment - before <= later for moment, before in pairs)


def _flash_sent(sentence: str, held_until: datetime | None) -> None:
    if held_until is not None:
        until = clock.full(held_until, reader_zone())
        sentence += f" Nobody sees it before {until}, so you can still recall it."
    flashes.success(sentence)


def register(blueprint: Blueprint) -> None:
    """Add the composer."""
    blueprint.add_url_rule("/admin/broadcasts/new", view_func=new, methods=["GET", "POST"])
