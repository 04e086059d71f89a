"""Flash messages: what became of the last click, shown once.

Say it after the commit. ``keep=True`` makes it a notification as well; one too large for
the session cookie becomes a notification instead, so that nothing is lost silently.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, get_flashed_messages, session
from flask_login import current_user

from . import clock, content
from .broadcasts import actions
from .extensions import db

#: In bytes of UTF-8: the session cookie has room for 4,096 with everything in it.
LARGEST = 1024
LARGEST_TOGETHER = 2048


@dataclass(frozen=True, slots=True)
class Flash:
    """A flash as a page shows it."""

    category: str
    text: str
    #: The stamp that its Undo button posts.
    undo: int | None = None
    #: The notification it was kept as.
    notification_id: int | None = None
    #: A topic, and what its Undo button does to it: mute or unmute.
    inverse: tuple[str, str] | None = None


def success(
    text: str,
    *,
    undo: int | None = None,
    inverse: tuple[str, str] | None = None,
    keep: bool = False,
) -> None:
    """Say that it is done, with an Undo where there is a stamp or an inverse."""
    _say("success", text, undo=undo, inverse=inverse, keep=keep)


def error(text: str, *, keep: bool = False) -> None:
    """Say what went wrong; stays on the page until closed."""
    _say("error", text, keep=keep)


def warning(text: str, *, keep: bool = False) -> None:
    """Say what to take care of."""
    _say("warning", text, keep=keep)


def info(text: str, *, undo: int | None = None, keep: bool = False) -> None:
    """Say what is worth knowing."""
    _say("info", text, undo=undo, keep=keep)


def say(category: str, text: str, *, keep: bool = False) -> None:
    """The same with the category as a value; raises ValueError where there is no such one."""
    if category not in content.CATEGORIES:
        raise ValueError(f"There is no category “{category}”.")
    _say(category, text, keep=keep)


def _say(
    category: str,
    text: str,
    *,
    undo: int | None = None,
    inverse: tuple[str, str] | None = None,
    keep: bool = False,
) -> None:
    if not _fits(text):
        text, number = _instead(category, text)
        _make_room()
    else:
        number = _keep(category, text) if keep and current_user.is_authenticated else None
    message = {"text": text, "undo": undo, "notification_id": number, "inverse": inverse}
    flash({name: value for name, value in message.items() if value is not None}, category)  # type: ignore[arg-type]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _waiting() -> int:
    return sum(_size(str(message)) for _category, message in session.get("_flashes", []))


def _fits(text: str) -> bool:
    return _size(text) <= LARGEST and _waiting() + _size(text) <= LARGEST_TOGETHER


def _make_room() -> None:
    """Where nobody looks at them, forget the oldest of those that stand in the inbox anyway."""
    kept = [one for one in session.get("_flashes", []) if "notification_id" in one[1]]
    while kept and _waiting() > LARGEST_TOGETHER + LARGEST:
        oldest = kept.pop(0)
        session["_flashes"] = [one for one in session["_flashes"] if one is not oldest]


def _instead(category: str, text: str) -> tuple[str, int | None]:
    """The short flash in place of a large one, and the notification that holds the whole."""
    start = text[:60].rsplit(" ", 1)[0].rstrip()
    if not current_user.is_authenticated:
        return f"{text[:200].rstrip()}… The rest was too long to show.", None
    number = _keep(category, text)
    return f"“{start}…” is too long for a flash, so it is kept in your inbox.", number


def _keep(category: str, text: str) -> int:
    """Make it a notification to the reader, and commit: whoever speaks has committed before."""
    said = content.check(*_title_and_body(text), category, "general")
    sent = actions.notify([current_user.id], said, clock.now())
    db.session.commit()
    return sent.notification.id


def _title_and_body(text: str) -> tuple[str, str]:
    """A title of the first words, and the whole as the body where there is more of it."""
    text = text.replace("\0", "").encode(errors="replace").decode()  # no database holds these
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if len(line) <= content.TITLE_MAX and "\n" not in text:
        return line or "Message", ""
    title = line[: content.TITLE_MAX - 1].rsplit(" ", 1)[0]
    body = text if len(text) <= content.BODY_MAX else text[: content.BODY_MAX - 1] + "…"
    return f"{title}…", body


def flashes(*categories: str) -> list[Flash]:
    """Take the waiting flashes out of the session, all or those of some categories."""
    found: list[tuple[str, Any]] = get_flashed_messages(  # type: ignore[assignment]
        with_categories=True, category_filter=categories
    )
    return [_shown(category, message) for category, message in found]


def _shown(category: str, message: Any) -> Flash:
    if not isinstance(message, dict):
        message = {"text": str(message)}
    known = category if category in content.CATEGORIES else "info"
    return Flash(known, **message)
