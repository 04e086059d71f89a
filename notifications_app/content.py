"""What a title or a body may be, and Markdown to safe HTML."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notifications_app.errors import BadInput, Together
from notifications_app.links import is_invisible, link, wrong_with
from notifications_app.placeholders import checked, without

TITLE_MAX = 140
BODY_MAX = 4000
LABEL_MAX = 40
TOPIC_MAX = 40
EXCERPT_MAX = 240
CATEGORIES = ("success", "error", "warning", "info")

_TURNING = r"\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_CONTROLS = rf"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_TURNING}"
_NOT_IN_A_LINE = re.compile(rf"[{_CONTROLS}]")
_NOT_IN_A_BODY = re.compile(r"[\x00\ud800-\udfff]")
_NOT_IN_A_TERMINAL = re.compile(rf"[{_CONTROLS}\u061c\u200e\u200f]")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Content:
    """What a notification says, checked."""

    title: str
    body: str
    category: str
    topic: str
    action_url: str | None
    action_label: str | None


def check(
    title: str,
    body: str = "",
    category: str = "info",
    topic: str = "general",
    *,
    action_url: str | None = None,
    action_label: str | None = None,
) -> Content:
    """Normalise and check what somebody wants to say; raises BadInput for all that is wrong.

    The first field that is, as a form has them, is the refusal's own; the rest are its others.
    An empty link or label is the same as none; a link without a label is called "Open".
    """
    wrong = Together()
    with wrong:
        title = check_line(checked("title", title), "title", "title", TITLE_MAX, 1)
    with wrong:
        lines = body.replace("\r\n", "\n").replace("\r", "\n")
        body = checked("body", lines).strip()
        body = _text(body, _NOT_IN_A_BODY, "body", "A body", (0, BODY_MAX))
    with wrong:
        if category not in CATEGORIES:
            raise BadInput("A category is success, error, warning or info.", "category")
    with wrong:
        topic = check_topic(topic)
    with wrong:
        action_url = link(action_url) if action_url else None
    with wrong:  # a link that is refused is one that was given
        action_label = _label(action_label or "", is_linked=bool(action_url))
    wrong.end()
    return Content(title, body, category, topic, action_url, action_label)


def _label(label: str, *, is_linked: bool) -> str | None:
    label = without("action_label", label)
    label = check_line(label, "action_label", "link label", LABEL_MAX)
    if label and not is_linked:
        raise BadInput("A link label needs a link; give both or neither.", "action_label")
    return (label or "Open") if is_linked else None


def check_topic(topic: str, field: str = "topic", name: str = "topic") -> str:
    """A topic is a slug, and so is the ``name`` of a group; raises BadInput for ``field``."""
    topic = check_line(topic, field, name, TOPIC_MAX, 1)
    if not _SLUG.fullmatch(topic):
        raise BadInput(f"A {name} is made of a-z, 0-9 and single hyphens: on-call.", field)
    return topic


def check_line(text: str, field: str, name: str, longest: int, shortest: int = 0) -> str:
    """One line of text in NFC, without space around it; raises BadInput for ``field``.

    ``name`` is what the sentence calls it ("title", "display name"). Refused are line breaks,
    control characters, lone surrogates, and what turns the direction of writing; a line with
    nothing to be seen on it counts as empty.
    """
    name = f"{'An' if name[0] in 'aeio' else 'A'} {name}"
    return _text(text.strip(" \t\r\n"), _NOT_IN_A_LINE, field, name, (shortest, longest))


def _text(text: str, bad: re.Pattern[str], field: str, name: str, size: tuple[int, int]) -> str:
    shortest, longest = size
    if len(text) <= 4 * longest:  # NFC joins four characters at most, and takes long over many
        if found := bad.search(text):
            what = "a line break" if found[0] in _BREAKS else f"U+{ord(found[0]):04X}"
            raise BadInput(f"{name} cannot contain {what}; take it out.", field)
        text = unicodedata.normalize("NFC", text).strip()
        text = "" if all(map(is_invisible, text)) else text
    if not shortest <= len(text) <= longest:
        wanted, has = f"{shortest} to" if shortest else "at most", len(text) or "none"
        raise BadInput(f"{name} has {wanted} {longest} characters; this one has {has}.", field)
    return text


def _outline(state: StateCore) -> None:
    """Start a body's headings at the level "top", under those of the page, and skip none."""
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
    """A link in a body may be what an action's link may be, or an address to write to."""
    if name == "href" and not value.startswith("mailto:") and wrong_with(value):
        return None
    return value


def to_html(body: str, top: int = 2) -> str:
    """A body as safe HTML, headings from ``top`` on: no raw HTML or images, links tell nobody."""
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
    """The beginning of a Markdown body as plain text on one line, at most 240 characters."""
    words = "".join(_words(_MARKDOWN.parse(body)))
    text = " ".join(_NOT_IN_A_TERMINAL.sub(" ", words).split())
    if len(text) <= EXCERPT_MAX:
        return text
    return text[: EXCERPT_MAX - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    """What a reader sees of the tokens, with a space wherever a line or a block ends."""
    for token in tokens:
        if token.children:
            yield from _words(token.children)
        else:
            yield token.content
        if token.block or token.type in ("softbreak", "hardbreak"):
            yield " "


def printable(text: str) -> str:
    r"""The text with what could drive or confuse a terminal written out, such as ``\x1b``."""
    return _NOT_IN_A_TERMINAL.sub(
        lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text
    )


def counted(count: int, one: str, many: str = "") -> str:
    """A count and its noun: ``1 sign-in``, ``1,204 sign-ins``; ``many`` where -s will not do."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
