"""The page of the audit log, for administrators."""

from flask import Blueprint, Flask

from . import views


def register(app: Flask) -> None:
    """Add the page."""
    blueprint = Blueprint("audit", __name__)
    views.register(blueprint)
    app.register_blueprint(blueprint)
