"""The placeholder ``{{display_name}}`` in titles and bodies: readers see their own name there.

In the address of a link of a body, the name is percent-encoded. In the other fields nothing is
filled in, so placeholders are refused there.
"""

import re
from urllib.parse import quote

from markupsafe import Markup, escape

from .errors import BadInput
from .text import shorten

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
NAME = "{{display_name}}"
#: The placeholder in the address of a link, after Markdown has encoded it.
NAME_IN_LINK = quote(NAME)
_HREF = re.compile('href="[^"]*"')
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")  # ASCII punctuation, which may be Markdown's syntax


def normalised(field: str, text: str) -> str:
    """Return the text with its placeholders in their exact spelling, without inner spaces.

    Raises:
        BadInput: for ``field``, if the text contains an unknown placeholder.
    """

    def exact(match: re.Match[str]) -> str:
        name = match[1].strip()
        if f"{{{{{name}}}}}" != NAME:
            raise BadInput(
                f"There is no placeholder “{{{{{shorten(name, 40)}}}}}”. Use {NAME}.", field
            )
        return NAME

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
    """Replace the placeholders by the reader's name.

    In :class:`Markup` the name is escaped, and in the addresses of its links percent-encoded.
    """
    if not isinstance(text, Markup):
        return text.replace(NAME, name)
    html = str(text).replace(NAME, escape(name))
    if NAME_IN_LINK in html:
        html = _HREF.sub(lambda href: href[0].replace(NAME_IN_LINK, in_link(name)), html)
    return Markup(html)  # noqa: S704 - the text was safe, and the name is escaped


def in_link(name: str) -> str:
    """Return a name for the address of a link: percent-encoded, so that it is one part of it.

    Punctuation is encoded too: after an address in a text it would belong to the sentence.
    """
    encoded = quote(name, safe="")
    return encoded.replace(".", "%2E").replace("_", "%5F").replace("~", "%7E")


def fill_markdown(body: str, name: str, *, link: str) -> str:
    """Replace the placeholders in a Markdown body by the reader's name, with its marks escaped.

    After ``link``, which marks those in the address of a link, it is percent-encoded.
    """
    body = body.replace(f"{link}{NAME}", in_link(name))
    return body.replace(NAME, _MARKS.sub(r"\\\1", name))
