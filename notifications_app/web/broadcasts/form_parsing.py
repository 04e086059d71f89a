"""Turn a submitted broadcast form into content, channel and schedule."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...core import clock
from ...core.errors import BadInput, BadTime, ErrorCollector
from ...domain.accounts.queries import split_names
from ...domain.broadcasts.editing import Edit
from ...domain.broadcasts.schedule import (
    ZERO,
    Schedule,
    SendOptions,
    check_end,
    check_start,
    schedule_checked,
)
from ...domain.channels import ADMINS, EVERYONE, of_group
from ...domain.content import CONTENT_FIELDS, Content, check
from ..forms import Form
from .forms import TO, WHEN

#: The undo window of a broadcast that is held back.
HELD_BACK = timedelta(minutes=5)
_KEY = re.compile(r"page-[\w-]{22}", re.ASCII)
_NONE_OF_THESE = "Choose one of these."


@dataclass(frozen=True, slots=True)
class ParsedBroadcast:
    """A broadcast from a form, checked and ready to send."""

    content: Content
    #: The channel, or the names of people as they were typed.
    to: str | list[str]
    options: SendOptions
    schedule: Schedule


def fresh_key(typed: str | None = None) -> str:
    """Return the key in a form, or a new one if the form has none that this page made."""
    return typed if typed and _KEY.fullmatch(typed) else f"page-{secrets.token_urlsafe(16)}"


def parse_broadcast_form(
    form: Form, zone: str, now: datetime, *, sender_id: int
) -> ParsedBroadcast:
    """Return the broadcast in a form, whose times are in ``zone``; ``now`` is aware.

    Raises:
        BadInput: with every field that is wrong.
    """
    wrong = ErrorCollector()
    with wrong:
        content = _content(form)
    with wrong:
        to = _recipients(form)
    with wrong:
        options = _options(form, zone, now, sender_id)
        arrives = schedule_checked(options, now)
    wrong.raise_collected()
    return ParsedBroadcast(content, to, options, arrives)


def parse_edit_form(form: Form, zone: str, now: datetime, before: datetime | None) -> Edit:
    """Return the edited fields in a form, whose times are in ``zone``; ``now`` is aware.

    ``before`` is the current expiry: it stays, to the second, if its field was not touched.

    Raises:
        BadInput: with every field that is wrong.
    """
    wrong = ErrorCollector()
    with wrong:
        content = _content(form)
    with wrong:
        expires_at = _ending(form, zone, now, before)
    wrong.raise_collected()
    return Edit(content, expires_at, bool(form["is_banner"].data))


def _content(form: Form) -> Content:
    return check(**{name: form[name].data or "" for name in CONTENT_FIELDS})


def _options(form: Form, zone: str, now: datetime, sender_id: int) -> SendOptions:
    wrong = ErrorCollector()
    with wrong:
        wall, is_local = _start(form, zone, now)
    with wrong:
        expires_at, expires_in = _end(form, zone, now)
    wrong.raise_collected()
    return SendOptions(
        sender_id=sender_id,
        key=form["key"].data,
        arrives_at=clock.typed_moment(wall, zone) if wall and not is_local else None,
        local_at=wall if is_local else None,
        expires_at=expires_at,
        expires_in=expires_in,
        undo_window=HELD_BACK if form["hold"].data else ZERO,
        is_banner=bool(form["is_banner"].data),
        start_zone=zone,
    )


def _recipients(form: Form) -> str | list[str]:
    """Return the chosen channel, or the names that were typed."""
    to = form["to"].data
    if to == "people":
        names = split_names(form["people"].data or "")
        if not names:
            raise BadInput("Enter at least one username or email address.", "people")
        return names
    if to == "group":
        name = form["group"].data
        if name not in form["group"].choices:
            raise BadInput("Choose a group.", "group")
        return of_group(name)
    if to not in TO:
        raise BadInput(_NONE_OF_THESE, "to")
    return ADMINS if to == "admins" else EVERYONE


def _start(form: Form, zone: str, now: datetime) -> tuple[datetime | None, bool]:
    """Return the typed wall time, None for now, and whether it is each reader's own time."""
    when = form["when"].data
    if when not in WHEN:
        raise BadInput(_NONE_OF_THESE, "when")
    if when == "now":
        return None, False
    with _beside("at"):
        wall = clock.parse_wall(form["at"].data or "")
        if when != "local":
            moment = clock.typed_moment(wall, zone)
            check_start(SendOptions(arrives_at=moment, start_zone=zone), (), now)
    return wall, when == "local"


def _end(form: Form, zone: str, now: datetime) -> tuple[datetime | None, timedelta | None]:
    """Return the expiry as a moment, or as a length of time; both None for no expiry."""
    end = form["end"].data
    if end == "in":
        with _beside("expires_in"):
            return None, clock.parse_span(form["expires_in"].data or "")
    if end == "at":
        with _beside("expires_at"):
            wall = clock.parse_wall(form["expires_at"].data or "")
            moment = clock.typed_moment(wall, zone)
            check_end(moment, now, now)  # it starts now at the earliest
            return moment, None
    if end != "never":
        raise BadInput(_NONE_OF_THESE, "end")
    return None, None


def _ending(form: Form, zone: str, now: datetime, before: datetime | None) -> datetime | None:
    """Return the new expiry of a sent broadcast; an untouched one stays, to the second."""
    if form["end"].data == "at" and before and form["expires_at"].data == field_value(before, zone):
        return before
    moment, length = _end(form, zone, now)
    return now + length if length else moment


def field_value(moment: datetime, zone: str) -> str:
    """Format a moment in ``zone`` as the value of a field for a time."""
    return clock.local(moment, zone).strftime("%Y-%m-%dT%H:%M")


@contextmanager
def _beside(field: str) -> Iterator[None]:
    """Raise any BadTime again with this field, so that its sentence appears beside it."""
    try:
        yield
    except BadTime as error:
        raise BadTime(str(error), field) from None
