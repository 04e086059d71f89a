"""Make an account with an inbox: the live banners are delivered to it."""

from datetime import datetime
from typing import Any

from ..accounts import actions as accounts
from ..accounts.models import User
from .handover import deliver_banners_to_newcomers, only


def add_reader(username: str, *, now: datetime, **account: Any) -> User:
    """Make an account and hand it the banners that are live, arriving now.

    Takes what :func:`accounts.actions.create` takes, and raises what it raises.
    """
    user = accounts.create(username, now=now, **account)
    deliver_banners_to_newcomers(only(user.id), now)
    return user
