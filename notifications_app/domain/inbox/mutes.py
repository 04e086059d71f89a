"""Muting of topics by a reader."""

from sqlalchemy import delete

from ...core.database import insert_into, table, write
from ...core.text import check_slug
from .models import Mute


def mute(user_id: int, topic: str) -> bool:
    """Mute a topic, except for its errors and banners; return False if it was muted already.

    Raises:
        BadInput: with the field ``topic``.
    """
    values = {"user_id": user_id, "topic": check_slug(topic)}
    return bool(write(insert_into(Mute).values(**values).on_conflict_do_nothing()))


def unmute(user_id: int, topic: str) -> bool:
    """Unmute a topic; return False if it was not muted.

    Raises:
        BadInput: with the field ``topic``.
    """
    is_it = (Mute.user_id == user_id, Mute.topic == check_slug(topic))
    return bool(write(delete(table(Mute)).where(*is_it)))
