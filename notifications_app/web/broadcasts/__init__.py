"""Pages of broadcasts, for administrators."""

from flask import Blueprint, Flask

from . import compose, edit, views


def register(app: Flask) -> None:
    """Add the list, the page of one broadcast, the composer and the edit page."""
    blueprint = Blueprint("broadcasts", __name__)
    for pages in (views, compose, edit):
        pages.register(blueprint)
    app.register_blueprint(blueprint)
