"""Text as people type it: one line, a slug, a body; what is refused and what is shown."""

import re
import unicodedata

from .errors import BadInput

SLUG_MAX = 40

_TURNING = r"\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_CONTROLS = rf"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_TURNING}"
_NOT_IN_A_LINE = re.compile(rf"[{_CONTROLS}]")
NOT_IN_A_BODY = re.compile(r"[\x00\ud800-\udfff]")
NOT_IN_A_TERMINAL = re.compile(rf"[{_CONTROLS}\u061c\u200e\u200f]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}  # Unicode's controls, surrogates and spaces
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_invisible(character: str) -> bool:
    """Whether there is nothing to be seen of a character."""
    return unicodedata.category(character) in _INVISIBLE


def check_slug(topic: str, field: str = "topic", name: str = "topic") -> str:
    """A topic is a slug, and so is the ``name`` of a group; raises BadInput for ``field``."""
    topic = check_line(topic, field, name, SLUG_MAX, 1)
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
    return check_text(text.strip(" \t\r\n"), _NOT_IN_A_LINE, field, name, (shortest, longest))


def check_text(
    text: str, bad: re.Pattern[str], field: str, name: str, size: tuple[int, int]
) -> str:
    """Return the text in NFC, without space around it; raise BadInput for ``field``.

    ``bad`` finds what it cannot contain, ``name`` begins the sentence ("A body"), and ``size``
    is the least and the most number of characters.
    """
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


def printable(text: str) -> str:
    r"""The text with what could drive or confuse a terminal written out, such as ``\x1b``."""
    return NOT_IN_A_TERMINAL.sub(
        lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text
    )


def counted(count: int, one: str, many: str = "") -> str:
    """A count and its noun: ``1 sign-in``, ``1,204 sign-ins``; ``many`` where -s will not do."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
