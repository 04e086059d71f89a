"""The forms of accounts. The domain checks lengths and characters."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired

from ..forms import Form

_NAME = InputRequired("Type your username.")
_PASSWORD = InputRequired("Type your password.")
_THEMES: list[Any] = ["system", "light", "dark"]


class LoginForm(Form):
    """Username and password, and whether to stay signed in."""

    username = StringField("Username", [_NAME])
    password = PasswordField("Password", [_PASSWORD])
    keep = BooleanField("Keep me signed in")
    next = HiddenField()
    zone = HiddenField()


class RegisterForm(Form):
    """A new account, if registration is open.

    It asks for no email address: nobody confirms it, and the answer would tell which ones exist.
    """

    username = StringField("Username", [InputRequired("Choose a username.")])
    display_name = StringField("Display name")
    password = PasswordField("Password", [InputRequired("Choose a password.")])
    zone = HiddenField()


class ResetForm(Form):
    """A new password, by a one-time link."""

    password = PasswordField("New password", [InputRequired("Choose a password.")])


class NameForm(Form):
    """The display name."""

    display_name = StringField("Name")


class ZoneForm(Form):
    """The reader's time zone."""

    timezone = StringField("Time zone", [InputRequired("Choose a zone from the list.")])


class ThemeForm(Form):
    """The theme, stored in a cookie, and the shortcuts, stored with the account."""

    theme = RadioField("Theme", choices=_THEMES)
    shortcuts = BooleanField("Keyboard shortcuts")


class PasswordForm(Form):
    """The current password, and a new one."""

    current = PasswordField("Current password")
    new = PasswordField("New password")


class EndForm(Form):
    """The current password, asked for again if the sign-in is no longer fresh."""

    password = PasswordField("Your password")


class ImportForm(Form):
    """A CSV file of people."""

    file = FileField("CSV file", [FileRequired("Choose a CSV file.")])
