"""What was sent can be put right, or taken back: for everyone, at once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, null, or_, select, update

from ...core.clock import UTCDateTime
from ...core.database import db, table, write
from ...core.errors import BadInput, NotFound, Refused
from ..content import Content
from ..inbox import handover
from ..inbox.models import Delivery, Notification, Release
from .schedule import check_end

_THIS = bindparam("broadcast_id", type_=BigInteger)


@dataclass(frozen=True, slots=True)
class Edit:
    """How a notification shall read from now on: the whole of it."""

    content: Content
    expires_at: datetime | None
    is_banner: bool


def current(notification_id: int) -> tuple[Notification, Edit]:
    """A notification under the lock of its writer, and how it reads now.

    Raises:
        NotThere: where there is no such notification.
        Refused: where it was recalled: nobody would see the change.
    """
    found = select(Notification).where(Notification.id == _THIS).with_for_update(key_share=True)
    notification = db.session.execute(
        found, {"broadcast_id": notification_id}, execution_options={"populate_existing": True}
    ).scalar_one_or_none()
    if notification is None:
        raise NotFound(f"There is no notification {notification_id}. Nothing was changed.")
    if notification.recalled_at is not None:
        raise Refused(f"Notification {notification_id} was recalled. Nothing was changed.")
    said = Content(**{name: getattr(notification, name) for name in Content.__dataclass_fields__})
    return notification, Edit(said, notification.expires_at, notification.is_banner)


def edit(
    notification_id: int, wanted: Edit, now: datetime, *, notify_again: bool = False
) -> list[str]:
    """Make it read so, for everyone at once; the names of what changed, in alphabetical order.

    With ``notify_again`` it is unread once more, arriving now, for those to whom it had come;
    who snoozed it hears of it when they wanted to, even where they dismissed it meanwhile.

    Raises:
        BadInput: where a banner is wanted of what went to named people.
        BadTime: where it would end in the past, or before it starts.
        NotThere, Refused: as :func:`current`.
    """
    notification, before = current(notification_id)
    changed = _differences(before, wanted)
    releases = db.session.execute(_RELEASES, {"broadcast_id": notification_id}).one()
    if wanted.is_banner and not releases.many:
        raise BadInput("A banner is for a channel, not for named people.", "is_banner")
    if "expires_at" in changed or notify_again:
        last = (
            releases.last
            or db.session.execute(_LAST_CAME, {"broadcast_id": notification_id}).scalar()
        )
        check_end(wanted.expires_at, last or notification.created_at, now)
    if not changed and not notify_again:
        return []
    for name, value in _values(wanted).items():
        setattr(notification, name, value)
    notification.edited_at = now
    db.session.flush()
    values = {"broadcast_id": notification_id, "now": now}
    copies = {"is_banner": wanted.is_banner, "expires_at": wanted.expires_at}
    write(update(table(Release)).where(Release.notification_id == _THIS).values(copies), values)
    if notify_again:
        write(_RELEASE_AGAIN.values(arrives_at=now), values)
        write(_DELIVER_AGAIN.values(arrives_at=now), values)
        write(_SLEEP_AGAIN.values(snoozed_from=now), values)
    if wanted.is_banner and {"is_banner", "expires_at"} & set(changed):
        handover.deliver_banner_to_latecomers(notification_id, now)
    return changed


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
#: Of what went to named people: when it first came, or will come, to the last of them.
_LAST_CAME = select(
    func.max(func.coalesce(Delivery.snoozed_from, Delivery.arrives_at, type_=UTCDateTime))
).where(Delivery.notification_id == _THIS)
_NOW = bindparam("now", type_=Release.__table__.c.arrives_at.type)
_RELEASE_AGAIN = update(table(Release)).where(
    Release.notification_id == _THIS, Release.arrives_at <= _NOW
)
#: A kept stamp would let an older undo swallow it.
_ANEW = {"read_at": null(), "dismissed_at": null(), "stamp": null()}
_DELIVER_AGAIN = (
    update(table(Delivery))
    .where(Delivery.notification_id == _THIS, Delivery.arrives_at <= _NOW)
    .values(snoozed_from=null(), **_ANEW)
)
#: It is asleep, and wakes when it was to.
_SLEEP_AGAIN = (
    update(table(Delivery))
    .where(
        Delivery.notification_id == _THIS,
        Delivery.arrives_at > _NOW,
        Delivery.snoozed_from.is_not(None),
    )
    .values(**_ANEW)
)


def recall(notification_id: int, now: datetime) -> bool:
    """Take a notification off the air for everyone, at once; False where it was already.

    Raises:
        NotThere: where there is no such notification.
    """
    values = {"broadcast_id": notification_id, "now": now}
    changed = write(
        update(table(Notification))
        .where(Notification.id == _THIS, Notification.recalled_at.is_(None))
        .values(recalled_at=now),
        values,
    )
    if not changed:
        there = select(func.count()).select_from(Notification).where(Notification.id == _THIS)
        if not db.session.execute(there, values).scalar_one():
            raise NotFound(f"There is no notification {notification_id}. Nothing was changed.")
        return False
    write(_END, values)
    return True


_END = (
    update(table(Release))
    .where(
        Release.notification_id == _THIS,
        or_(Release.expires_at.is_(None), Release.expires_at > _NOW),
    )
    .values(expires_at=_NOW)
)
