"""The forms of broadcasts. What may be said, and when, is checked by the domain, in one place."""

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

#: The choices, and the words for them.
TO = {"everyone": "Everyone", "admins": "Administrators", "group": "A group"}
WHEN = {"now": "Now", "at": "At a time", "local": "At each reader’s own time"}
END = {"never": "Never", "in": "After a length of time", "at": "At a time"}


def _some(names: Iterable[str]) -> dict[str, Any]:
    """Choices that the domain checks."""
    return {"choices": list(names), "validate_choice": False}


class ContentForm(Form):
    """What it says, and until when."""

    title = StringField("Title")
    body = TextAreaField("Body")
    category = SelectField("Category", default="info", **_some(CATEGORIES))
    topic = StringField("Topic", default="general")
    action_url = StringField("Link")
    action_label = StringField("Words on the link")
    is_banner = BooleanField("Also a banner on top of every page")
    end = RadioField("When it expires", default="never", **_some(END))
    expires_in = StringField("Length of time", default="7d")
    expires_at = StringField("Expires at")


class BroadcastForm(ContentForm):
    """A new broadcast: to whom, when, and held back or not."""

    to = RadioField("Who sees it", default="everyone", **_some(TO))
    group = SelectField("Group", **_some(()))
    when = RadioField("When it arrives", default="now", **_some(WHEN))
    at = StringField("Arrives at")
    hold = BooleanField("Hold it back for 5 minutes")
    #: Fresh on each page that is opened: what was sent under it is not sent again.
    key = HiddenField()


class EditForm(ContentForm):
    """How a broadcast shall read from now on."""

    #: When it was last edited, as the page knew it.
    seen = HiddenField()
