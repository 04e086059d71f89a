"""The topics that a reader does not want to hear of."""

from sqlalchemy import delete

from ...core.database import insert_into, table, write
from ...core.text import check_slug
from .models import Mute


def mute(user_id: int, topic: str) -> bool:
    """Hear no more of a topic, errors and banners apart; False where it was muted already.

    Raises:
        BadInput: with the field ``topic``, where it is none.
    """
    values = {"user_id": user_id, "topic": check_slug(topic)}
    return bool(write(insert_into(Mute).values(**values).on_conflict_do_nothing()))


def unmute(user_id: int, topic: str) -> bool:
    """Hear of a topic again; False where it was not muted. Raises BadInput, as :func:`mute`."""
    this = (Mute.user_id == user_id, Mute.topic == check_slug(topic))
    return bool(write(delete(table(Mute)).where(*this)))
