"""Convert Markdown to safe HTML, or to a plain-text excerpt."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .links import link_error
from .text import NOT_IN_A_TERMINAL

EXCERPT_MAX = 240


def _outline(state: StateCore) -> None:
    """Shift a body's headings to start at the level ``top``, below the page's own, without gaps."""
    above: list[str] = []
    for token in state.tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(len(above) + state.env.get('top', 2) - 1, 6)}"


def _image_as_words(_: RendererHTML, tokens: Sequence[Token], index: int, *_more: Any) -> str:
    return escapeHtml("".join(_words(tokens[index : index + 1])))


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_MARKDOWN.core.ruler.push("outline", _outline)
_MARKDOWN.add_render_rule("image", _image_as_words)
_TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
         "p", "pre", "s", "strong", "ul"}  # fmt: skip


def _only_good_links(_tag: str, name: str, value: str) -> str | None:
    """Keep a link only if it would do as an action link, or is an email address."""
    if name == "href" and not value.startswith("mailto:") and link_error(value):
        return None
    return value


def to_html(body: str, top: int = 2) -> str:
    """Render a body as safe HTML with headings from level ``top`` on.

    Raw HTML is escaped, images become their description, and links send no referrer.
    """
    return nh3.clean(
        _MARKDOWN.render(body, {"top": top}),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        attribute_filter=_only_good_links,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )


@functools.lru_cache(maxsize=1024)
def excerpt(body: str) -> str:
    """Return the start of a Markdown body as one line of plain text, at most 240 characters."""
    words = "".join(_words(_MARKDOWN.parse(body)))
    text = " ".join(NOT_IN_A_TERMINAL.sub(" ", words).split())
    if len(text) <= EXCERPT_MAX:
        return text
    return text[: EXCERPT_MAX - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield the visible text of the tokens, with a space at the end of each line and block."""
    for token in tokens:
        if token.children:
            yield from _words(token.children)
        else:
            yield token.content
        if token.block or token.type in ("softbreak", "hardbreak"):
            yield " "
