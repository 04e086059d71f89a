"""Sending: to named people, which is a delivery each; to a channel, which is one release.

Both join the caller's transaction and cost the same few statements, however many read.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .. import clock
from ..accounts.models import User
from ..content import Content, check_line
from ..errors import BadInput, BadTime, NotThere, Refused
from ..extensions import db, table, write
from ..inbox.channels import ADMINS, EVERYONE
from ..inbox.models import KEY_MAX, Delivery, Notification, Release

CHANNELS = (EVERYONE, ADMINS)


@dataclass(frozen=True, slots=True)
class Sent:
    """A notification that was sent, or, by a key used before, had been already."""

    notification: Notification
    is_new: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What can be said of a sending beside its content. Moments are aware."""

    sender_id: int | None = None
    key: str | None = None
    arrives_at: datetime | None = None
    expires_at: datetime | None = None
    is_banner: bool = False


def notify(
    user_ids: Sequence[int], content: Content, now: datetime, options: Options | None = None
) -> Sent:
    """Send to these people: a notification, and by one statement a delivery for each.

    Raises:
        BadInput, BadTime: where the options do not fit together.
        Refused: where the key was used for something else.
    """
    options = options or Options()
    people = sorted(set(user_ids))
    if not people:
        raise BadInput("Name at least one person.", "to")
    if options.is_banner:
        raise BadInput("A banner is for a channel, not for named people.", "is_banner")
    arrives_at = check_times(options, now)
    sent = _write(content, options, now)
    if not sent.is_new:
        _same_people(sent.notification, people)
        return sent
    columns = ["user_id", "notification_id", "arrives_at"]
    delivered = 0
    for start in range(0, len(people), 10_000):
        chosen = select(
            User.id, literal(sent.notification.id), literal(arrives_at, clock.UTCDateTime)
        ).where(User.id.in_(people[start : start + 10_000]))
        delivered += write(insert(table(Delivery)).from_select(columns, chosen))
    if delivered != len(people):
        db.session.delete(sent.notification)  # its deliveries go with it
        db.session.flush()
        raise NotThere("Some of these people have no account. Nothing was sent.", "to")
    return sent


def broadcast(
    channel: str, content: Content, now: datetime, options: Options | None = None
) -> Sent:
    """Put on the air: a notification and one release, whatever the number of readers.

    Raises:
        BadInput, BadTime: where there is no such channel or the times do not fit.
        Refused: where the key was used for something else.
    """
    options = options or Options()
    if channel not in CHANNELS:
        raise BadInput(
            f"There is no channel “{channel}”. There are {' and '.join(CHANNELS)}.", "to"
        )
    arrives_at = check_times(options, now)
    sent = _write(content, options, now)
    if not sent.is_new:
        _same_channel(sent.notification, channel)
        return sent
    write(
        insert(table(Release)).values(
            channel=channel,
            notification_id=sent.notification.id,
            arrives_at=arrives_at,
            expires_at=options.expires_at,
            is_banner=options.is_banner,
        )
    )
    return sent


def check_times(options: Options, now: datetime) -> datetime:
    """When it arrives: a start in the past means now. Raises :class:`BadTime`."""
    arrives_at = max(options.arrives_at or now, now)
    if options.expires_at is not None and options.expires_at <= now:
        raise BadTime("It would expire in the past. Choose a later expiry.", "expires_at")
    if options.expires_at is not None and options.expires_at <= arrives_at:
        raise BadTime("It would expire before it starts. Choose a later expiry.", "expires_at")
    return arrives_at


def _write(content: Content, options: Options, now: datetime) -> Sent:
    key = check_key(options.key)
    values = {
        **asdict(content),
        "is_banner": options.is_banner,
        "sender_id": options.sender_id,
        "key": key,
        "expires_at": options.expires_at,
        "created_at": now,
    }
    insert_into = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert_into(Notification)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Notification)
    )
    made = db.session.execute(statement).scalar_one_or_none()
    if made is not None:
        return Sent(made, is_new=True)
    # Another has this key, and was waited for. Looking first and inserting then fails in races.
    first = db.session.execute(select(Notification).where(Notification.key == key)).scalar_one()
    said = {**asdict(content), "is_banner": options.is_banner}
    if any(getattr(first, name) != value for name, value in said.items()):
        raise _reused(first)
    return Sent(first, is_new=False)


def check_key(key: str | None) -> str | None:
    """A key is one line of 1 to 200 characters; raises :class:`BadInput`."""
    return None if key is None else check_line(key, "key", "key", KEY_MAX, 1)


def _reused(first: Notification) -> Refused:
    return Refused(
        f"The key “{first.key}” was used for notification {first.id}, which says something else"
        " or went to others. Nothing was sent.",
        "key",
    )


def _same_channel(first: Notification, channel: str) -> None:
    released = select(Release.channel).where(Release.notification_id == first.id)
    if db.session.execute(released).scalars().all() != [channel]:
        raise _reused(first)


def _same_people(first: Notification, people: Sequence[int]) -> None:
    released = select(Release.channel).where(Release.notification_id == first.id)
    delivered = select(Delivery.user_id).where(Delivery.notification_id == first.id)
    had = db.session.execute(delivered.order_by(Delivery.user_id)).scalars().all()
    if list(had) != list(people) or db.session.execute(released).first():
        raise _reused(first)


def recall(number: int, now: datetime) -> bool:
    """Take a notification off the air for everyone, at once; False where it was already.

    Raises:
        NotThere: where there is no such notification.
    """
    this = bindparam("number", number, type_=BigInteger)
    changed = write(
        update(table(Notification))
        .where(Notification.id == this, Notification.recalled_at.is_(None))
        .values(recalled_at=now)
    )
    if not changed:
        there = select(func.count()).select_from(Notification).where(Notification.id == this)
        if not db.session.execute(there).scalar_one():
            raise NotThere(f"There is no notification {number}. Nothing was changed.")
        return False
    write(_end_releases(this, now))
    return True


def _end_releases(this: Any, now: datetime) -> Any:
    return (
        update(table(Release))
        .where(
            Release.notification_id == this,
            or_(Release.expires_at.is_(None), Release.expires_at > now),
        )
        .values(expires_at=now)
    )
