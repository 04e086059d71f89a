"""What a reader does: each action four statements, for one row or ten thousand.

1. take a stamp, which also locks the reader; 2. make the deliveries that broadcasts do not
have yet; 3. write down in ``changes`` what would change; 4. change it. So every action can
be undone exactly, and the row count is the truth.
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
    """One thing a reader does: the values it sets, on what it would change, of what it reaches."""

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
            # Asleep already: it still first came when it first came.
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
    """What an action did: how many rows changed, and the stamp that undoes it."""

    stamp: int
    count: int
    #: Of an undo: how many had changed since and were left alone.
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class ShownSnapshotScope:
    """Everything that a page of this view showed to be there."""

    view: InboxFilter
    shown: queries.Snapshot


def act(
    user_id: int,
    verb: str,
    scope: Sequence[int] | ShownSnapshotScope,
    now: datetime,
    *,
    until: datetime | None = None,
) -> Outcome:
    """Do ``verb`` to the notifications with these ids, or to all that a page showed.

    ``until`` is the moment at which what is snoozed comes back.

    Raises:
        BadInput: where there is no such verb, or snoozing has no time to come.
        NotThere: where one id was given and this reader has no such notification.
    """
    if verb not in VERBS:
        raise BadInput(f"There is no action “{verb}”.", "action")
    if verb == "snooze" and (until is None or until <= now):
        raise BadInput("Say until when: a time to come.", "until")
    kind, shape, values = _scope(scope)
    reader = take_stamp(user_id, now)
    values |= {"reader_id": user_id, "now": now, "new_stamp": reader.last_stamp}
    values |= {"until": until} if verb == "snooze" else {}
    create_missing_deliveries(reader, kind, shape, values)
    write(_log(verb, kind, shape, db.engine.dialect.name), values)
    count = write(_change(verb), values)
    if not count and not isinstance(scope, ShownSnapshotScope) and len(scope) == 1:
        there = queries.one(db.session.connection(), reader, scope[0], now)
        if there is None:
            raise NotFound("No such notification. It may have been recalled.")
    return Outcome(reader.last_stamp, count)


def _scope(scope: Sequence[int] | ShownSnapshotScope) -> tuple[str, Shape, dict[str, Any]]:
    if not isinstance(scope, ShownSnapshotScope):
        return "ids", (), {"ids": list(scope)}
    shown, terms = scope.shown, scope.view.terms
    values = {"moment": shown.moment, "top": shown.top, "seen": shown.seen}
    values["muted_then"] = f",{shown.muted},"
    return (
        scope.view.tab,
        scope.view.shape,
        values | search.values(terms, db.engine.dialect.name),
    )


def _as_then(kind: str) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.arrives_at <= conditions.SNAPSHOT_AT, conditions.mute_condition_then(kind))


def _within(kind: str, shape: Shape, dialect: str) -> tuple[ColumnElement[bool], ...]:
    if kind == "ids":
        return (Delivery.notification_id.in_(conditions.IDS),)
    return (
        *conditions.TAB_CONDITIONS[kind],
        *(_as_then(kind) if kind in conditions.TABS_WITH_UNDELIVERED else ()),
        Delivery.notification_id <= conditions.SNAPSHOT_MAX_ID,
        or_(Delivery.stamp.is_(None), Delivery.stamp <= conditions.SNAPSHOT_STAMP),
        or_(Notification.edited_at.is_(None), Notification.edited_at <= conditions.SNAPSHOT_AT),
        *search.conditions(shape, dialect, delivered=True),
    )


@lru_cache(maxsize=512)
def _log(verb: str, kind: str, shape: Shape, dialect: str) -> Any:
    does = VERBS[verb]
    return record_changes(
        conditions.LIVE, does.applies_to, does.would_change, *_within(kind, shape, dialect)
    )


@cache
def _change(verb: str) -> Any:
    logged = select(Change.notification_id).where(
        Change.user_id == conditions.READER_ID, Change.stamp == STAMP
    )
    return (
        update(table(Delivery))
        .where(Delivery.user_id == conditions.READER_ID, Delivery.notification_id.in_(logged))
        .values(**VERBS[verb].sets, stamp=STAMP)
    )
