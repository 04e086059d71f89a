"""The table of the audit log."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from ...core.clock import UTCDateTime
from ...core.database import Model
from ...core.text import fold
from ..accounts.models import USERNAME_MAX

ACTION_MAX = 40
SUBJECT_MAX = 80
#: The actor, in words, of what no account did.
COMMAND_LINE = "command line"


def search_text(action: str, subject: str, detail: str, actor: str | None) -> str:
    """Return the text of an entry that a search compares with what is typed, folded."""
    return fold(f"{action}\n{subject}\n{detail}\n{actor or COMMAND_LINE}")


def _search_text_of(context: DefaultExecutionContext) -> str:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    parts = (values[name] for name in ("action", "subject"))
    return search_text(*parts, values.get("detail") or "{}", values.get("actor_name"))


class AuditEntry(Model):
    """One administrative action, never edited: ``broadcast.sent`` on ``notification 12``.

    ``search_text`` follows from the rest, the actor's name included.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "action", "id"),
        Index(None, "actor_name", "id"),
        {"sqlite_autoincrement": True},  # a deleted entry leaves a gap
    )

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
    search_text: Mapped[str] = mapped_column(Text, default=_search_text_of)
    #: The username of an actor whose account was deleted.
    actor_name: Mapped[str | None] = mapped_column(String(USERNAME_MAX))
