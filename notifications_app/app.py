"""The application factory: settings, extensions, then each feature by name."""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask

from . import cli
from .core import cache, counters, database, logs, monitoring
from .core import config as settings
from .core.env_file import load_env_file
from .core.errors import Refused
from .web import (
    accounts,
    audit,
    broadcasts,
    compare,
    converters,
    error_pages,
    extensions,
    health,
    hosts,
    inbox,
    proxies,
    request_bodies,
    request_log,
    security,
    sessions,
    template_context,
    zone_data,
)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application from the environment (and ``.env``), overridden by ``config``.

    Raises:
        click.UsageError: in one sentence, if a setting is wrong or unsafe. Within gunicorn it is
            gunicorn's own error for that, because any other becomes a traceback.
    """
    if config is None:
        load_env_file(setting.name for setting in settings.SETTINGS)
    app = hosts.Site("notifications_app", template_folder=str(database.ROOT / "templates"))
    try:
        values = settings.from_environment() | dict(config or {})
        settings.derive(values, Path(app.instance_path), debug=app.debug)
        app.config.update(values)
        monitoring.register(app)
    except Refused as error:
        raise _start_error(str(error)) from None
    logs.configure(app.config["LOG_FORMAT"])
    counters.register(app)
    request_log.register(app)  # first, so that it sees the final answer
    request_bodies.register(app)  # before the extensions, which read the body
    _start_extensions(app)
    for layer in (converters, proxies, security, template_context, error_pages):
        layer.register(app)
    for feature in (health, accounts, inbox, broadcasts, audit, compare, cli):
        feature.register(app)
    zone_data.check_at_start(app)
    return app


def _start_error(sentence: str) -> Exception:
    """Return the error that the command line, or gunicorn, prints as this sentence alone."""
    if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn/"):  # set by it at its start
        errors: Any = import_module("gunicorn.errors")
        error: Exception = errors.AppImportError(f"Error: {sentence}")
        return error
    return click.UsageError(sentence)


def _start_extensions(app: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    options = database.engine_options(url, app.config["THREADS"])
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    database.db.init_app(app)
    database.prepare_database(app)
    database.migrate.init_app(app, database.db)
    # Its context processor would load the user on error pages too, when the database is away.
    extensions.login_manager.init_app(app, add_context_processor=False)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    cache.cache.init_app(app)
    extensions.compress.init_app(app)
    sessions.register(app)
