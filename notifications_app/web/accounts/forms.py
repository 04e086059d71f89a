"""The forms of accounts. The domain checks lengths and characters."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from ...domain.accounts.models import DENSITIES
from ..forms import Form

#: The choices of a new account's first sign-in, and their labels.
ACCESS = {
    "link": "With a reset link, shown once on the next page",
    "password": "With a password that you choose",
}
_ACCESS: list[Any] = list(ACCESS)
_NAME = InputRequired("Enter your username.")
_PASSWORD = InputRequired("Enter your password.")
_THEMES: list[Any] = ["system", "light", "dark"]
_DENSITIES: list[Any] = list(DENSITIES)


class ContinueForm(Form):
    """A step of a sign-in, with all that is needed to continue after the last one."""

    next = HiddenField()
    zone = HiddenField()
    #: A form that was posted after its session had ended, packed by ``kept_input``.
    kept = HiddenField()


class LoginForm(ContinueForm):
    """Username and password, and whether to stay signed in."""

    username = StringField("Username", [_NAME])
    password = PasswordField("Password", [_PASSWORD])
    keep = BooleanField("Keep me signed in")


class CodeForm(ContinueForm):
    """The code of the second factor, or a recovery code."""

    code = StringField("Code")
    recovery = StringField("Recovery code")


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

    timezone = StringField("Time zone", [InputRequired("Choose a time zone from the list.")])


class ThemeForm(Form):
    """The theme, stored in a cookie; density and shortcuts, stored with the account."""

    theme = RadioField("Theme", choices=_THEMES)
    density = RadioField("Inbox rows", choices=_DENSITIES, validate_choice=False)
    shortcuts = BooleanField("Keyboard shortcuts")


class PasswordForm(Form):
    """The current password, and a new one."""

    current = PasswordField("Current password")
    new = PasswordField("New password")


class EndForm(Form):
    """The current password, asked for again if the sign-in is no longer fresh."""

    password = PasswordField("Your password")


class ConfirmForm(Form):
    """The first code of a new second factor."""

    code = StringField("Code", [InputRequired("Enter the code that your app shows.")])


class FactorForm(Form):
    """The current password and a code, before a second factor is weakened."""

    password = PasswordField("Your password", [InputRequired("Enter your password.")])
    code = StringField(
        "Code", [InputRequired("Enter the code that your app shows, or a recovery code.")]
    )


class NewPersonForm(Form):
    """A new account, and how its person gets in: by a one-time link, or with a password."""

    username = StringField("Username", [InputRequired("Enter a username.")])
    email = StringField("Email address")
    display_name = StringField("Display name")
    timezone = StringField("Time zone", default="UTC")
    is_admin = BooleanField("Administrator")
    access = RadioField("First sign-in", default="link", choices=_ACCESS, validate_choice=False)
    new = PasswordField("Password")
    password = PasswordField("Your password")


class GroupForm(Form):
    """The name of a new group."""

    group = StringField("Name", [InputRequired("Enter a name.")])


class MembersForm(Form):
    """People to add to a group: usernames or email addresses."""

    people = TextAreaField("Add people")


class EmptyForm(Form):
    """A form without a field: a button that asks for the CSRF token."""


class ImportForm(Form):
    """A CSV file of people."""

    file = FileField("CSV file", [FileRequired("Choose a CSV file.")])
