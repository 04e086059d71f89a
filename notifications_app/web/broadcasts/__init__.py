"""Pages of broadcasts, for administrators."""

from flask import Blueprint, Flask

from . import compose, edit, index, live_preview, recall, show


def register(app: Flask) -> None:
    """Add the list, the page of one broadcast, the composer with its preview, edit and recall."""
    blueprint = Blueprint("broadcasts", __name__)
    for pages in (index, show, compose, live_preview, edit, recall):
        pages.register(blueprint)
    app.register_blueprint(blueprint)
