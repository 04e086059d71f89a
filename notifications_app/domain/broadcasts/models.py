"""The table that remembers by which rules of time zones the arrivals were computed."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...core.database import Model


class ZoneData(Model):
    """The version of the time zone data at the last retiming; one row, with the id 1."""

    __tablename__ = "zone_data"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: A release of the IANA database such as ``2026a``; empty if none was recorded.
    version: Mapped[str] = mapped_column(String(20))
