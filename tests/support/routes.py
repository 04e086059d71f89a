"""Every route of the application, with a path that leads to it."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

SAFE = {"GET", "HEAD", "OPTIONS"}


def routes(app: Flask) -> Iterator[tuple[str, str, set[str]]]:
    """Every endpoint, a path that leads to it, and its methods."""
    for rule in app.url_map.iter_rules():
        values: dict[str, Any] = {
            "notification_id": 1,
            "user_id": 1,
            "import_id": 1,
            "change": "grant-admin",
            "group": "ops",
            "verb": "read",
            "token": "x",
            "filename": "css/base.css",
        }
        path = app.url_map.bind("localhost").build(
            rule.endpoint, {name: values[name] for name in rule.arguments}
        )
        yield rule.endpoint, path, set(rule.methods or ())
