"""Make a reader an administrator, or an ordinary user again."""

from datetime import datetime

from sqlalchemy import update

from ...core.database import table, write
from ..accounts.models import User
from .deliveries import take_stamp
from .handover import deliver_everything_visible, deliver_newly_visible, single_user
from .subscriptions import admins_subscription, subscriptions_of


def grant_admin(user_id: int, now: datetime) -> bool:
    """Make the user an administrator from now on; return False if they are one already.

    Raises:
        NotFound: if there is no such account.
    """
    if take_stamp(user_id, now).is_admin:
        return False
    _set_admin(user_id, since=now)
    deliver_newly_visible(subscriptions_of(single_user(user_id), admins_subscription()), now)
    return True


def revoke_admin(user_id: int, now: datetime) -> bool:
    """Make an administrator an ordinary user; return False if they are one already.

    They keep what has arrived for administrators.

    Raises:
        NotFound: if there is no such account.
    """
    if not take_stamp(user_id, now).is_admin:
        return False
    deliver_everything_visible(subscriptions_of(single_user(user_id), admins_subscription()), now)
    _set_admin(user_id, since=None)
    return True


def _set_admin(user_id: int, *, since: datetime | None) -> None:
    values = {"is_admin": since is not None, "admin_since": since}
    write(update(table(User)).where(User.id == user_id).values(**values))
