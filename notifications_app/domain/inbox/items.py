"""Rows of the inbox as templates take them, and the reader's days they fall on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from ...core import clock
from ...core.placeholders import fill, fill_markdown


@dataclass(frozen=True, slots=True)
class Item:
    """A notification as one reader has it. Moments are aware, in UTC."""

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
    came_back: bool = False
    sender_name: str | None = None
    sender_is_admin: bool = False
    #: The name that stands where the body has a placeholder.
    reader: str = ""

    @property
    def home(self) -> str:
        """The tab it stands in."""
        if self.dismissed_at is not None:
            return "dismissed"
        return "snoozed" if self.is_snoozed else "inbox"

    def as_data(self) -> dict[str, Any]:
        """What ``/inbox.json`` says of it; moments in ISO 8601, UTC."""
        plain = ("id", "title", "category", "topic", "action_url", "action_label")
        moments = ("arrives_at", "first_arrived_at", "read_at", "dismissed_at")
        return {
            **{name: getattr(self, name) for name in plain},
            "body": fill_markdown(self.body, self.reader),
            "is_banner": self.is_banner,
            "unread": self.unread,
            "snoozed": self.is_snoozed,
            **{name: _iso(getattr(self, name)) for name in moments},
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else clock.iso(moment)


def to_item(row: Row[Any], now: datetime, name: str) -> Item:
    """A row of :mod:`.queries` as the reader of this name has it."""
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
        came_back=row.snoozed_from is not None and row.arrives_at <= now,
        expires_at=values.get("expires_at"),
        edited_at=values.get("edited_at"),
        sender_name=values.get("sender_display_name") or values.get("sender_username"),
        sender_is_admin=bool(values.get("sender_is_admin")),
    )


Day = tuple[str, str, list[Item]]


def by_day(items: Sequence[Item], zone: str, now: datetime, *, tab: str = "inbox") -> list[Day]:
    """Items grouped by the reader's own days: the heading, the date beside it, the items."""

    def heading(one: Item) -> tuple[str, str]:
        by_dismissal = tab == "dismissed" and one.dismissed_at is not None
        moment = one.dismissed_at if by_dismissal and one.dismissed_at else one.arrives_at
        return clock.day_heading(moment, zone, now)

    return [(words, date, list(group)) for (words, date), group in groupby(items, key=heading)]
