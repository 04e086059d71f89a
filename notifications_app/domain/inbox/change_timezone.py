"""Change a reader's time zone: what they have had stays, and nothing arrives twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select, update

from ...core import clock
from ...core.database import table, write
from ..accounts.models import User
from . import subscriptions
from .deliveries import take_stamp, take_stamps
from .handover import deliver_everything_visible, deliver_newly_visible, only


@contextmanager
def keep_deliveries_across_zones(crowd: Select[Any], now: datetime) -> Iterator[None]:
    """While the body changes the zones of a crowd, carry their deliveries over.

    The crowd is those whose zone does change, before and after.
    """
    take_stamps(crowd, now)
    with across_zones(crowd, now):
        yield


@contextmanager
def across_zones(crowd: Select[Any], now: datetime) -> Iterator[None]:
    """Deliver what a crowd sees in its old zones before the body, what is new to it after."""
    sources = (
        subscriptions.everyone_subscription(),
        subscriptions.admins_subscription(),
        subscriptions.group_subscriptions(),
    )
    in_zones = subscriptions.subscriptions_of(crowd, *sources, only_zones=True)
    deliver_everything_visible(in_zones, now)
    yield
    deliver_newly_visible(in_zones, now)


def set_timezone(user_id: int, timezone: str, now: datetime) -> str:
    """Change the reader's zone; returns its name.

    Raises:
        UnknownZone: where there is none of that name.
        NotThere: where there is no such account.
    """
    name = clock.zone_name(timezone)
    if take_stamp(user_id, now).timezone != name:
        with across_zones(only(user_id), now):
            write(update(table(User)).where(User.id == user_id).values(timezone=name))
    return name
