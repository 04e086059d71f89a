"""Flash message and notification, side by side."""

from flask import Blueprint, Flask

from . import index


def register(app: Flask) -> None:
    """Add the page and the form on it."""
    blueprint = Blueprint("compare", __name__)
    index.register(blueprint)
    app.register_blueprint(blueprint)
