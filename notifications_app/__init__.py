"""A notification centre: broadcasts that are one row, inboxes that can be undone exactly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from dotenv import load_dotenv
from flask import Flask

from . import config as settings
from . import error_pages, extensions, face, logs, observability, pages, sessions, web
from .errors import Refused
from .face import broadcast, notify

__all__ = ["broadcast", "create_app", "notify"]


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application from the environment (and ``.env``), overridden by ``config``.

    Raises:
        click.UsageError: one sentence, where a setting is wrong or unsafe.
    """
    if config is None:
        load_dotenv(extensions.ROOT / ".env")
    app = Flask(__name__, template_folder=str(extensions.ROOT / "templates"))
    try:
        values = settings.from_environment() | dict(config or {})
        settings.settle(values, Path(app.instance_path), debug=app.debug)
        app.config.update(values)
        observability.set_up(app)
    except Refused as error:
        raise click.UsageError(str(error)) from None
    logs.set_up(app.config["LOG_FORMAT"])
    _set_up_extensions(app)
    _set_up_edges(app)
    return app


def _set_up_extensions(app: Flask) -> None:
    options = extensions.engine_options(app.config["SQLALCHEMY_DATABASE_URI"])
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    extensions.db.init_app(app)
    extensions.prepare_database(app)
    extensions.migrate.init_app(app, extensions.db)
    # Its context processor would load the user on error pages too, when the database is away.
    extensions.login_manager.init_app(app, add_context_processor=False)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    extensions.cache.init_app(app)
    extensions.compress.init_app(app)
    sessions.set_up(app)


def _set_up_edges(app: Flask) -> None:
    from . import demo
    from .accounts import cli as accounts_cli
    from .accounts import import_pages, people, sign_ins  # noqa: F401 - add their pages
    from .accounts import views as accounts_views
    from .audit import cli as audit_cli
    from .audit import views as audit_views
    from .broadcasts import cli as broadcasts_cli
    from .broadcasts import composing, revising  # noqa: F401 - they add their pages
    from .broadcasts import views as broadcasts_views
    from .compare import views as compare_views
    from .inbox import data, doing  # noqa: F401 - add the list as data, and the forms that act
    from .inbox import views as inbox_views

    web.set_up(app)
    pages.set_up(app)
    error_pages.set_up(app)
    for blueprint in (
        web.blueprint,
        accounts_views.blueprint,
        inbox_views.blueprint,
        compare_views.blueprint,
        accounts_cli.blueprint,
        broadcasts_cli.blueprint,
        broadcasts_views.blueprint,
        audit_views.blueprint,
        audit_cli.blueprint,
        demo.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.shell_context_processor(face.shell_context)
