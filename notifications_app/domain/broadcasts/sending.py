"""Sending: to named people, one delivery for each; to a channel, one release.

At each reader's own time, a channel gets one release for each zone. Every write joins the
caller's transaction, in a few statements whatever the number of readers.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, insert, literal, select

from ...core.clock import UTCDateTime
from ...core.database import db, ids_as_select, insert_into, reading, table, write
from ...core.errors import BadInput, BadTime, NotFound, Refused
from ...core.text import check_line
from ..accounts import groups
from ..accounts.models import User
from ..accounts.queries import ids_of
from ..channels import ADMINS, EVERYONE, group_of, in_zone, without_zone, zone_of
from ..content import Content
from ..inbox.models import KEY_MAX, Delivery, Notification, Release, search_text
from .audience import arrivals_by_zone, count_members
from .audit_entries import BROADCAST, audit_sending
from .preview import SendPreview, preview_to_channel, preview_to_people
from .schedule import Schedule, SendOptions, check_end, check_no_banner, schedule_unchecked
from .wording import people_phrase


@dataclass(frozen=True, slots=True)
class Sent:
    """A notification that was sent now, or earlier under the same key."""

    notification: Notification
    is_new: bool


@dataclass(frozen=True, slots=True)
class SendResult:
    """The outcome of a sending, for messages and logs."""

    preview: SendPreview
    notification: Notification
    is_new: bool

    def sentence(self, zone: str) -> str:
        """Return the sentence for the sender: title, recipients and times, in ``zone``."""
        sent, preview = self.notification, self.preview
        people = people_phrase(preview.audience.count)
        done, to = ("Scheduled", "for") if preview.is_scheduled else ("Sent", "to")
        return (
            f"{done} notification {sent.id} “{sent.title}” {to} {preview.to_phrase} ({people})"
            f" {preview.when_phrase(zone)}."
        )

    def log_fields(self) -> dict[str, Any]:
        """Return the fields of the log line, for :func:`core.logs.record`; no content, no names."""
        to = self.preview.to
        return {
            "notification": self.notification.id,
            "topic": self.notification.topic,
            **({"to": to} if isinstance(to, str) else {}),
            "audience": self.preview.audience.count,
        }


def send_to_channel(
    channel: str, content: Content, options: SendOptions, now: datetime, *, actor_id: int | None
) -> SendResult:
    """Broadcast to a channel, and add the audit entry. ``actor_id`` None is the command line.

    The audience is counted before the write begins. For a dry run, do not commit.

    Raises:
        BadInput, BadTime, NotFound, Refused: as :func:`broadcast`.
    """
    with reading() as connection:
        preview = preview_to_channel(connection, channel, content, options, now)
    _check_start(preview)
    sent = broadcast(channel, content, now, options, audience=preview.audience.count)
    return _finish(sent, preview, BROADCAST, actor_id)


def send_to_people(
    usernames: Iterable[str],
    content: Content,
    options: SendOptions,
    now: datetime,
    *,
    actor_id: int | None,
    action: str,
    watched: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> SendResult:
    """Notify people by their usernames, and add the audit entry named ``action``.

    ``watched`` wraps the sequence of batches in which people are looked up, for instance to show
    a progress bar. ``actor_id`` None is the command line. For a dry run, do not commit.

    Raises:
        BadInput, BadTime, NotFound, Refused: as :func:`notify`.
    """
    with reading() as connection:
        people = ids_of(connection, usernames, watched)
        preview = preview_to_people(connection, people, content, options, now)
    _check_start(preview)
    sent = notify(people.values(), content, now, options)
    return _finish(sent, preview, action, actor_id)


def _check_start(preview: SendPreview) -> None:
    """Refuse a typed start that has passed; where its key was used nothing is sent."""
    try:
        preview.check_start()
    except BadTime:
        if not _is_used(preview.options.key):
            raise


def _is_used(key: str | None) -> bool:
    key = check_key(key)
    return key is not None and db.session.execute(_by_key(key)).first() is not None


def _finish(sent: Sent, preview: SendPreview, action: str, actor_id: int | None) -> SendResult:
    notification = sent.notification
    if sent.is_new:
        audit_sending(action, notification, preview, actor_id=actor_id)
    else:  # the key was used before: report the times of the first sending
        moments = arrivals_by_zone(db.session.connection(), notification.id)
        first, last = min(moments.values()), max(moments.values())
        schedule = Schedule(first, last, notification.expires_at, moments)
        if not isinstance(preview.to, str):
            schedule = schedule.among(preview.zones)
        preview = replace(preview, schedule=schedule)
    return SendResult(preview, notification, sent.is_new)


def notify(
    user_ids: Collection[int], content: Content, now: datetime, options: SendOptions | None = None
) -> Sent:
    """Write a notification, and a delivery for each of these people in one statement.

    Raises:
        BadInput, BadTime: if nobody is named, or the options contradict each other.
        NotFound: if one of the ids has no account.
        Refused: if the key was used for something else.
    """
    options = options or SendOptions()
    people = set(user_ids)
    if not people:
        raise BadInput("Name at least one person.", "to")
    check_no_banner(options)
    arrives = _arrival(options, now)
    sent = _write(content, options, arrives, now, audience=len(people))
    if not sent.is_new:
        _same_people(sent.notification, people)
        return sent
    columns = ["user_id", "notification_id", "arrives_at"]
    recipients = User.id.in_(ids_as_select(people))
    moment = _moment_of_each(arrives, recipients)
    chosen = select(User.id, literal(sent.notification.id), moment).where(recipients)
    if write(insert(table(Delivery)).from_select(columns, chosen)) != len(people):
        db.session.delete(sent.notification)  # deletes its deliveries too
        db.session.flush()
        raise NotFound("Some of these people have no account. Nothing was sent.", "to")
    return sent


def _arrival(options: SendOptions, now: datetime) -> Schedule:
    """Work out the moments; a past expiry is allowed if the key was used: nothing is sent then."""
    arrives = schedule_unchecked(options, now)
    try:
        check_end(arrives.expires_at, arrives.last, now)
    except BadTime:
        if not _is_used(options.key):
            raise
    return arrives


def _moment_of_each(arrives: Schedule, recipients: Any) -> Any:
    if arrives.by_zone is None:
        return literal(arrives.first, UTCDateTime)
    zones = db.session.execute(select(User.timezone).where(recipients).distinct()).scalars().all()
    moments = {zone: literal(arrives.by_zone[zone], UTCDateTime) for zone in sorted(zones)}
    last = literal(arrives.last, UTCDateTime)
    return case(moments, value=User.timezone, else_=last) if moments else last


def broadcast(
    channel: str,
    content: Content,
    now: datetime,
    options: SendOptions | None = None,
    *,
    audience: int | None = None,
) -> Sent:
    """Write a notification and its release, or one release for each zone with ``local_at``.

    ``audience`` is the number of people on the channel, for the statistics; None records none.

    Raises:
        BadInput, BadTime: if there is no such channel, or the options contradict each other.
        NotFound: if there is no such group.
        Refused: if the key was used for something else.
    """
    options = options or SendOptions()
    check_channel(channel)
    arrives = _arrival(options, now)
    sent = _write(content, options, arrives, now, audience=audience)
    if not sent.is_new:
        _same_channel(sent.notification, channel, is_local=arrives.by_zone is not None)
        return sent
    moments = {channel: arrives.first}
    if arrives.by_zone is not None:
        moments = {in_zone(channel, zone): moment for zone, moment in arrives.by_zone.items()}
    shared = {
        "notification_id": sent.notification.id,
        "expires_at": arrives.expires_at,
        "is_banner": options.is_banner,
    }
    write(
        insert(table(Release)).values(
            [{"channel": name, "arrives_at": moment, **shared} for name, moment in moments.items()]
        )
    )
    return sent


def broadcast_counted(
    channel: str, content: Content, now: datetime, options: SendOptions | None = None
) -> Sent:
    """Broadcast to a channel, and record the audience as it is in the caller's transaction.

    Raises:
        BadInput, BadTime, NotFound, Refused: as :func:`broadcast`.
    """
    check_channel(channel)
    if db.session().in_transaction():  # which may have added people
        count = count_members(db.session.connection(), channel)
    else:  # counting must not hold up other writers
        with reading() as connection:
            count = count_members(connection, channel)
    return broadcast(channel, content, now, options, audience=count)


def check_channel(channel: str) -> None:
    """Raise BadInput if there is no such channel, NotFound if there is no such group."""
    group = group_of(channel)
    if group is not None and zone_of(channel) is None:
        groups.find(group)
    elif channel not in (EVERYONE, ADMINS):
        raise BadInput(
            f"There is no channel “{channel}”. Use {EVERYONE}, {ADMINS}"
            " or group: with the name of a group.",
            "to",
        )


def _write(
    content: Content,
    options: SendOptions,
    arrives: Schedule,
    now: datetime,
    *,
    audience: int | None,
) -> Sent:
    key = check_key(options.key)
    values = {
        **asdict(content),
        "search_text": search_text(content.title, content.body),
        "is_banner": options.is_banner,
        "sender_id": options.sender_id,
        "key": key,
        "expires_at": arrives.expires_at,
        "audience": audience,
        "local_at": options.local_at,
        "held_until": now + options.undo_window if options.local_at else None,
        "created_at": now,
    }
    statement = (
        insert_into(Notification)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(*table(Notification).c)
    )
    made = db.session.scalars(select(Notification).from_statement(statement)).one_or_none()
    if made is not None:
        return Sent(made, is_new=True)
    # The key is taken, and the INSERT waited for its owner. Looking first would lose races.
    first = db.session.execute(_by_key(key)).scalar_one()
    wanted = {**asdict(content), "is_banner": options.is_banner}
    # The first wording of an edited one is not stored, and a repeated script still sends that.
    if first.edited_at is None and any(getattr(first, name) != wanted[name] for name in wanted):
        raise _reused(first)
    return Sent(first, is_new=False)


def _by_key(key: str | None) -> Select[tuple[Notification]]:
    return select(Notification).where(Notification.key == key)


def check_key(key: str | None) -> str | None:
    """Normalise a key; raise BadInput unless it is None or one line of 1 to 200 characters."""
    return None if key is None else check_line(key, "key", "key", KEY_MAX, 1)


def _reused(first: Notification) -> Refused:
    return Refused(
        f"The key “{first.key}” was already used for notification {first.id}, with other content or"
        " other recipients. Nothing was sent.",
        "key",
    )


def _same_channel(first: Notification, channel: str, *, is_local: bool) -> None:
    released = select(Release.channel).where(Release.notification_id == first.id)
    found = {
        (without_zone(name), zone_of(name) is not None) for name in db.session.scalars(released)
    }
    if found != {(channel, is_local)}:
        raise _reused(first)


def _same_people(first: Notification, people: Collection[int]) -> None:
    released = select(Release.channel).where(Release.notification_id == first.id)
    delivered = select(Delivery.user_id).where(Delivery.notification_id == first.id)
    if set(db.session.scalars(delivered)) != people or db.session.execute(released).first():
        raise _reused(first)
