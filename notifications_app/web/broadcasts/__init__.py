"""Pages of broadcasts, for administrators."""

from flask import Blueprint, Flask

from . import compose, edit, index, recall, show


def register(app: Flask) -> None:
    """Add the list, the page of one broadcast, the composer, edit and recall."""
    blueprint = Blueprint("broadcasts", __name__)
    for pages in (index, show, compose, edit, recall):
        pages.register(blueprint)
    app.register_blueprint(blueprint)
