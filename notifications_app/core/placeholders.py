"""The placeholder ``{{display_name}}`` in titles and bodies: readers see their own name there."""

import re

from markupsafe import Markup, escape

from .errors import BadInput
from .text import shorten

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = "{{display_name}}"
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")  # ASCII punctuation, which may be Markdown's syntax


def normalised(field: str, text: str) -> str:
    """Return the text with its placeholders in their exact spelling, without inner spaces.

    Raises:
        BadInput: for ``field``, if the text contains an unknown placeholder.
    """

    def exact(match: re.Match[str]) -> str:
        name = match[1].strip()
        if f"{{{{{name}}}}}" != _NAME:
            raise BadInput(
                f"There is no placeholder “{{{{{shorten(name, 40)}}}}}”. Use {_NAME}.", field
            )
        return _NAME

    # Only up to the last "}}": searching for it from each later "{{" took minutes.
    before, end, rest = text.rpartition("}}")
    return _PLACEHOLDER.sub(exact, before + end) + rest


def refuse_placeholders(field: str, text: str) -> str:
    """Return the text of a field in which placeholders are not filled.

    Raises:
        BadInput: for ``field``, if the text contains a placeholder.
    """
    if _PLACEHOLDER.search(text[: text.rfind("}}") + 2]):
        raise BadInput("Placeholders work only in the title and body.", field)
    return text


def fill(text: str, name: str) -> str:
    """Replace the placeholders by the reader's name, escaped if the text is :class:`Markup`."""
    if isinstance(text, Markup):
        return Markup(text.replace(_NAME, escape(name)))  # noqa: S704 - both are safe
    return text.replace(_NAME, name)


def fill_markdown(body: str, name: str) -> str:
    """Replace the placeholders in a Markdown body by the reader's name, with its marks escaped."""
    return body.replace(_NAME, _MARKS.sub(r"\\\1", name))
