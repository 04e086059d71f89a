"""Convert Markdown to safe HTML, or to a plain-text excerpt."""

import functools
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from .errors import BadInput
from .links import link_error
from .placeholders import NAME, NAME_IN_LINK, fill, fill_markdown, normalised
from .text import NOT_IN_A_TERMINAL, shorten

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


def _images_as_links(state: StateCore) -> None:
    """Replace each image by a link to it, whose text is the description: nothing is fetched."""
    for token in state.tokens:
        if token.children and any(child.type == "image" for child in token.children):
            token.children = list(_without_images(token.children))


def _without_images(tokens: Iterable[Token]) -> Iterator[Token]:
    in_link = False
    for token in tokens:
        in_link = token.type == "link_open" or (in_link and token.type != "link_close")
        if token.type != "image":
            yield token
            continue
        url = str(token.attrs.get("src", ""))
        words = "".join(_words(token.children or ())).strip()
        text = Token("text", "", 0, content=words or url.replace(NAME_IN_LINK, NAME))
        yield from [text] if in_link or link_error(url) else _link(url, text)


def _link(url: str, text: Token) -> tuple[Token, Token, Token]:
    return Token("link_open", "a", 1, attrs={"href": url}), text, Token("link_close", "a", -1)


def _tasks_as_boxes(state: StateCore) -> None:
    """Show ``[ ]`` and ``[x]`` at the start of a list item as boxes; nobody can tick them."""
    before = [token.type for token in state.tokens]
    for index, token in enumerate(state.tokens):
        first = token.children[0] if token.children else None
        if first and before[index - 2 : index] == ["list_item_open", "paragraph_open"]:
            first.content = _TASK.sub(lambda mark: _BOXES[mark[1].lower()], first.content)


def _direct(state: StateCore) -> None:
    """Let each outermost block follow the direction of its own script, and each block of code."""
    for token in state.tokens:
        if (token.level == 0 and token.nesting == 1) or token.type in ("fence", "code_block"):
            token.attrSet("dir", "auto")


def _align(state: StateCore) -> None:
    """Align the cells of a table by an attribute: the pages allow no inline style."""
    for token in state.tokens:
        style = token.attrs.pop("style", None) if token.type in ("th_open", "td_open") else None
        if style:
            token.attrSet("align", str(style).removeprefix("text-align:"))


def _code(_: RendererHTML, tokens: Sequence[Token], index: int, *_more: Any) -> str:
    return f'<pre dir="auto"><code>{escapeHtml(tokens[index].content)}</code></pre>\n'


def _link_address(state: StateInline, silent: bool) -> bool:
    """Make a link of an address that stands in the text, if it would do as an action link."""
    if silent or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending)
    address = scheme and _ADDRESS.match(state.src, state.pos - len(scheme[0]))
    if not scheme or not address:
        return False
    url = _without_punctuation(address[0])
    href = state.md.normalizeLink(url)
    if link_error(url) or link_error(href):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos += len(url) - len(scheme[0])
    return True


def _without_punctuation(url: str) -> str:
    """Remove what belongs to the sentence around an address, such as its full stop."""
    while url[-1] in _ENDS_A_SENTENCE or (url[-1] == ")" and url.count(")") > url.count("(")):
        url = url[:-1]
    return url


_TASK = re.compile(r"^\[([ xX])\](?=\s)")
_BOXES = {" ": "☐", "x": "☑"}
_SCHEME = re.compile(r"(?<![a-z0-9.+-])https?$", re.IGNORECASE)
_MARK = f"braces{secrets.token_hex(8)}n"  # a word that no body contains
_ADDRESS = re.compile(
    rf"https?://(?:(?:{{{{|{_MARK}\d+\.)display_name}}}}|[^\s<>\[\]\"`{{}}|\\^“”’\u3000-\u303f\uff00-\uffef])+",
    re.IGNORECASE,
)
_ENDS_A_SENTENCE = ".,:;!?'*_~…"
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_MARKDOWN.enable(["strikethrough", "table"])
_MARKDOWN.inline.ruler.after("text", "address", _link_address)
for _rule in (_outline, _images_as_links, _tasks_as_boxes, _direct, _align):
    _MARKDOWN.core.ruler.push(_rule.__name__, _rule)
_MARKDOWN.add_render_rule("fence", _code)
_MARKDOWN.add_render_rule("code_block", _code)
#: The outermost blocks, which have a direction, and code.
_DIRECTED = {"blockquote", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
_TAGS = {"a", "br", "code", "em", "hr", "li", "s", "strong", "tbody", "td", "th", "thead", "tr",
         *_DIRECTED}  # fmt: skip
_ATTRIBUTES = {tag: {"dir"} for tag in _DIRECTED} | {
    "a": {"href", "title"},
    "ol": {"dir", "start"},
    "td": {"align"},
    "th": {"align"},
}
_MARKED = re.compile(rf"{_MARK}(\d+)\.")
_HIDDEN = "{\0"  # no body contains it either
_LINK = "\0"  # before a placeholder in the address of a link
_IN_CODE = re.compile("<code>[^<]*</code>")


def _only_good_values(_tag: str, name: str, value: str) -> str | None:
    """Keep a link only if it would do as an action link, or is an email address."""
    if name == "dir" and value != "auto":
        return None
    if name == "align" and value not in {"left", "center", "right"}:
        return None
    if name == "href" and not value.startswith("mailto:") and link_error(value):
        return None
    return value


def to_html(body: str, top: int = 2) -> str:
    """Render a body as safe HTML with headings from level ``top`` on.

    Raw HTML is escaped, images become links, links send no referrer, and braces in code are
    written so that no placeholder is found in them.
    """
    html = nh3.clean(
        _MARKDOWN.render(body, {"top": top}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_only_good_values,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )
    return _IN_CODE.sub(lambda code: code[0].replace("{{", "&#123;&#123;"), html)


def excerpt(body: str, name: str) -> str:
    """Return the start of a Markdown body as one line of plain text, at most 240 characters.

    Placeholders are replaced by the reader's name, except in code.
    """
    return _excerpt(body, name if "{{" in body else "")


@functools.lru_cache(maxsize=1024)
def _excerpt(body: str, name: str) -> str:
    words = "".join(_words(_MARKDOWN.parse(body), name))
    return shorten(" ".join(NOT_IN_A_TERMINAL.sub(" ", words).split()), EXCERPT_MAX)


def normalised_body(body: str) -> str:
    """Return a body with its placeholders in their exact spelling; code is left as it is.

    Raises:
        BadInput: for ``body``, if it contains an unknown placeholder outside code, or one in the
            host of a link, where no name can be.
    """
    body = _change_outside_code(body, lambda text: normalised("body", text))
    for address in _addresses_of(_MARKDOWN.parse(body) if NAME in body else ()):
        if NAME_IN_LINK in address and _only_good_values("a", "href", address) is None:
            raise BadInput(f"{NAME} can be in the path of a link, not in its host.", "body")
    return body


def fill_body(body: str, name: str) -> str:
    """Replace the placeholders outside code by the reader's name, as Markdown needs it."""
    return _change_outside_code(body, lambda text: fill_markdown(text, name, link=_LINK))


def _change_outside_code(body: str, change: Callable[[str], str]) -> str:
    """Apply ``change`` to a body whose ``{{`` in code look like something else meanwhile."""
    first, *parts = body.split("{{")
    marked = "".join(f"{_MARK}{index}.{part}" for index, part in enumerate(parts))
    tokens = _MARKDOWN.parse(first + marked)
    braces = dict.fromkeys(map(str, range(len(parts))), "{{")
    braces |= dict.fromkeys(_MARKED.findall(" ".join(_addresses_of(tokens))), f"{_LINK}{{{{")
    braces |= dict.fromkeys(_MARKED.findall(" ".join(_code_of(tokens))), _HIDDEN)
    text = first + "".join(map("".join, zip(braces.values(), parts, strict=True)))
    return change(text).replace(_HIDDEN, "{{").replace(_LINK, "")


def _addresses_of(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        yield str(token.attrs.get("href", ""))
        yield from _addresses_of(token.children or ())


def _code_of(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.tag == "code":
            yield f"{token.info} {token.content}"
        yield from _code_of(token.children or ())


def _words(tokens: Iterable[Token], name: str | None = None) -> Iterator[str]:
    """Yield the visible text of the tokens, with a space at the end of each line and block.

    With a name, the placeholders outside code are replaced by it.
    """
    for token in tokens:
        if token.children:
            yield from _words(token.children, name)
        else:
            yield (
                token.content if name is None or token.tag == "code" else fill(token.content, name)
            )
        if token.block or token.type in ("softbreak", "hardbreak"):
            yield " "
