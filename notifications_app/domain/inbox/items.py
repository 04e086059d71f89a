"""Rows of the inbox prepared for templates, and their grouping by the reader's days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from ...core import clock
from ...core.markdown import fill_body
from ...core.placeholders import fill
from .conditions import ALL_TABS


@dataclass(frozen=True, slots=True)
class Item:
    """A notification from one reader's point of view. Moments are aware, in UTC."""

    id: int
    title: str
    body: str
    category: str
    topic: str
    action_url: str | None
    action_label: str | None
    is_banner: bool
    arrives_at: datetime
    first_arrived_at: datetime
    read_at: datetime | None
    dismissed_at: datetime | None
    unread: bool
    expires_at: datetime | None = None
    edited_at: datetime | None = None
    is_snoozed: bool = False
    #: Known only where all tabs are searched.
    is_muted: bool = False
    came_back: bool = False
    sender_name: str | None = None
    sender_is_admin: bool = False
    #: The reader's name, which replaces the placeholders of the body.
    reader: str = ""

    @property
    def home(self) -> str:
        """The tab that holds the item."""
        if self.dismissed_at is not None:
            return "dismissed"
        if self.is_snoozed:
            return "snoozed"
        return "muted" if self.is_muted else "inbox"

    def as_data(self) -> dict[str, Any]:
        """Return the item as in ``/inbox.json``; moments in ISO 8601, UTC."""
        plain = ("id", "title", "category", "topic", "action_url", "action_label")
        moments = ("arrives_at", "first_arrived_at", "read_at", "dismissed_at")
        return {
            **{name: getattr(self, name) for name in plain},
            "body": fill_body(self.body, self.reader),
            "is_banner": self.is_banner,
            "unread": self.unread,
            "snoozed": self.is_snoozed,
            **{name: _iso(getattr(self, name)) for name in moments},
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else clock.iso(moment)


def to_item(row: Row[Any], now: datetime, name: str) -> Item:
    """Convert a row of :mod:`.queries` to an item for the reader with this name."""
    values = row._asdict()
    return Item(
        id=row.id,
        title=fill(row.title, name),
        body=row.body,
        reader=name,
        category=row.category,
        topic=row.topic,
        action_url=row.action_url,
        action_label=row.action_label,
        is_banner=row.is_banner,
        arrives_at=row.arrives_at,
        first_arrived_at=row.snoozed_from or row.arrives_at,
        read_at=row.read_at,
        dismissed_at=row.dismissed_at,
        unread=row.read_at is None and row.dismissed_at is None and row.arrives_at <= now,
        is_snoozed=row.snoozed_from is not None and row.arrives_at > now,
        is_muted=bool(values.get("is_muted")),
        came_back=row.snoozed_from is not None and row.arrives_at <= now,
        expires_at=values.get("expires_at"),
        edited_at=values.get("edited_at"),
        sender_name=values.get("sender_display_name") or values.get("sender_username"),
        sender_is_admin=bool(values.get("sender_is_admin")),
    )


Day = tuple[str, str, list[Item]]


def by_day(items: Sequence[Item], zone: str, now: datetime, *, tab: str = "inbox") -> list[Day]:
    """Group items by the reader's own days: the heading, the date beside it, the items.

    Dismissed notifications are grouped by the day of dismissal, the others by that of arrival.
    """

    def heading(item: Item) -> tuple[str, str]:
        dismissed_at = item.dismissed_at if tab in {"dismissed", ALL_TABS} else None
        moment = dismissed_at or item.arrives_at
        return clock.day_heading(moment, zone, now)

    return [(words, date, list(day)) for (words, date), day in groupby(items, key=heading)]
