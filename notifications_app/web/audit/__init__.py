"""Pages of the audit log, for administrators."""

from flask import Blueprint, Flask

from . import index


def register(app: Flask) -> None:
    """Add the page."""
    blueprint = Blueprint("audit", __name__)
    index.register(blueprint)
    app.register_blueprint(blueprint)
