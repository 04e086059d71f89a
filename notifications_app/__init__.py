"""A notification centre: broadcasts that are one row, inboxes that can be undone exactly."""

from .app import create_app
from .python_api import broadcast, notify

__all__ = ["broadcast", "create_app", "notify"]
