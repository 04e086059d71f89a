"""The forms that act on the inbox: on one notification, on several, on all that was shown."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, request, session, url_for

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput, BadTime
from ...core.placeholders import fill
from ...core.text import counted
from ...domain.inbox import actions, queries, snooze_times
from ...domain.inbox import mutes as muting
from ...domain.inbox.filters import InboxFilter, parse_filter
from .. import flashes
from ..access import current_reader, signed_in
from ..redirects import redirect_after_post
from ..template_context import reader_zone
from .urls import arguments_of, filter_or_inbox, filter_url, list_url
from .views import RefusedSnooze, render_notification, render_with_refused_snooze

MESSAGES = {
    "read": "Marked {} as read.",
    "unread": "Marked {} as unread.",
    "dismiss": "Dismissed {}.",
    "restore": "Put {} back.",
    "snooze": "Snoozed {}",
    "unsnooze": "Woke {}.",
}
MAX_IDS = 500


@signed_in
def act(notification_id: int, verb: str) -> Any:
    """Do one thing to one notification; doing it again changes nothing."""
    now = clock.now()
    with reading() as connection:
        row = queries.one(connection, current_reader(), notification_id, now)
    if row is None:
        abort(404)
    try:
        until = _until(request.form.get("choice", ""), now) if verb == "snooze" else None
    except BadTime as refusal:
        came_from = filter_or_inbox(arguments_of(request.form.get("next")))
        typed = request.form.get("until", "")
        return render_notification(notification_id, came_from, refusal=refusal, typed=typed), 400
    outcome = actions.act(current_reader().id, verb, [notification_id], now, until=until)
    db.session.commit()
    if request.form.get("quiet"):
        return "", 204
    _flash_outcome(verb, f"“{fill(row.title, current_reader().name)}”", outcome, until)
    return redirect_after_post(request.form.get("next"), url_for("inbox.index"))


def _until(choice: str, now: datetime) -> datetime:
    typed = request.form.get("until", "")
    found = snooze_times.until(choice, typed, reader_zone(), now)
    if choice == "until":
        session["snooze"] = typed
    return found


def _flash_outcome(verb: str, what: str, outcome: actions.Outcome, until: datetime | None) -> None:
    if not outcome.count:
        flashes.info("Nothing to do: nothing of it would change.")
        return
    words = MESSAGES[verb].format(what)
    if until is not None:
        words += f" until {clock.full(until, reader_zone())}."
    session["undo"] = outcome.stamp
    flashes.success(words, undo=outcome.stamp)


@signed_in
def bulk() -> Any:
    """Do one thing to what was selected, or to all that a page showed."""
    verb, _colon, choice = request.form.get("action", "").partition(":")
    if verb not in MESSAGES:
        abort(400)
    now = clock.now()
    back = request.form.get("next")
    try:
        until = _until(choice, now) if verb == "snooze" else None
    except BadTime as refusal:
        return render_with_refused_snooze(_unsnoozed(refusal)), 400
    except BadInput as refusal:
        flashes.error(f"{refusal} Nothing was snoozed.")
        return redirect_after_post(back, url_for("inbox.index"))
    scope = _all() if request.form.get("scope") == "all" else _ids()
    if isinstance(scope, list) and not scope:
        flashes.info("Nothing is selected. Tick what you mean, then choose again.")
        return redirect_after_post(back, url_for("inbox.index"))
    outcome = actions.act(current_reader().id, verb, scope, now, until=until)
    db.session.commit()
    _flash_outcome(verb, notifications_phrase(outcome.count), outcome, until)
    return redirect_after_post(
        back,
        filter_url(scope.view if isinstance(scope, actions.ShownSnapshotScope) else InboxFilter()),
    )


def _unsnoozed(refusal: BadTime) -> RefusedSnooze:
    form = request.form
    address, whole = list_url(form.get("next")), form.get("scope") == "all"
    return RefusedSnooze(address, refusal, form.get("until", ""), _ids(), whole)


def notifications_phrase(count: int) -> str:
    """How many notifications, in words."""
    return counted(count, "notification")


def _ids() -> list[int]:
    found = request.form.getlist("ids")
    if len(found) > MAX_IDS or not all(_is_number(one) and len(one) < 11 for one in found):
        abort(400)
    return [int(one) for one in found]


def _all() -> actions.ShownSnapshotScope:
    """All that the page showed, by what it said it showed."""
    names = ("tab", "category", "topic", "q")
    asked = {name: request.form.get(name, "") for name in names}
    try:
        moment = datetime.fromisoformat(request.form.get("moment", ""))
        moment = min(clock.now(), clock.from_micros(clock.micros(moment)))
        muted = request.form.get("muted", "").replace("\0", "")
        shown = queries.Snapshot(moment, int_field("top"), int_field("seen"), muted)
    except (ValueError, OverflowError):
        abort(400)
    return actions.ShownSnapshotScope(
        parse_filter(**{**asked, "tab": asked["tab"] or "inbox"}), shown
    )


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdecimal() and len(words) <= 18


def int_field(name: str) -> int:
    """A whole number of the form; ValueError where it is none."""
    words = request.form.get(name, "")
    if not _is_number(words):
        raise ValueError(name)
    return int(words)


@signed_in
def undo() -> Any:
    """Put back what an action changed; undoing that does it again."""
    try:
        stamp = int_field("stamp")
    except ValueError:
        abort(400)
    outcome = actions.undo(current_reader().id, stamp, clock.now())
    db.session.commit()
    words = (
        f"Put back {notifications_phrase(outcome.count)}."
        if outcome.count
        else "Nothing was put back."
    )
    if outcome.skipped:
        some, left = f"{outcome.skipped:,}", "were left as they are"
        if outcome.skipped == 1:
            some, left = "One", "was left as it is"
        words += f" {some} had changed since and {left}."
    if outcome.count:
        session["undo"] = outcome.stamp
    flashes.success(words, undo=outcome.stamp if outcome.count else None)
    return redirect_after_post(request.form.get("next"), url_for("inbox.index"))


@signed_in
def mutes() -> Any:
    """Mute a topic, or hear of it again."""
    topic, action = request.form.get("topic", ""), request.form.get("action", "mute")
    if action not in {"mute", "unmute"}:
        abort(400)
    back = request.form.get("next")
    try:
        changed = (muting.mute if action == "mute" else muting.unmute)(current_reader().id, topic)
    except BadInput as refusal:
        flashes.error(str(refusal))
        return redirect_after_post(back, url_for("accounts.settings"))
    db.session.commit()
    words, other = f"Unmuted {topic}.", "mute"
    if action == "mute":
        words, other = f"Muted {topic}. Errors and banners still come.", "unmute"
    flashes.success(words, inverse=(topic, other) if changed else None)
    return redirect_after_post(back, url_for("accounts.settings"))


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    verbs = ", ".join(MESSAGES)
    one = f"/inbox/<number:notification_id>/<any({verbs}):verb>"
    blueprint.add_url_rule(one, view_func=act, methods=["POST"])
    blueprint.add_url_rule("/inbox/bulk", view_func=bulk, methods=["POST"])
    blueprint.add_url_rule("/inbox/undo", view_func=undo, methods=["POST"])
    blueprint.add_url_rule("/settings/mutes", view_func=mutes, methods=["POST"])
