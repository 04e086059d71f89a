"""Results of commands, and the rows that a refused one must not make."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Flask

from notifications_app.domain.inbox.models import Change, Delivery, Notification, Release
from tests.support import inbox

MODELS = (Notification, Release, Delivery, Change)


@dataclass(frozen=True)
class Said:
    """The output of a command, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def stored(app: Flask) -> list[int]:
    """How many rows there are."""
    with app.app_context():
        return [inbox.how_many(model) for model in MODELS]
