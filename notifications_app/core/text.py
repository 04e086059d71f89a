"""Checks of typed text (a line, a slug, a body), and text made safe for terminals."""

import re
import unicodedata

from .errors import BadInput

SLUG_MAX = 40

_BIDI_CONTROLS = r"\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_CONTROLS = rf"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_BIDI_CONTROLS}"
_NOT_IN_A_LINE = re.compile(rf"[{_CONTROLS}]")
NOT_IN_A_BODY = re.compile(r"[\x00\ud800-\udfff]")
NOT_IN_A_TERMINAL = re.compile(rf"[{_CONTROLS}\u061c\u200e\u200f]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}  # Unicode's controls, surrogates and spaces
_EMPTY_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_HANGUL_LEADING = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_HANGUL_FOLLOWING = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_THAI_AND_LAO_AM = "\u0e33\u0eb3"  # letters for Unicode, marks to the eye
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")  # two of them are a flag
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_VIRAMA = 9  # its combining class: it joins two consonants
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_invisible(character: str) -> bool:
    """Return whether nothing of a character is visible."""
    return unicodedata.category(character) in _INVISIBLE


def check_slug(slug: str, field: str = "topic", name: str = "topic") -> str:
    """Return the slug of a topic, or of whatever ``name`` calls it in the sentence.

    Raises:
        BadInput: for ``field``, if the text is no slug of at most 40 characters.
    """
    slug = check_line(slug, field, name, SLUG_MAX, 1)
    if not _SLUG.fullmatch(slug):
        raise BadInput(
            f"A {name} can contain only a to z, 0 to 9 and single hyphens, for example on-call.",
            field,
        )
    return slug


def check_line(text: str, field: str, name: str, longest: int, shortest: int = 0) -> str:
    """Return one line of text in NFC, without surrounding space.

    ``name`` is the word for the field in the sentence ("title", "display name"). Line breaks,
    control characters, lone surrogates and characters that change the writing direction are
    refused; a line without a visible character counts as empty.

    Raises:
        BadInput: for ``field``.
    """
    name = f"{'An' if name[0] in 'aeio' else 'A'} {name}"
    return check_text(text.strip(" \t\r\n"), _NOT_IN_A_LINE, field, name, (shortest, longest))


def trim_lines(text: str) -> str:
    """Remove the empty lines around a text and the space at its end, not its first indentation."""
    return _EMPTY_LINES.sub("", text).rstrip()


def check_text(
    text: str,
    bad: re.Pattern[str],
    field: str,
    name: str,
    size: tuple[int, int],
    *,
    keep_indentation: bool = False,
) -> str:
    """Return the text in NFC, without surrounding space.

    ``bad`` matches the forbidden characters, ``name`` begins the sentence ("A body"), and
    ``size`` is the smallest and the largest number of characters. Where the indentation of the
    first line means something, as in Markdown, it can be kept.

    Raises:
        BadInput: for ``field``.
    """
    shortest, longest = size
    if len(text) <= 4 * longest:  # NFC joins at most four characters, and is slow on long text
        if match := bad.search(text):
            character = "a line break" if match[0] in _BREAKS else f"U+{ord(match[0]):04X}"
            raise BadInput(f"{name} cannot contain {character}; remove it.", field)
        text = unicodedata.normalize("NFC", text)
        text = trim_lines(text) if keep_indentation else text.strip()
        text = "" if all(map(is_invisible, text)) else text
    if shortest and not text:
        raise BadInput(f"Enter {name[0].lower()}{name[1:]}.", field)
    if not shortest <= len(text) <= longest:
        least = f"{shortest} to" if shortest else "at most"
        raise BadInput(f"{name} has {least} {longest} characters; this one has {len(text)}.", field)
    return text


def printable(text: str) -> str:
    r"""Return the text with characters that could control a terminal escaped, such as ``\x1b``."""
    return NOT_IN_A_TERMINAL.sub(
        lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text
    )


def counted(count: int, one: str, many: str = "") -> str:
    """Format a count with its noun: ``1 sign-in``, ``1,204 sign-ins``; ``many`` for odd plurals."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def shorten(text: str, limit: int) -> str:
    """Return the start of a text, with "…" if that is not all: at most ``limit`` characters.

    The cut is between two words if a word ends in the last quarter, and never inside a character
    that people see as one: a letter with its marks, a flag, an emoji of several parts.
    """
    if len(text) <= limit:
        return text
    end = limit - 1
    for at in range(end, limit * 3 // 4 - 1, -1):
        if text[at].isspace():
            end = at
            break
    else:
        while end and not _is_boundary(text, end):
            end -= 1
    return text[:end].rstrip() + "…"


def _is_boundary(text: str, at: int) -> bool:
    """Return whether a visible character ends before ``text[at]``, by the rules of Unicode UAX 29.

    Where these need tables that Python does not have, the answer is no.
    """
    before, after = text[at - 1], text[at]
    category = unicodedata.category(after)
    if category[0] == "M" or "Cf" in {category, unicodedata.category(before)}:
        return False
    if after in _THAI_AND_LAO_AM or _SKIN_TONE.match(after) or _HANGUL_FOLLOWING.match(after):
        return False
    if _HANGUL_LEADING.match(before) or unicodedata.combining(before) == _VIRAMA:
        return not after.isalpha()
    if _REGIONAL.match(before) and _REGIONAL.match(after):
        start = at
        while start and _REGIONAL.match(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 0
    return True
