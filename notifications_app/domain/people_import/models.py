"""The table of staged imports."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...core.clock import UTCDateTime
from ...core.database import Model


class StagedImport(Model):
    """A checked file of people, kept for an hour so that the import needs no second upload."""

    __tablename__ = "staged_imports"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an old address never finds a newer file

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The administrator who staged it; nobody else can see or import it.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: The checked lines, compressed; null once they are imported.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The report of the preview, as JSON.
    preview: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
