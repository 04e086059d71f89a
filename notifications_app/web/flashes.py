"""Flash messages: the outcome of the last click, shown once.

With ``keep=True`` the message also becomes a notification; one of over a kilobyte becomes a
notification instead, because the session cookie has no room for it. Both join the caller's
transaction: if a flash is kept or may be that long, flash first and commit afterwards.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, get_flashed_messages, session
from flask_login import current_user

from ..core import clock
from ..core.text import shorten
from ..domain import content
from ..domain.broadcasts import sending
from .sessions import FLASHES

#: In bytes of UTF-8: the session cookie holds 4,096, everything included.
LARGEST = 1024
LARGEST_TOGETHER = 2048


@dataclass(frozen=True, slots=True)
class Flash:
    """A flash message, as a page shows it."""

    category: str
    text: str
    #: The stamp that its Undo button posts.
    undo: int | None = None
    #: The id of the notification it was kept as.
    notification_id: int | None = None
    #: A topic, and the action of its Undo button on it: mute or unmute.
    inverse: tuple[str, str] | None = None
    #: The id of the broadcast that its Undo button restores.
    recalled_id: int | None = None
    #: The id of a notification to named people that its Recall button leads to.
    sent_id: int | None = None


def success(
    text: str,
    *,
    undo: int | None = None,
    inverse: tuple[str, str] | None = None,
    recalled_id: int | None = None,
    sent_id: int | None = None,
    keep: bool = False,
) -> None:
    """Flash that something is done, with an Undo button if there is something to undo it by.

    With ``sent_id`` it has a Recall button instead.
    """
    by = {"undo": undo, "inverse": inverse, "recalled_id": recalled_id, "sent_id": sent_id}
    _flash("success", text, keep=keep, **by)


def error(text: str, *, keep: bool = False) -> None:
    """Flash an error; it stays on the page until it is closed."""
    _flash("error", text, keep=keep)


def warning(text: str, *, keep: bool = False) -> None:
    """Flash a warning."""
    _flash("warning", text, keep=keep)


def info(text: str, *, undo: int | None = None, keep: bool = False) -> None:
    """Flash some information, with an Undo button if there is a stamp."""
    _flash("info", text, undo=undo, keep=keep)


def add(category: str, text: str, *, keep: bool = False) -> None:
    """Flash a message of this category; raise ValueError if there is no such category."""
    if category not in content.CATEGORIES:
        raise ValueError(f"There is no category “{category}”.")
    _flash(category, text, keep=keep)


def _flash(category: str, text: str, *, keep: bool = False, **button: Any) -> None:
    """Flash a message; ``button`` are the fields of :class:`Flash` that its button needs."""
    notification_id = None
    if _size(text) > LARGEST:
        text, notification_id = _instead(category, text)
    elif keep and current_user.is_authenticated:
        notification_id = _keep(category, text)
    _make_room(text)
    message = {"text": text, "notification_id": notification_id, **button}
    flash({name: value for name, value in message.items() if value is not None}, category)  # type: ignore[arg-type]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _make_room(text: str) -> None:
    """Drop the oldest waiting flashes if the cookie would overflow: nobody has looked at them."""
    waiting = session.get(FLASHES, [])
    room = LARGEST_TOGETHER - _size(text)
    while waiting and sum(_size(str(message)) for _category, message in waiting) > room:
        waiting = waiting[1:]
        session[FLASHES] = waiting


def _instead(category: str, text: str) -> tuple[str, int | None]:
    """Keep a message as a notification; return the short flash in its place, and the id.

    Without a signed-in reader the flash is the start of the message, and there is no id.
    """
    if not current_user.is_authenticated:
        return f"{shorten(text, 200)} The rest was too long to show.", None
    notification_id = _keep(category, text)
    return (
        f"“{shorten(text, 60)}” is too long for a flash, so it is kept in your inbox.",
        notification_id,
    )


def _keep(category: str, text: str) -> int:
    """Send the message as a notification, in the caller's transaction; return its id."""
    checked = content.check(*_title_and_body(text), category, "general")
    sent = sending.notify([current_user.id], checked, clock.now())
    return sent.notification.id


def _title_and_body(text: str) -> tuple[str, str]:
    """Return the first words as a title, and all the text as the body if the title is not all."""
    # Databases cannot store NUL and lone surrogates.
    text = text.replace("\0", "").encode(errors="replace").decode()
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if len(line) <= content.TITLE_MAX and "\n" not in text:
        return line or "Message", ""
    return shorten(line, content.TITLE_MAX), shorten(text, content.BODY_MAX)


def flashes(*categories: str) -> list[Flash]:
    """Take the waiting flashes out of the session: all, or those of some categories."""
    messages: list[tuple[str, Any]] = get_flashed_messages(  # type: ignore[assignment]
        with_categories=True, category_filter=categories
    )
    return [_to_flash(category, message) for category, message in messages]


def _to_flash(category: str, message: Any) -> Flash:
    if not isinstance(message, dict):
        message = {"text": str(message)}
    known = category if category in content.CATEGORIES else "info"
    return Flash(known, **message)
