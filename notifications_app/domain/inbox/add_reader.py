"""Create an account with an inbox."""

from datetime import datetime
from typing import Any

from ..accounts import actions as accounts
from ..accounts.models import User
from .handover import deliver_banners_to_newcomers, single_user


def add_reader(username: str, *, now: datetime, **account: Any) -> User:
    """Create an account and deliver the live banners to it, arriving now.

    ``account`` are the arguments of :func:`accounts.actions.create`, which also names the errors
    raised.
    """
    user = accounts.create(username, now=now, **account)
    deliver_banners_to_newcomers(single_user(user.id), now)
    return user
