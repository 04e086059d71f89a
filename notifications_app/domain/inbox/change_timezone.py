"""Change readers' time zones: they keep what has arrived, and nothing arrives twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select, update

from ...core import clock
from ...core.database import table, write
from ..accounts.models import User
from .deliveries import take_stamp, take_stamps
from .handover import deliver_everything_visible, deliver_newly_visible, single_user
from .subscriptions import every_subscription_of


@contextmanager
def keep_deliveries_across_zones(users: Select[Any], now: datetime) -> Iterator[None]:
    """Context manager: keep the deliveries of users while the body changes their zones.

    ``users`` must select those whose zone does change, both before and after the body.
    """
    take_stamps(users, now)
    with across_zones(users, now):
        yield


@contextmanager
def across_zones(users: Select[Any], now: datetime) -> Iterator[None]:
    """Context manager: deliver all that users see in their old zones, then what the new zones add.

    The caller has taken their stamps.
    """
    in_zones = every_subscription_of(users, only_zones=True)
    deliver_everything_visible(in_zones, now)
    yield
    deliver_newly_visible(in_zones, now)


def set_timezone(user_id: int, timezone: str, now: datetime) -> str:
    """Change the reader's time zone; return its name as stored.

    Raises:
        UnknownZone: if there is no zone with that name.
        NotFound: if there is no such account.
    """
    name = clock.zone_name(timezone)
    if take_stamp(user_id, now).timezone != name:
        with across_zones(single_user(user_id), now):
            write(update(table(User)).where(User.id == user_id).values(timezone=name))
    return name
