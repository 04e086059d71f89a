"""The page that compares flash messages with notifications."""

from flask import Blueprint, Flask

from . import index


def register(app: Flask) -> None:
    """Add the page and the form on it."""
    blueprint = Blueprint("compare", __name__)
    index.register(blueprint)
    app.register_blueprint(blueprint)
