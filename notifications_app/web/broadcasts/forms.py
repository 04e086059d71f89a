"""The forms of broadcasts. The domain checks content and times."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from ...domain.content import CATEGORIES
from ..forms import Form

#: The choices and their labels.
TO = {
    "everyone": "Everyone",
    "admins": "Administrators",
    "group": "A group",
    "people": "People by name",
}
WHEN = {"now": "Now", "at": "At a specific time", "local": "At each reader’s own time"}
END = {"never": "Never", "in": "After", "at": "At a specific time"}


def _some(names: Iterable[str]) -> dict[str, Any]:
    """Return choices without WTForms' own check: the domain checks them."""
    return {"choices": list(names), "validate_choice": False}


class ContentForm(Form):
    """The fields that can be edited: content, banner, expiry."""

    title = StringField("Title")
    body = TextAreaField("Body")
    category = SelectField("Category", default="info", **_some(CATEGORIES))
    topic = StringField("Topic", default="general")
    action_url = StringField("Link")
    action_label = StringField("Link text")
    is_banner = BooleanField("Also show as a banner on every page, until dismissed")
    end = RadioField("Expiry", default="never", **_some(END))
    expires_in = StringField("Length of time", default="7d")
    expires_at = StringField("Expires at")


class BroadcastForm(ContentForm):
    """The fields of a new broadcast: content, channel, times, undo window."""

    to = RadioField("Send to", default="everyone", **_some(TO))
    group = SelectField("Group", **_some(()))
    people = TextAreaField("Usernames or email addresses")
    when = RadioField("Arrival", default="now", **_some(WHEN))
    at = StringField("Arrives at")
    hold = BooleanField("Delay by 5 minutes, so you can still cancel", default=True)
    #: New for each page that is opened: one key sends once.
    key = HiddenField()
    #: The digest of what the last review showed: only that is sent.
    reviewed = HiddenField()


class EditForm(ContentForm):
    """The fields of a sent broadcast."""

    #: The moment of the last edit when the page was made; empty without one.
    seen = HiddenField()
