"""``{{display_name}}`` in a title or body: each reader reads their own name there."""

import re

from notifications_app.errors import BadInput

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_KNOWN = "display_name"
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")  # each mark of ASCII, any of which may mean something


def check(**texts: str) -> None:
    """Raises BadInput for the field whose text has a placeholder that would not be filled."""
    for field, text in texts.items():
        for found in _PLACEHOLDER.finditer(text):
            if found[1].strip() != _KNOWN:
                raise BadInput(
                    f"There is no placeholder “{{{{{found[1].strip()[:40]}}}}}”."
                    " The one there is: {{display_name}}.",
                    field,
                )


def fill(text: str, name: str) -> str:
    """The text as the reader of this name reads it."""
    return _PLACEHOLDER.sub(lambda found: _filled(found, name), text)


def fill_markdown(body: str, name: str) -> str:
    """The same for a body in Markdown, in which nothing of the name means anything."""
    return fill(body, _MARKDOWN.sub(r"\\\1", name))


def _filled(found: re.Match[str], name: str) -> str:
    return name if found[1].strip() == _KNOWN else found[0]
