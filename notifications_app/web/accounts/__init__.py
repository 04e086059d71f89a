"""Pages about accounts: signing in, settings, people and their import."""

from flask import Blueprint, Flask

from ..extensions import login_manager
from . import (
    authentication,
    groups,
    limits,
    login,
    login_code,
    new_person,
    password_reset,
    people,
    people_import,
    person,
    person_change,
    person_sign_ins,
    registration,
    second_factor,
    settings,
    sign_ins,
)


def register(app: Flask) -> None:
    """Add the pages, and the function with which Flask-Login finds the signed-in reader."""
    blueprint = Blueprint("accounts", __name__)
    for pages in (
        login,
        login_code,
        registration,
        password_reset,
        settings,
        second_factor,
        sign_ins,
        people,
        new_person,
        person,
        person_change,
        person_sign_ins,
        groups,
        people_import,
    ):
        pages.register(blueprint)
    blueprint.before_app_request(authentication.touch_sign_in)
    blueprint.after_request(limits.give_back)
    login_manager.user_loader(authentication.load_reader)
    login_manager.unauthorized_handler(login.ask_to_sign_in)
    app.register_blueprint(blueprint)
