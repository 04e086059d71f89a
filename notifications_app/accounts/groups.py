"""Groups of people: making, finding and listing them. Who is in one is the inbox's to change."""

from sqlalchemy import select

from ..errors import NotThere
from ..extensions import db
from .models import Group


def find(name: str) -> int:
    """The id of a group. Raises NotThere."""
    found = db.session.execute(select(Group.id).where(Group.name == name)).scalar_one_or_none()
    if found is None:
        raise NotThere(f"There is no group “{name}”. Nothing was changed.", "group")
    return found
