"""The content of a notification: title, body, category, topic, link; the rules for each."""

from dataclasses import dataclass, fields
from typing import Any

from ..core.errors import BadInput, ErrorCollector
from ..core.links import check_link
from ..core.markdown import normalised_body
from ..core.placeholders import normalised, refuse_placeholders
from ..core.text import NOT_IN_A_BODY, check_line, check_slug, check_text, trim_lines

TITLE_MAX = 140
BODY_MAX = 4000
LABEL_MAX = 40
#: The categories of notifications and flash messages, as menus list them; each also has a
#: colour (css/base.css) and an icon (icons.svg). The column takes seven letters.
CATEGORIES = ("success", "error", "warning", "info")
#: The categories that muting a topic does not hide.
NEVER_MUTED = ("error",)


@dataclass(frozen=True, slots=True)
class Content:
    """The checked content of a notification."""

    title: str
    body: str
    category: str
    topic: str
    action_url: str | None
    action_label: str | None

    @classmethod
    def of(cls, source: Any) -> "Content":
        """Copy the content of any object that has these attributes."""
        return cls(**{name: getattr(source, name) for name in CONTENT_FIELDS})


#: The names of the fields, as columns, form fields and options have them.
CONTENT_FIELDS = tuple(field.name for field in fields(Content))


def check(
    title: str,
    body: str = "",
    category: str = "info",
    topic: str = "general",
    *,
    action_url: str | None = None,
    action_label: str | None = None,
) -> Content:
    """Normalise and check the content of a notification.

    An empty link or label counts as none; a link without a label is labelled "Open".

    Raises:
        BadInput: for the first wrong field, in the order of the form, with the rest as its
            ``others``.
    """
    errors = ErrorCollector()
    with errors:
        title = check_line(normalised("title", title), "title", "title", TITLE_MAX, 1)
    with errors:
        body = trim_lines(body.replace("\r\n", "\n").replace("\r", "\n"))
        size = (0, BODY_MAX)
        body = check_text(body, NOT_IN_A_BODY, "body", "A body", size, keep_indentation=True)
        body = normalised_body(body)
    with errors:
        check_category(category)
    with errors:
        topic = check_slug(topic)
    with errors:
        action_url = check_link(action_url) if action_url else None
    with errors:  # a refused link was given all the same, so its label is no error
        action_label = _label(action_label or "", is_linked=bool(action_url))
    errors.raise_collected()
    return Content(title, body, category, topic, action_url, action_label)


def categories_phrase() -> str:
    """List the categories in words: ``success, error, warning or info``."""
    *others, last = CATEGORIES
    return f"{', '.join(others)} or {last}"


def check_category(category: str) -> None:
    """Raise BadInput, with the field ``category``, for an unknown category."""
    if category not in CATEGORIES:
        raise BadInput(f"A category must be {categories_phrase()}.", "category")


def _label(label: str, *, is_linked: bool) -> str | None:
    label = refuse_placeholders("action_label", label)
    label = check_line(label, "action_label", "link text", LABEL_MAX)
    if label and not is_linked:
        raise BadInput("The link text needs a link: enter both or neither.", "action_label")
    return (label or "Open") if is_linked else None
