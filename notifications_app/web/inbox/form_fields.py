"""The fields of the inbox's forms, checked: ids, the page's snapshot, a time to snooze until."""

from datetime import datetime

from flask import abort, request, session

from ...core import clock
from ...core.errors import BadTime
from ...domain.inbox import actions, queries, snooze_times
from ...domain.inbox.filters import parse_filter
from .. import kept_input
from ..sessions import SNOOZE_TIME
from ..template_context import reader_zone

MAX_IDS = 500


def snooze_until(choice: str, now: datetime, field: str = "until") -> datetime:
    """Return the end of a snooze, in UTC; remember a typed time for the next snooze.

    ``field`` is the name of the field for a typed time.

    Raises:
        BadTime, BadInput: as :func:`snooze_times.until`.
    """
    typed = request.form.get(field, "")
    found = snooze_times.until(choice, typed, reader_zone(), now)
    if choice == "until":
        session[SNOOZE_TIME] = typed
    return found


def has_typed_time() -> bool:
    """Return whether the posted form snoozes until a typed time."""
    return "until" in {request.form.get("choice"), request.form.get("action", "")[len("snooze:") :]}


def refuse_unsent() -> None:
    """Raise BadTime if this POST may only show its form again."""
    if kept_input.is_only_shown():
        raise BadTime("Nothing has been snoozed yet. Press the button again.", "until")


def ids_field(name: str = "ids") -> list[int]:
    """Return the ids that were ticked; answer 400 for anything that is no id, or for too many."""
    found = request.form.getlist(name)
    if len(found) > MAX_IDS or not all(_is_number(one) and len(one) < 11 for one in found):
        abort(400)
    return [int(one) for one in found]


def snapshot_scope() -> actions.ShownSnapshotScope:
    """Return the scope of "select all", from the snapshot in the form; else answer 400."""
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
        parse_filter(**{**asked, "tab": asked["tab"] or "inbox"}, zone=reader_zone()),
        shown,
        ids_field("except"),
    )


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdecimal() and len(words) <= 18


def int_field(name: str) -> int:
    """Return a form field as a whole number; raise ValueError if it is none."""
    words = request.form.get(name, "")
    if not _is_number(words):
        raise ValueError(name)
    return int(words)


def snooze_field_value(refused: str | None, now: datetime) -> str:
    """Return the initial value of the field for a time: the refused text, else a suggestion."""
    if refused is not None:
        return refused
    return snooze_times.suggestion(session.get(SNOOZE_TIME, ""), reader_zone(), now)
