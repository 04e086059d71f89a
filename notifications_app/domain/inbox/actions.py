"""The reader's actions on notifications, and undo: four statements for any number of rows.

1. Take a stamp, which also locks the reader. 2. Create the deliveries that visible broadcasts
lack. 3. Record in ``changes`` the state of the deliveries that would change. 4. Change them;
the row count is the outcome. The record lets undo restore every action exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    null,
    or_,
    select,
    update,
)

from ...core.database import db, table, write
from ...core.errors import BadInput, NotFound
from . import conditions, queries, search
from .deliveries import STAMP, create_missing_deliveries, record_changes, take_stamp
from .filters import InboxFilter
from .models import Change, Delivery, Notification
from .search import Shape


@dataclass(frozen=True, slots=True)
class Verb:
    """An action of a reader: the values it sets, the rows it would change and may apply to."""

    sets: Mapping[str, Any]
    would_change: ColumnElement[bool]
    applies_to: ColumnElement[bool] = conditions.ARRIVED


_ALSO_SNOOZED = or_(conditions.ARRIVED, conditions.SNOOZED)

VERBS: Mapping[str, Verb] = {
    "read": Verb({"read_at": conditions.NOW}, Delivery.read_at.is_(None)),
    "unread": Verb({"read_at": null()}, Delivery.read_at.is_not(None)),
    "dismiss": Verb(
        {"dismissed_at": conditions.NOW}, Delivery.dismissed_at.is_(None), _ALSO_SNOOZED
    ),
    "snooze": Verb(
        {
            "arrives_at": conditions.UNTIL,
            "read_at": null(),
            # Snoozed already: keep its first arrival.
            "snoozed_from": case(
                (Delivery.arrives_at > conditions.NOW, Delivery.snoozed_from),
                else_=Delivery.arrives_at,
            ),
        },
        and_(Delivery.arrives_at != conditions.UNTIL, Delivery.dismissed_at.is_(None)),
        _ALSO_SNOOZED,
    ),
    "unsnooze": Verb(
        {"arrives_at": Delivery.snoozed_from, "snoozed_from": null()},
        Delivery.snoozed_from.is_not(None),
        conditions.SNOOZED,
    ),
    "restore": Verb({"dismissed_at": null()}, Delivery.dismissed_at.is_not(None), _ALSO_SNOOZED),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an action: the number of rows changed, and the stamp that undoes it."""

    stamp: int
    count: int
    #: How many rows an undo left alone because they had changed since.
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class ShownSnapshotScope:
    """All notifications of a view that existed when its page was made: the scope of "all"."""

    view: InboxFilter
    shown: queries.Snapshot
    #: The ids of those that were deselected.
    excluded: Sequence[int] = ()


def act(
    user_id: int,
    verb: str,
    scope: Sequence[int] | ShownSnapshotScope,
    now: datetime,
    *,
    until: datetime | None = None,
) -> Outcome:
    """Apply an action to the notifications with these ids, or to all that a page showed.

    ``until`` is the moment at which snoozed notifications arrive again.

    Raises:
        BadInput: if there is no such action, or a snooze does not end in the future.
        NotFound: if a single id was given and this reader has no such notification.
    """
    if verb not in VERBS:
        raise BadInput(f"There is no action “{verb}”.", "action")
    if verb == "snooze" and (until is None or until <= now):
        raise BadInput("Enter a time in the future.", "until")
    kind, shape, values = _scope(scope)
    reader = take_stamp(user_id, now)
    values |= {"reader_id": user_id, "now": now, "new_stamp": reader.last_stamp}
    values |= {"until": until} if verb == "snooze" else {}
    create_missing_deliveries(reader, kind, shape, values)
    write(_record_statement(verb, kind, shape, db.engine.dialect.name), values)
    count = write(_update_statement(verb), values)
    if not count and not isinstance(scope, ShownSnapshotScope) and len(scope) == 1:
        row = queries.one(db.session.connection(), reader, scope[0], now)
        if row is None:
            raise NotFound("No such notification. It may have been recalled.")
    return Outcome(reader.last_stamp, count)


def _scope(scope: Sequence[int] | ShownSnapshotScope) -> tuple[str, Shape, dict[str, Any]]:
    if not isinstance(scope, ShownSnapshotScope):
        return "ids", (), {"ids": list(scope)}
    snapshot, terms = scope.shown, scope.view.terms
    values = {"moment": snapshot.moment, "top": snapshot.top, "seen": snapshot.seen}
    values["excluded"] = list(scope.excluded)
    values["muted_then"] = f",{snapshot.muted},"
    return (
        scope.view.tab,
        scope.view.shape,
        values | search.values(terms, db.engine.dialect.name),
    )


def _in_tab(kind: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a delivery was in a tab at the snapshot and is there now."""
    arrived = Delivery.arrives_at <= conditions.SNAPSHOT_AT
    if kind == conditions.ALL_TABS:
        return (or_(arrived, conditions.SNOOZED, Delivery.dismissed_at.is_not(None)),)
    if kind in conditions.TABS_WITH_UNDELIVERED:
        return (*conditions.TAB_CONDITIONS[kind], arrived, conditions.mute_condition_then(kind))
    ahead = (conditions.SNOOZED,) if kind in conditions.TABS_AHEAD else ()
    return (*conditions.TAB_CONDITIONS[kind], *ahead)


def _in_scope(kind: str, shape: Shape, dialect: str) -> tuple[ColumnElement[bool], ...]:
    if kind == "ids":
        return (Delivery.notification_id.in_(conditions.IDS),)
    return (
        *_in_tab(kind),
        Delivery.notification_id <= conditions.SNAPSHOT_MAX_ID,
        Delivery.notification_id.not_in(conditions.EXCLUDED_IDS),
        or_(Delivery.stamp.is_(None), Delivery.stamp <= conditions.SNAPSHOT_STAMP),
        or_(Notification.edited_at.is_(None), Notification.edited_at <= conditions.SNAPSHOT_AT),
        *search.conditions(shape, dialect, delivered=True),
    )


@lru_cache(maxsize=512)
def _record_statement(verb: str, kind: str, shape: Shape, dialect: str) -> Any:
    rules = VERBS[verb]
    return record_changes(
        conditions.LIVE, rules.applies_to, rules.would_change, *_in_scope(kind, shape, dialect)
    )


@cache
def _update_statement(verb: str) -> Any:
    recorded = select(Change.notification_id).where(
        Change.user_id == conditions.READER_ID, Change.stamp == STAMP
    )
    return (
        update(table(Delivery))
        .where(Delivery.user_id == conditions.READER_ID, Delivery.notification_id.in_(recorded))
        .values(**VERBS[verb].sets, stamp=STAMP)
    )
