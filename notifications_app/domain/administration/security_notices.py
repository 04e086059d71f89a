"""Notifications from the system to people about their own accounts, on the topic ``security``.

One function for each event. Each takes plain values, writes in the caller's transaction and never
commits; ``actor_id`` is the person who caused it, None the command line. Moments are aware. Of one
kind of event, at most :data:`MOST_AN_HOUR` in an hour are told, so that repetition fills no inbox.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from ...core.database import db
from ...core.errors import Refused
from ..accounts.models import User
from ..broadcasts.schedule import SendOptions
from ..broadcasts.sending import notify
from ..content import Content, check
from ..inbox.models import Notification
from . import security_wording as wording
from .security_wording import Circumstances, Notice

TOPIC = "security"
#: The number of notifications of one kind for one person in an hour of the clock.
MOST_AN_HOUR = 5


def new_browser(user_id: int, *, browser: str, address: str, now: datetime) -> bool:
    """Tell about a sign-in from a new browser; return whether the notification was written.

    ``browser`` is its name in words: ``Firefox on Linux``. One more notification tells that
    there were more than :data:`MOST_AN_HOUR`.
    """
    it = _circumstances(user_id, user_id, now)
    if _tell("sign-in", user_id, wording.new_browser(it, browser, address), now):
        return True
    return _tell("sign-ins", user_id, wording.more_new_browsers(it), now, most=1)


def password_changed(user_id: int, *, now: datetime) -> None:
    """Tell about a password that the person changed in the settings."""
    it = _circumstances(user_id, user_id, now)
    _tell("password", user_id, wording.password_changed(it), now)


def password_set(user_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Tell about a password that an administrator set."""
    it = _circumstances(user_id, actor_id, now)
    _tell("password-set", user_id, wording.password_set(it), now)


def reset_link_made(user_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Tell about a one-time link for a new password that an administrator made."""
    it = _circumstances(user_id, actor_id, now)
    _tell("reset-link", user_id, wording.reset_link_made(it), now)


def reset_link_used(user_id: int, *, address: str, now: datetime) -> None:
    """Tell about a password that was set by a one-time link."""
    it = _circumstances(user_id, user_id, now)
    _tell("reset", user_id, wording.reset_link_used(it, address), now)


def role_changed(user_id: int, *, is_admin: bool, actor_id: int | None, now: datetime) -> None:
    """Tell that the person became an administrator, or an ordinary user again."""
    it = _circumstances(user_id, actor_id, now)
    _tell("role", user_id, wording.role_changed(it, is_admin=is_admin), now)


def activated(user_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Tell that the account is active again."""
    it = _circumstances(user_id, actor_id, now)
    _tell("active", user_id, wording.activated(it), now)


def sign_ins_ended(user_id: int, ended: int, *, actor_id: int | None, now: datetime) -> None:
    """Tell that an administrator ended this number of the person's sign-ins, at least one."""
    it = _circumstances(user_id, actor_id, now)
    _tell("sign-ins-ended", user_id, wording.sign_ins_ended(it, ended), now)


def second_factor_changed(
    user_id: int, change: str, *, actor_id: int | None, now: datetime
) -> None:
    """Tell about the second factor: ``change`` is one of ``security_wording.SECOND_FACTOR``.

    ``actor_id`` is the person's own id for all changes but a reset by somebody else.

    Raises:
        ValueError: if there is no such change.
    """
    if change not in wording.SECOND_FACTOR:
        raise ValueError(f"no change of a second factor: {change!r}")
    it = _circumstances(user_id, actor_id, now)
    _tell(f"second-factor-{change}", user_id, wording.second_factor_changed(it, change), now)


def token_created(user_id: int, name: str, *, actor_id: int | None, now: datetime) -> None:
    """Tell about an access token of this name that was created for the person's account."""
    it = _circumstances(user_id, actor_id, now)
    _tell("token", user_id, wording.token_created(it, name), now)


def emails_changed(user_ids: Collection[int], *, actor_id: int | None, now: datetime) -> None:
    """Tell these people that their email address was changed: one notification for all of them."""
    if user_ids:
        notice = wording.email_changed(Circumstances(now, "UTC", _username(actor_id)))
        notify(user_ids, _content(notice), now)


def _circumstances(user_id: int, actor_id: int | None, now: datetime) -> Circumstances:
    zone = db.session.execute(select(User.timezone).where(User.id == user_id)).scalar_one()
    return Circumstances(now, zone, _username(actor_id), is_own=actor_id == user_id)


def _username(user_id: int | None) -> str | None:
    if user_id is None:
        return None
    return db.session.execute(select(User.username).where(User.id == user_id)).scalar_one_or_none()


def _tell(
    kind: str, user_id: int, notice: Notice, now: datetime, *, most: int = MOST_AN_HOUR
) -> bool:
    """Write the notification under the first free key of this hour; return False if none is free.

    The same words are not written twice. The keys are unique in the table: of two at once, the
    later one takes the next key.
    """
    keys = [f"{TOPIC}:{kind}:{user_id}:{now:%Y-%m-%dT%H}:{count}" for count in range(most)]
    written = select(Notification.key, Notification.body).where(Notification.key.in_(keys))
    bodies = {row.key: row.body for row in db.session.execute(written)}
    content = _content(notice)
    if content.body in bodies.values():
        return True
    for key in keys:
        if key not in bodies:
            try:
                notify([user_id], content, now, SendOptions(key=key))
            except Refused:  # somebody else took it in the meantime, with other words
                continue
            return True
    return False


def _content(notice: Notice) -> Content:
    link = notice.settings and f"/settings#{notice.settings}"
    label = "Open settings" if link else None
    return check(
        notice.title, notice.body, notice.category, TOPIC, action_url=link, action_label=label
    )
