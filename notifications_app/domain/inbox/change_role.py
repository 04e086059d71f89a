"""Make a reader an administrator, or no longer one."""

from datetime import datetime

from sqlalchemy import update

from ...core.database import table, write
from ..accounts.models import User
from . import subscriptions
from .deliveries import take_stamp
from .handover import deliver_everything_visible, deliver_newly_visible, only


def grant_admin(user_id: int, now: datetime) -> bool:
    """Make the user an administrator from now on; False where they are one."""
    if take_stamp(user_id, now).is_admin:
        return False
    _set_admin(user_id, since=now)
    deliver_newly_visible(
        subscriptions.subscriptions_of(only(user_id), subscriptions.admins_subscription()), now
    )
    return True


def revoke_admin(user_id: int, now: datetime) -> bool:
    """Make the user an ordinary one: what arrived for administrators stays; False if they are."""
    if not take_stamp(user_id, now).is_admin:
        return False
    deliver_everything_visible(
        subscriptions.subscriptions_of(only(user_id), subscriptions.admins_subscription()), now
    )
    _set_admin(user_id, since=None)
    return True


def _set_admin(user_id: int, *, since: datetime | None) -> None:
    values = {"is_admin": since is not None, "admin_since": since}
    write(update(table(User)).where(User.id == user_id).values(**values))
