"""The table of the audit log."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...core.clock import UTCDateTime
from ...core.database import Model
from ..accounts.models import USERNAME_MAX

ACTION_MAX = 40
SUBJECT_MAX = 80


class AuditEntry(Model):
    """One administrative action or sign-in: ``broadcast.sent`` on ``notification 12``.

    It is never edited, but for the count of failed sign-ins in an hour.
    """

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a deleted entry leaves a gap

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: Null for the command line, and for an account that was deleted.
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    action: Mapped[str] = mapped_column(String(ACTION_MAX))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX), index=True)
    #: A small JSON object.
    detail: Mapped[str] = mapped_column(Text, default="{}")
    #: The username of an actor whose account was deleted, or words for one without an account.
    actor_name: Mapped[str | None] = mapped_column(String(USERNAME_MAX))
