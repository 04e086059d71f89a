"""The history of a notification for one reader, derived from the changes recorded for undo."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, select

from ...core import clock
from . import conditions
from .models import Change

#: The name of an icon, a phrase, and the moment.
Event = tuple[str, str, datetime]

_CHANGES = (
    select(
        Change.stamp, Change.arrives_at, Change.snoozed_from, Change.read_at, Change.dismissed_at
    )
    .where(
        Change.user_id == conditions.READER_ID,
        Change.notification_id == bindparam("id", type_=BigInteger),
    )
    .order_by(Change.stamp)
)


def history(
    connection: Connection, user_id: int, row: Row[Any], zone: str, now: datetime
) -> list[Event]:
    """Return the events of this reader's copy, the oldest first.

    Changes are kept for a week; of older events, only those that the copy itself records remain.
    """
    changes = connection.execute(_CHANGES, {"reader_id": user_id, "id": row.id}).all()
    states: list[Row[Any]] = [*changes, row]
    first = states[0]
    events: list[Event] = [("inbox", "Received", first.snoozed_from or first.arrives_at)]
    if first.read_at is not None:
        events.append(("envelope-open", "Read", first.read_at))
    if first.dismissed_at is not None:
        events.append(("cross", "Dismissed", first.dismissed_at))
    for change, after in zip(changes, states[1:], strict=True):
        events += _difference(change, after, zone)
    ends = [*(clock.from_micros(change.stamp) for change in changes), now]
    events += [
        ("inbox", "Returned", moment)
        for moment in {
            state.arrives_at
            for state, end in zip(states, ends, strict=True)
            if state.snoozed_from is not None and state.arrives_at <= end
        }
    ]
    if row.edited_at is not None:
        events.append(("pencil", "Edited", row.edited_at))
    return sorted(events, key=lambda event: event[2])


def _difference(before: Row[Any], after: Row[Any], zone: str) -> Sequence[Event]:
    when = clock.from_micros(before.stamp)
    events: list[Event] = []
    is_snoozed = after.snoozed_from is not None and after.arrives_at > when
    if after.arrives_at != before.arrives_at and is_snoozed:
        until = clock.short(after.arrives_at, zone, when)
        return [("clock", f"Snoozed until {until}", when)]
    if after.arrives_at != before.arrives_at:
        events.append(("inbox", "Unsnoozed", when))
    if (before.read_at is None) != (after.read_at is None):
        is_read = after.read_at is not None
        events.append(
            ("envelope-open", "Read", when) if is_read else ("envelope", "Marked as unread", when)
        )
    if (before.dismissed_at is None) != (after.dismissed_at is None):
        is_dismissed = after.dismissed_at is not None
        events.append(("cross", "Dismissed", when) if is_dismissed else ("undo", "Restored", when))
    return events
