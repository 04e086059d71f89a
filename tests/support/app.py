"""Settings and migrations of the applications that tests make, and on which databases."""

import os
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from flask import Flask

from notifications_app.core.database import ROOT, db

#: The address of the PostgreSQL database to test on; empty: SQLite.
POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
REDIS = os.environ.get("TEST_REDIS_URL", "")

#: Marks for tests of one database, left out of the run on the other.
on_sqlite = pytest.mark.on_sqlite
on_postgresql = pytest.mark.on_postgresql
with_redis = pytest.mark.skipif(not REDIS, reason="needs TEST_REDIS_URL")


def settings(url: str, **more: Any) -> dict[str, Any]:
    """The settings of an application in tests."""
    return {
        "TESTING": True,
        "SECRET_KEY": "a key of the tests, forty characters long",
        "DATABASE_URL": url,
        "WTF_CSRF_ENABLED": False,
        "RATELIMIT_ENABLED": False,
        **more,
    }


def migrate(app: Flask, revision: str = "head") -> None:
    """Run the real migrations on the application's database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["quiet"] = True
    with app.app_context():
        command.upgrade(config, revision)
        db.engine.dispose()
