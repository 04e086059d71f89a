"""Edit a notification, for all its readers at once."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, null, select, update

from ...core.clock import UTCDateTime
from ...core.database import db, reading, table, write
from ...core.errors import BadInput, NotFound, Refused
from ..content import Content
from ..inbox.handover import deliver_banner_to_latecomers
from ..inbox.models import Delivery, Notification, Release, search_text
from .audit_entries import audit_edit
from .schedule import check_end
from .stats import has_arrived

_THIS = bindparam("broadcast_id", type_=BigInteger)


@dataclass(frozen=True, slots=True)
class Edit:
    """All the editable fields of a notification."""

    content: Content
    expires_at: datetime | None
    is_banner: bool


@dataclass(frozen=True, slots=True)
class EditResult:
    """The outcome of an edit."""

    #: The names of the changed fields, in alphabetical order.
    changed: list[str]
    #: Whether it was made unread again; False if nobody has received it yet.
    again: bool

    def __bool__(self) -> bool:
        """Return whether anything was written."""
        return bool(self.changed) or self.again


def edit(
    notification_id: int,
    revise: Callable[[Notification, Edit], Edit],
    now: datetime,
    *,
    notify_again: bool = False,
    actor_id: int | None = None,
) -> EditResult:
    """Edit a notification for everyone at once, and add the audit entry.

    ``revise`` gets the notification, locked against other writers, and its current fields; it
    returns the new ones. With ``notify_again`` it becomes unread and arrives now for everybody
    who has received it; snoozed copies keep their time, even if they were dismissed meanwhile.
    ``now`` is aware; ``actor_id`` None is the command line. For a dry run, do not commit.

    Raises:
        BadInput: if a notification to named people would become a banner.
        BadTime: if it would expire in the past, or before it arrives.
        NotFound: if there is no such notification.
        Refused: if it was recalled, so that nobody would see the change.
    """
    again = False
    if notify_again:  # there is nothing to read again if nobody has received it
        with reading() as connection:
            again = has_arrived(connection, notification_id, now)
    notification, before = _current(notification_id)
    wanted = revise(notification, before)
    changed = _differences(before, wanted)
    releases = db.session.execute(_RELEASES, {"broadcast_id": notification_id}).one()
    if wanted.is_banner and not releases.many:
        raise BadInput("A banner can be sent to a channel, not to named people.", "is_banner")
    if "expires_at" in changed or again:
        last = (
            releases.last
            or db.session.execute(_LAST_CAME, {"broadcast_id": notification_id}).scalar()
        )
        check_end(wanted.expires_at, last or notification.created_at, now)
    result = EditResult(changed, again)
    if result:
        _write(notification, wanted, now, result)
        audit_edit(notification_id, changed, again=again, actor_id=actor_id, now=now)
    return result


def _current(notification_id: int) -> tuple[Notification, Edit]:
    """Return a notification, locked against other writers, and its current fields."""
    statement = select(Notification).where(Notification.id == _THIS)
    notification = db.session.execute(
        statement.with_for_update(key_share=True),
        {"broadcast_id": notification_id},
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if notification is None:
        raise NotFound(f"There is no notification {notification_id}. Nothing was changed.")
    if notification.recalled_at is not None:
        raise Refused(f"Notification {notification_id} was recalled. Nothing was changed.")
    content = Content.of(notification)
    return notification, Edit(content, notification.expires_at, notification.is_banner)


def _write(notification: Notification, wanted: Edit, now: datetime, result: EditResult) -> None:
    for name, value in _values(wanted).items():
        setattr(notification, name, value)
    notification.search_text = search_text(wanted.content.title, wanted.content.body)
    notification.edited_at = now
    db.session.flush()
    values = {"broadcast_id": notification.id, "now": now}
    copies = {"is_banner": wanted.is_banner, "expires_at": wanted.expires_at}
    write(update(table(Release)).where(Release.notification_id == _THIS).values(copies), values)
    if result.again:
        # It comes back to those whose dismissed deliveries were pruned: count them once.
        notification.pruned_dismissed = notification.pruned_read = 0
        db.session.flush()
        write(_RELEASE_AGAIN.values(arrives_at=now), values)
        write(_DELIVER_AGAIN.values(arrives_at=now), values)
        write(_SNOOZED_AGAIN.values(snoozed_from=now), values)
    if wanted.is_banner and {"is_banner", "expires_at"} & set(result.changed):
        deliver_banner_to_latecomers(notification.id, now)


def _values(wanted: Edit) -> Mapping[str, Any]:
    return {
        **asdict(wanted.content),
        "expires_at": wanted.expires_at,
        "is_banner": wanted.is_banner,
    }


def _differences(before: Edit, wanted: Edit) -> list[str]:
    old, new = _values(before), _values(wanted)
    return sorted(name for name in new if new[name] != old[name])


_RELEASES = select(func.count().label("many"), func.max(Release.arrives_at).label("last")).where(
    Release.notification_id == _THIS
)
#: The last first arrival of a notification to named people.
_LAST_CAME = select(
    func.max(func.coalesce(Delivery.snoozed_from, Delivery.arrives_at, type_=UTCDateTime))
).where(Delivery.notification_id == _THIS)
_NOW = bindparam("now", type_=Release.__table__.c.arrives_at.type)
_RELEASE_AGAIN = update(table(Release)).where(
    Release.notification_id == _THIS, Release.arrives_at <= _NOW
)
#: Clear the stamp, else undoing an earlier action would overwrite this.
_ANEW = {
    "earlier_read_at": func.coalesce(Delivery.earlier_read_at, Delivery.read_at),
    "read_at": null(),
    "dismissed_at": null(),
    "stamp": null(),
}
_DELIVER_AGAIN = (
    update(table(Delivery))
    .where(Delivery.notification_id == _THIS, Delivery.arrives_at <= _NOW)
    .values(snoozed_from=null(), **_ANEW)
)
#: A snoozed copy keeps its time.
_SNOOZED_AGAIN = (
    update(table(Delivery))
    .where(
        Delivery.notification_id == _THIS,
        Delivery.arrives_at > _NOW,
        Delivery.snoozed_from.is_not(None),
    )
    .values(**_ANEW)
)
