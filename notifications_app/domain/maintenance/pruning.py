"""Pruning: removing what has aged, in batches between which others can write.

What anybody sees stays, but for dismissed notifications that are past the retention.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from ...core import clock
from ...core.config import SHORTEST_RETENTION
from ...core.database import Base, db, ids_as_select, reading, table, write
from ...core.errors import BadInput
from ..accounts.models import SignIn
from ..accounts.queries import over
from ..audit.actions import add_entry
from ..audit.models import AuditEntry
from ..inbox.models import Change, Delivery, Notification, Release
from ..inbox.undo import UNDO_TIME
from ..people_import.models import StagedImport
from ..people_import.staging import KEPT_FOR
from . import floors, prunable

#: The most rows that one transaction removes or makes.
BATCH = 1_000
#: The kinds of rows that are removed, in their order.
KINDS = ("notifications", "deliveries", "changes", "sign_ins", "staged_imports", "audit")
#: One step: the kind of the rows removed, and their number.
Step = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """The limits of one pruning: moments, aware, in UTC."""

    now: datetime
    #: Notifications that were over by then go, and deliveries dismissed by then.
    cut: datetime
    #: Audit entries from before this moment go; None keeps them all.
    audit_cut: datetime | None

    @property
    def values(self) -> dict[str, Any]:
        """The bind parameters of the conditions."""
        return {"cut": self.cut}

    def aged(self) -> dict[str, tuple[type[Base], ColumnElement[bool]]]:
        """Return the kinds of rows that go by their own columns: the model and the condition."""
        undoable = clock.micros(self.now - UNDO_TIME)
        found: dict[str, tuple[type[Base], ColumnElement[bool]]] = {
            "changes": (Change, Change.stamp <= undoable),
            "sign_ins": (SignIn, over(self.now)),
            "staged_imports": (StagedImport, StagedImport.created_at <= self.now - KEPT_FOR),
        }
        if self.audit_cut is not None:
            found["audit"] = (AuditEntry, AuditEntry.at < self.audit_cut)
        return found


@dataclass(slots=True)
class Pruned:
    """The number of rows removed, or to be removed, of each kind."""

    counts: Counter[str] = field(default_factory=Counter)

    def __getitem__(self, kind: str) -> int:
        return self.counts[kind]

    @property
    def total(self) -> int:
        """The number of rows of all kinds."""
        return self.counts.total()

    def add(self, step: Step) -> None:
        """Count the rows of a step."""
        kind, many = step
        self.counts[kind] += many


def plan(now: datetime, older_than: timedelta, audit_older_than: timedelta | None) -> Plan:
    """Return the limits of a pruning at ``now``, which is aware.

    Raises:
        BadInput: if the retention is shorter than two days.
    """
    if older_than < SHORTEST_RETENTION:
        raise BadInput(
            f"Keep at least {SHORTEST_RETENTION.days} days: a broadcast at each reader’s own time"
            " takes more than one to arrive everywhere."
        )
    audit_cut = None if audit_older_than is None else now - audit_older_than
    return Plan(now, now - older_than, audit_cut)


def count(connection: Connection, limits: Plan) -> Pruned:
    """Count what :func:`prune` would remove; nothing is written."""
    raised = floors.readers_to_raise(connection, limits.cut)

    def many(model: type[Base], condition: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(table(model)).where(condition)
        return int(connection.execute(statement, limits.values).scalar_one())

    found = {
        "notifications": many(Notification, or_(prunable.OVER, prunable.FORGOTTEN)),
        "deliveries": many(Delivery, prunable.dismissed(raised)),
        **{kind: many(*what) for kind, what in limits.aged().items()},
    }
    return Pruned(Counter(found))


def prune(limits: Plan) -> Iterator[Step]:
    """Remove what has aged; the caller commits after each step, and may stop after any.

    Safe beside other writers. The last step is the audit entry of the whole.
    """
    done = Pruned()
    for step in _steps(limits):
        done.add(step)
        yield step
    removed = {kind: done[kind] for kind in KINDS if done[kind]}
    if removed:
        add_entry("database.pruned", "database", actor_id=None, now=limits.now, **removed)
    yield "", 0


def _steps(limits: Plan) -> Iterator[Step]:
    # First, so that the records that go with a notification are not counted in its place.
    for kind, (model, condition) in limits.aged().items():
        for page in _pages(model, condition, limits):
            yield kind, write(delete(table(model)).where(page, condition), limits.values)
    yield from _notifications(limits, prunable.OVER)
    with reading() as connection:
        raised = floors.readers_to_raise(connection, limits.cut)
    for _part in floors.raise_floors(raised, limits.cut, BATCH):
        yield "", 0
    yield from _dismissed(limits, raised)
    yield from _notifications(limits, prunable.FORGOTTEN)


def _pages(
    model: type[Base], condition: ColumnElement[bool], limits: Plan
) -> Iterator[ColumnElement[bool]]:
    """Yield the ranges of a primary key that hold at most :data:`BATCH` matching rows each."""
    keys = list(table(model).primary_key.columns)
    statement = select(*keys).where(condition).order_by(*keys).limit(BATCH)
    after: list[ColumnElement[bool]] = []
    while True:
        with reading() as connection:
            rows = connection.execute(statement.where(*after), limits.values).all()
        if not rows:
            return
        yield and_(tuple_(*keys) >= _place(keys, rows[0]), tuple_(*keys) <= _place(keys, rows[-1]))
        after = [tuple_(*keys) > _place(keys, rows[-1])]


def _place(keys: Sequence[Any], row: Sequence[Any]) -> Any:
    # Without their types SQLite silently loses the ties.
    return tuple_(*(bindparam(None, value, key.type) for key, value in zip(keys, row, strict=True)))


def _notifications(limits: Plan, condition: ColumnElement[bool]) -> Iterator[Step]:
    """Remove notifications with all their rows, many small ones or part of a large one a step."""
    for page in _pages(Notification, condition, limits):
        with reading() as connection:
            sizes = connection.execute(_SIZES.where(page, condition), limits.values).all()
        group: list[int] = []
        room = BATCH
        for notification_id, size in sizes:
            if size >= room and group:
                yield _remove(group, condition, limits)
                group, room = [], BATCH
            if size >= BATCH:
                yield from _remove_rows(notification_id, condition, limits)
            group.append(notification_id)
            room -= min(size, BATCH) + 1
        yield _remove(group, condition, limits)


def _rows_of(model: Any) -> Any:
    of = select(func.count()).where(model.notification_id == Notification.id)
    return of.correlate(Notification).scalar_subquery()


_SIZES: Select[Any] = select(
    Notification.id, (_rows_of(Release) + _rows_of(Delivery) + _rows_of(Change)).label("size")
).order_by(Notification.id)


def _remove(ids: list[int], condition: ColumnElement[bool], limits: Plan) -> Step:
    """Remove notifications; their rows go with them, by the foreign keys."""
    these = Notification.id.in_(ids_as_select(ids))
    return "notifications", write(
        delete(table(Notification)).where(these, condition), limits.values
    )


def _remove_rows(
    notification_id: int, condition: ColumnElement[bool], limits: Plan
) -> Iterator[Step]:
    """Remove the rows of one notification, without itself.

    The releases go first: were it restored meanwhile, nobody would have back what they dismissed.
    """
    still = select(Notification.id).where(Notification.id == notification_id, condition)
    models: tuple[Any, ...] = (Release, Delivery, Change)
    for model in models:
        keys = list(table(model).primary_key.columns)
        some = select(*keys).where(model.notification_id == notification_id).limit(BATCH)
        removal = delete(table(model)).where(tuple_(*keys).in_(some), still.exists())
        many = BATCH
        while many == BATCH:
            db.session.execute(still.with_for_update(), limits.values)
            many = write(removal, limits.values)
            yield "", 0


def _dismissed(limits: Plan, raised: list[int]) -> Iterator[Step]:
    """Remove dismissed deliveries, and add them to the statistics of their notifications."""
    condition = prunable.dismissed(raised)
    for page in _pages(Delivery, condition, limits):
        # In the order in which an edit locks: the notification, then its deliveries.
        of = select(Delivery.notification_id).where(page, condition)
        lock = select(Notification.id).where(Notification.id.in_(of)).order_by(Notification.id)
        db.session.execute(lock.with_for_update(key_share=True), limits.values)
        removal = delete(table(Delivery)).where(page, condition)
        rows = db.session.execute(removal.returning(*_COUNTED), limits.values).all()
        _count_in_statistics(rows)
        yield "deliveries", len(rows)


_COUNTED = (
    Delivery.notification_id,
    func.coalesce(Delivery.read_at, Delivery.earlier_read_at).is_not(None).label("was_read"),
)
_ADD = (
    update(table(Notification))
    .where(Notification.id == bindparam("of_notification"))
    .values(
        pruned_dismissed=Notification.pruned_dismissed + bindparam("dismissed"),
        pruned_read=Notification.pruned_read + bindparam("was_read"),
    )
)


def _count_in_statistics(rows: Sequence[Any]) -> None:
    dismissed = Counter(row.notification_id for row in rows)
    was_read = Counter(row.notification_id for row in rows if row.was_read)
    values = [
        {"of_notification": one, "dismissed": many, "was_read": was_read[one]}
        for one, many in sorted(dismissed.items())
    ]
    if values:
        db.session.connection().execute(_ADD, values)
