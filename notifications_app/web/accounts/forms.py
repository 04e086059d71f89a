"""The forms of accounts. Lengths and characters are checked by the domain, in one place."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired

from ..forms import Form

_NAME = InputRequired("Type your username.")
_PASSWORD = InputRequired("Type your password.")
_THEMES: list[Any] = ["system", "light", "dark"]


class LoginForm(Form):
    """Who is it, and may this browser keep it."""

    username = StringField("Username", [_NAME])
    password = PasswordField("Password", [_PASSWORD])
    keep = BooleanField("Keep me signed in")
    next = HiddenField()
    zone = HiddenField()


class RegisterForm(Form):
    """A new account, where registration is open."""

    username = StringField("Username", [InputRequired("Choose a username.")])
    email = StringField("Email address")
    display_name = StringField("Display name")
    password = PasswordField("Password", [InputRequired("Choose a password.")])
    zone = HiddenField()


class ResetForm(Form):
    """A new password, by a one-time link."""

    password = PasswordField("New password", [InputRequired("Choose a password.")])


class NameForm(Form):
    """What others see."""

    display_name = StringField("Name")


class ZoneForm(Form):
    """Where the reader is."""

    timezone = StringField("Time zone", [InputRequired("Choose a zone from the list.")])


class ThemeForm(Form):
    """The theme, a cookie of this browser; the shortcuts, a column of the account."""

    theme = RadioField("Theme", choices=_THEMES)
    shortcuts = BooleanField("Keyboard shortcuts")


class PasswordForm(Form):
    """A new password, against the current one."""

    current = PasswordField("Current password", [_PASSWORD])
    new = PasswordField("New password", [InputRequired("Choose a password.")])


class EndForm(Form):
    """The password again, where the sign-in is a while ago."""

    password = PasswordField("Your password")


class ImportForm(Form):
    """A file of people."""

    file = FileField("CSV file", [FileRequired("Choose a CSV file.")])
