"""The start page, and the two routes for monitoring: liveness and readiness."""

from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, current_app, redirect, url_for
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.wrappers import Response

from ..core import redis_state
from ..core.database import ROOT, db, reading, write
from ..core.database_errors import LOCKED, database_fault
from ..core.extension_keys import MIGRATIONS
from .access import public
from .metrics import metrics

#: The state of a part that works.
READY = "ready"


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
    """Answer whether requests can be served, 200 or 503, and which part is not ready."""
    parts = {"database": _database_state()}
    is_ready = parts["database"] == READY
    if current_app.config["REDIS_URL"]:
        parts["redis"] = READY if redis_state.answers() else "away"
        # Limits and cache do without it; sessions do not.
        is_ready &= parts["redis"] == READY or current_app.config["SESSION_TYPE"] != "redis"
    return {"status": READY if is_ready else "not ready", **parts}, 200 if is_ready else 503


def _database_state() -> str:
    """Return "ready", or the reason why the database is not: can it be written, is it migrated?

    A revision that this version does not know is a newer one: during an upgrade, processes of
    the version before go on serving.
    """
    if MIGRATIONS not in current_app.extensions:
        scripts = ScriptDirectory(str(ROOT / "migrations"))
        current_app.extensions[MIGRATIONS] = (
            set(scripts.get_heads()),
            {script.revision for script in scripts.walk_revisions()},
        )
    heads, known = current_app.extensions[MIGRATIONS]
    try:
        with reading() as connection:
            asked = connection.execute(text("SELECT version_num FROM alembic_version"))
            versions = set(asked.scalars())
        if versions <= known and versions != heads:
            return "not migrated"
        db.session.connection(execution_options={"lock_timeout": 0.2})
        write(text("UPDATE alembic_version SET version_num = version_num"))
    except (DBAPIError, PoolTimeout) as error:
        fault = database_fault(error)
        if fault is None:
            raise
        return READY if fault is LOCKED else fault.state
    finally:
        db.session.remove()
    return READY


def register(app: Flask) -> None:
    """Register these routes."""
    pages = Blueprint("web", __name__)
    pages.add_url_rule("/", view_func=start)
    pages.add_url_rule("/healthz", view_func=healthz)
    pages.add_url_rule("/readyz", view_func=readyz)
    pages.add_url_rule("/metrics", view_func=metrics)
    app.register_blueprint(pages)
