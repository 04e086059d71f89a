"""The forms of broadcasts. What may be said, and when, is checked by the domain, in one place."""

from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from ..content import CATEGORIES
from ..forms import Form

_TO: list[Any] = [
    ("everyone", "Everyone"),
    ("admins", "Administrators"),
    ("group", "A group"),
]
_WHEN: list[Any] = [
    ("now", "Now"),
    ("at", "At a time"),
    ("local", "At each reader’s own time"),
]
_END: list[Any] = [
    ("never", "Never"),
    ("in", "After a length of time"),
    ("at", "At a time"),
]
_KINDS: list[Any] = [(name, name.capitalize()) for name in CATEGORIES]


class ContentForm(Form):
    """What it says, and until when."""

    title = StringField("Title")
    body = TextAreaField("Body")
    category = SelectField("Category", choices=_KINDS, default="info", validate_choice=False)
    topic = StringField("Topic", default="general")
    action_url = StringField("Link")
    action_label = StringField("Words on the link")
    is_banner = BooleanField("Also a banner on top of every page")
    end = RadioField("When it expires", choices=_END, default="never", validate_choice=False)
    expires_in = StringField("Length of time", default="7d")
    expires_at = StringField("Expires at")


class BroadcastForm(ContentForm):
    """A new broadcast: to whom, when, and held back or not."""

    to = RadioField("Who sees it", choices=_TO, default="everyone", validate_choice=False)
    group = SelectField("Group", choices=[], validate_choice=False)
    when = RadioField("When it arrives", choices=_WHEN, default="now", validate_choice=False)
    at = StringField("Arrives at")
    hold = BooleanField("Hold it back for 5 minutes")
    #: Fresh on each page that is opened: what was sent under it is not sent again.
    key = HiddenField()


class EditForm(ContentForm):
    """How a broadcast shall read from now on."""

    #: When it was last edited, as the page knew it.
    seen = HiddenField()
