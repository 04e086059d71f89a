"""The page that compares flash messages with notifications."""

from flask import Blueprint, Flask, abort, current_app

from . import index


def register(app: Flask) -> None:
    """Add the page and the form on it."""
    blueprint = Blueprint("compare", __name__)
    blueprint.before_request(_refuse_if_off)
    index.register(blueprint)
    app.register_blueprint(blueprint)


def _refuse_if_off() -> None:
    if current_app.config["COMPARE_PAGE"] == "off":
        abort(404)
