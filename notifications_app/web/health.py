"""The start page, and the two routes for monitoring: liveness and readiness."""

from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, current_app, redirect, url_for
from flask_login import current_user
from sqlalchemy import text
from werkzeug.wrappers import Response

from ..core.database import ROOT, reading
from ..core.extension_keys import MIGRATION_HEADS
from .access import public


@public
def start() -> Response:
    """Redirect to the inbox, or to the sign-in page."""
    name = "inbox.index" if current_user.is_authenticated else "accounts.login"
    return redirect(url_for(name))


@public
def healthz() -> dict[str, str]:
    """Answer that the process is up."""
    return {"status": "up"}


@public
def readyz() -> tuple[dict[str, str], int]:
    """Answer whether the database can be reached and is migrated: 200 or 503."""
    if MIGRATION_HEADS not in current_app.extensions:
        heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()
        current_app.extensions[MIGRATION_HEADS] = set(heads)
    with reading() as connection:
        versions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        is_ready = set(versions) == current_app.extensions[MIGRATION_HEADS]
    return {"status": "ready" if is_ready else "not migrated"}, 200 if is_ready else 503


def register(app: Flask) -> None:
    """Register these routes."""
    pages = Blueprint("web", __name__)
    pages.add_url_rule("/", view_func=start)
    pages.add_url_rule("/healthz", view_func=healthz)
    pages.add_url_rule("/readyz", view_func=readyz)
    app.register_blueprint(pages)
