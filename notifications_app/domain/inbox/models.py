"""Tables of notifications, their releases, readers' deliveries and what readers did with them."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from ...core.clock import UTCDateTime
from ...core.database import Model
from ...core.links import URL_MAX
from ...core.text import SLUG_MAX, fold
from ..content import LABEL_MAX, TITLE_MAX

KEY_MAX = 200
#: The columns of a delivery that its reader's actions change: ``changes`` records them, and
#: undo puts them back.
DELIVERY_STATE = ("arrives_at", "snoozed_from", "read_at", "dismissed_at")


def search_text(title: str, body: str) -> str:
    """Return the text of a notification that a search compares with the words, folded."""
    return fold(f"{title}\n{body}")


def _search_text_of(context: DefaultExecutionContext) -> str:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_text(values["title"], values.get("body") or "")


class Notification(Model):
    """A notification; one row, however many people read it.

    ``search_text`` follows from title and body. Code that changes one of them must change it.
    """

    __tablename__ = "notifications"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an id is never used twice

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    body: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default=_search_text_of)
    category: Mapped[str] = mapped_column(String(7))
    topic: Mapped[str] = mapped_column(String(SLUG_MAX))
    action_url: Mapped[str | None] = mapped_column(String(URL_MAX))
    action_label: Mapped[str | None] = mapped_column(String(LABEL_MAX))
    is_banner: Mapped[bool] = mapped_column(default=False)
    #: Null for the system.
    sender_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    key: Mapped[str | None] = mapped_column(String(KEY_MAX), unique=True)
    #: The number of people it was sent to, at that moment; null if not recorded.
    audience: Mapped[int | None]
    #: The wall time at which it arrives in each reader's zone; null if it is at one moment.
    local_at: Mapped[datetime | None] = mapped_column(DateTime)
    #: The end of the undo window of a notification with ``local_at``.
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recalled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: Dismissed deliveries that were pruned, and how many of them had been read: statistics.
    pruned_dismissed: Mapped[int] = mapped_column(default=0, server_default="0")
    pruned_read: Mapped[int] = mapped_column(default=0, server_default="0")


class Release(Model):
    """A broadcast on the air on one channel from a moment on.

    ``expires_at`` and ``is_banner`` are copies of the notification's, so that reading a channel
    needs no join. Code that changes them must change all releases of the notification.
    """

    __tablename__ = "releases"
    __table_args__ = (
        Index("ix_releases_channel_arrives_at", "channel", "arrives_at", "notification_id"),
        Index(
            "ix_releases_banner",
            "channel",
            "arrives_at",
            sqlite_where=text("is_banner"),
            postgresql_where=text("is_banner"),
        ),
    )

    channel: Mapped[str] = mapped_column(String(120), primary_key=True)
    notification_id: Mapped[int] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    arrives_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_banner: Mapped[bool] = mapped_column(default=False)


def _partial(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Delivery(Model):
    """One reader's copy of a notification: arrival, reading, dismissal."""

    __tablename__ = "deliveries"
    __table_args__ = (
        _partial(
            "ix_deliveries_inbox",
            "dismissed_at IS NULL",
            "user_id",
            "arrives_at",
            "notification_id",
        ),
        _partial(
            "ix_deliveries_unread",
            "read_at IS NULL AND dismissed_at IS NULL",
            "user_id",
            "arrives_at",
        ),
        _partial(
            "ix_deliveries_dismissed",
            "dismissed_at IS NOT NULL",
            "user_id",
            "dismissed_at",
            "notification_id",
        ),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    notification_id: Mapped[int] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: The moment from which it shows in the inbox; in the future if scheduled or snoozed.
    arrives_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: The first arrival of a delivery that was snoozed; unsnoozing restores it.
    snoozed_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: The stamp of the reader's last change; null if the reader never changed it.
    stamp: Mapped[int | None] = mapped_column(BigInteger)
    #: When it was read before an edit notified everyone again, which clears ``read_at``.
    earlier_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Change(Model):
    """The state of a delivery before the action with this stamp; undo restores it."""

    __tablename__ = "changes"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    stamp: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    notification_id: Mapped[int] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    arrives_at: Mapped[datetime] = mapped_column(UTCDateTime)
    snoozed_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Mute(Model):
    """A topic muted by a reader."""

    __tablename__ = "mutes"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[str] = mapped_column(String(SLUG_MAX), primary_key=True)
