"""``{{display_name}}`` in a title or body: each reader reads their own name there."""

import re

from markupsafe import Markup, escape

from .errors import BadInput

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = "{{display_name}}"
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")  # each mark of ASCII, any of which may mean something


def normalised(field: str, text: str) -> str:
    """The text with its placeholders as they are filled; raises BadInput for one there is not."""

    def plain(found: re.Match[str]) -> str:
        said = found[1].strip()
        if f"{{{{{said}}}}}" != _NAME:
            raise BadInput(
                f"There is no placeholder “{{{{{said[:40]}}}}}”. The one there is: {_NAME}.", field
            )
        return _NAME

    # Behind the last end there is none to find: looking for it from each start took minutes.
    before, end, rest = text.rpartition("}}")
    return _PLACEHOLDER.sub(plain, before + end) + rest


def refuse_placeholders(field: str, text: str) -> str:
    """The text, in which nothing is filled; raises BadInput for a placeholder."""
    if _PLACEHOLDER.search(text[: text.rfind("}}") + 2]):
        raise BadInput("Nothing is filled in here. Placeholders go in the title or body.", field)
    return text


def fill(text: str, name: str) -> str:
    """The text as the reader of this name reads it; in HTML the name is escaped."""
    if isinstance(text, Markup):
        return Markup(text.replace(_NAME, escape(name)))  # noqa: S704 - both are safe
    return text.replace(_NAME, name)


def fill_markdown(body: str, name: str) -> str:
    """The same for a body in Markdown, in which nothing of the name means anything."""
    return body.replace(_NAME, _MARKS.sub(r"\\\1", name))
