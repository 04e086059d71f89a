"""The sending commands as tests type them."""

from typing import Any

from flask import Flask

from tests.support import inbox
from tests.support.moments import NOW

SEND = ("broadcast", "send", "--title", "Hello")
NOTIFY = ("notify", "priya", "--title", "Hello")
KEYS = ["id", "title", "channel", "arrives_at", "expires_at", "audience"]


def ids(app: Flask, user: int, now: Any = NOW) -> list[int]:
    """The ids in somebody's inbox."""
    with app.app_context():
        return inbox.ids(user, now)
