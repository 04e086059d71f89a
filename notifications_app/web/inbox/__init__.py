"""Pages of the inbox and the forms that act on it."""

from flask import Blueprint, Flask

from . import actions, bulk, index, json_views, mutes, show, undo


def register(app: Flask) -> None:
    """Add the list, the page of one notification, the forms that act, and the JSON."""
    blueprint = Blueprint("inbox", __name__)
    for pages in (index, show, actions, bulk, undo, mutes, json_views):
        pages.register(blueprint)
    app.register_blueprint(blueprint)
