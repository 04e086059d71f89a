"""The composer: write a broadcast, review it, send it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Blueprint, render_template, request, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...domain.accounts.groups import list_groups
from ...domain.accounts.queries import ids_of
from ...domain.broadcasts.audit_entries import NOTIFICATION
from ...domain.broadcasts.preview import SendPreview, preview_to_channel, preview_to_people
from ...domain.broadcasts.queries import Broadcast
from ...domain.broadcasts.sending import SendResult, send_to_channel, send_to_people
from ...domain.broadcasts.wording import audience_phrase, people_phrase
from ...domain.channels import ADMINS, EVERYONE, group_of
from ...domain.content import Content
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID, Form
from ..redirects import redirect_after_post
from ..template_context import reader_zone
from .form_parsing import ParsedBroadcast, fresh_key, parse_broadcast_form
from .forms import END, TO, WHEN, BroadcastForm
from .show import get_broadcast_or_404

_SENT_BEFORE = (
    "This form was already sent, with other content, recipients or times. Nothing was sent now."
    " Review and send the form again to make another broadcast."
)
#: More than lies between the clicks of a double click, less than between two typed times.
_CLICKS = timedelta(seconds=30)
_NOT_TYPED = {"csrf_token", "key", "reviewed"}


@rerenders_after_csrf_error
@admin
def again(notification_id: int) -> Any:
    """Show the composer with the content and recipients of an earlier broadcast; times are new."""
    with reading() as connection:
        broadcast = get_broadcast_or_404(connection, notification_id, clock.now())
    form = _form(formdata=None, data=_values(broadcast))
    if form["group"].data and form["group"].data not in form["group"].choices:
        form["to"].data = ""  # else a list would show its first group, and that would be sent to
    return _page(form, is_unsaved=True)


def _values(broadcast: Broadcast) -> dict[str, Any]:
    channel = broadcast.channel or ""
    group = group_of(channel)
    return {
        **asdict(Content.of(broadcast)),
        "is_banner": broadcast.is_banner,
        "to": "group" if group else {EVERYONE: "everyone", ADMINS: "admins"}[channel],
        "group": group,
    }


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


def _form(**values: Any) -> BroadcastForm:
    form = BroadcastForm(**values)
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
    preview = _preview(typed, now)
    preview.check_start()
    was_reviewed, form["reviewed"].data = form["reviewed"].data, _digest(form)
    return _page(
        form,
        is_changed=request.form.get("do") == "send" and bool(was_reviewed),
        send_words=_send_words(preview),
        content=typed.content,
        is_banner=typed.options.is_banner,
        count_words=people_phrase(preview.audience.count),
        to_words=preview.to_phrase if isinstance(typed.to, str) else None,
        when_words=preview.when_phrase(reader_zone()),
        first_words=audience_phrase(preview.audience),
        moments=[
            (at, zone, clock.short(at, zone, now), count) for at, zone, count in preview.moments()
        ],
        now=now,
        held_until=preview.held_until,
    )


def _preview(typed: ParsedBroadcast, now: datetime) -> SendPreview:
    with reading() as connection:
        if isinstance(typed.to, str):
            return preview_to_channel(connection, typed.to, typed.content, typed.options, now)
        people = ids_of(connection, typed.to)
        return preview_to_people(connection, people, typed.content, typed.options, now)


def _send_words(preview: SendPreview) -> str:
    """The words on the button that sends: to how many, and when."""
    people = people_phrase(preview.audience.count)
    if preview.is_scheduled:
        return f"Schedule for {people}"
    return f"Send to {people} {'in 5 minutes' if preview.options.undo_window else 'now'}"


def _parse(form: Form, now: datetime) -> ParsedBroadcast:
    return parse_broadcast_form(form, reader_zone(), now, sender_id=current_reader().id)


def _send(form: Form, now: datetime) -> Any:
    typed = _parse(form, now)
    result = None
    try:
        result = _send_to(typed, now)
    except Refused as refusal:
        if refusal.field != "key":
            raise
    if result is None or not (result.is_new or _is_same_time(typed, result, now)):
        form["key"].data = fresh_key()
        raise Refused(_SENT_BEFORE)
    notification_id, fields = result.notification.id, result.log_fields()
    sentence = result.sentence(reader_zone())
    db.session.commit()
    is_private = not isinstance(typed.to, str)
    if result.is_new:
        record("sent", **fields, by=current_reader().username)
        recallable = notification_id if is_private else None
        _flash_sent(sentence, result.preview.held_until, recallable)
    else:
        flashes.info(
            f"This was already sent, as notification {notification_id}. Nothing was sent again."
        )
    if is_private:  # it has no page
        return redirect_after_post(url_for("broadcasts.index"), "/")
    return redirect_after_post(url_for("broadcasts.one", notification_id=notification_id), "/")


def _send_to(typed: ParsedBroadcast, now: datetime) -> SendResult:
    sender_id = current_reader().id
    if isinstance(typed.to, str):
        return send_to_channel(typed.to, typed.content, typed.options, now, actor_id=sender_id)
    return send_to_people(
        typed.to, typed.content, typed.options, now, actor_id=sender_id, action=NOTIFICATION
    )


def _is_same_time(typed: ParsedBroadcast, result: SendResult, now: datetime) -> bool:
    """Return whether the notification sent under this form's key has the wanted times.

    A form that is sent again may mean moments later by the time since the first sending. Of two
    clicks the second may be served first.
    """
    notification, first, wanted = result.notification, result.preview.schedule, typed.schedule
    if not isinstance(typed.to, str):
        wanted = wanted.among(result.preview.zones)
    if notification.edited_at is not None:
        return False
    pairs = [(wanted.first, first.first), (wanted.last, first.last)]
    if wanted.expires_at and first.expires_at:
        pairs.append((wanted.expires_at, first.expires_at))
    elif wanted.expires_at or first.expires_at:
        return False
    later = max(now - notification.created_at, _CLICKS)
    return all(-_CLICKS <= moment - before <= later for moment, before in pairs)


def _flash_sent(sentence: str, held_until: datetime | None, recallable: int | None) -> None:
    """Flash that it was sent; ``recallable`` is the id for a button that leads to its recall."""
    if held_until is not None:
        until = clock.full(held_until, reader_zone())
        sentence += f" Nobody will see it before {until}, so you can still recall it."
    flashes.success(sentence, sent_id=recallable)


def register(blueprint: Blueprint) -> None:
    """Add the composer."""
    blueprint.add_url_rule("/admin/broadcasts/new", view_func=new, methods=["GET", "POST"])
    rule = "/admin/broadcasts/<number:notification_id>/again"
    blueprint.add_url_rule(rule, view_func=again)
