"""Checks of typed text (a line, a slug, a body), and text made safe for terminals."""

import codecs
import re
import unicodedata

from .errors import BadInput

SLUG_MAX = 40
#: The encoding of text files, with or without a byte order mark.
UTF_8 = "utf-8-sig"

_BIDI_CONTROLS = r"\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_CONTROLS = rf"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_BIDI_CONTROLS}"
#: Scripts without spaces between words, in which U+200B marks where a line may break.
_UNSPACED = r"\u0e00-\u109f\u1780-\u17ff\u1950-\u1aaf\u1b00-\u1bff\ua980-\ua9ff\uaa60-\uaaff"
_NOT_IN_A_LINE = re.compile(
    rf"[{_CONTROLS}\u180e\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f]"
    # Tags spell a flag after a black one, and nothing that anybody sees elsewhere.
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0020-\U000e007f]"
    rf"|(?<![{_UNSPACED}])\u200b(?![{_UNSPACED}])"
)
NOT_IN_A_BODY = re.compile(r"[\x00\ud800-\udfff]")
NOT_IN_A_TERMINAL = re.compile(rf"[{_CONTROLS}\u061c\u200e\u200f]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}  # Unicode's controls, surrogates and spaces


def _characters(*ranges: str) -> str:
    """Return the characters of ranges: ``_characters("az")`` is the alphabet."""
    return "".join(chr(code) for ends in ranges for code in range(ord(ends[0]), ord(ends[-1]) + 1))


_SPACES = _characters(
    " ", "\t\r", "\xa0", "\u1680", "\u2000\u200a", "\u2028\u2029", "\u202f", "\u205f",
    "\u3000",
)  # fmt: skip
#: Characters without a meaning at the ends of a text, and without a shape.
_NOTHING = _SPACES + _characters(
    "\xad", "\u180e", "\u200b", "\u202a\u202e", "\u2060\u206f", "\ufeff",
    "\ufff9\ufffb", "\U0001bca0\U0001bca3", "\U0001d173\U0001d17a", "\U000e0000\U000e001f",
)  # fmt: skip
_ASCII_SPACES = " \t\n\r\x0b\x0c"
_JOINERS = "\u200c\u200d"
_DIRECTION_MARKS = "\u061c\u200e\u200f"
#: Letters and symbols in Unicode's tables, and blank to the eye.
_FILLERS = _characters(
    "\u034f", "\u115f\u1160", "\u17b4\u17b5", "\u180b\u180d", "\u180f", "\u2065", "\u2800",
    "\u3164", "\uffa0",
)  # fmt: skip
#: Fillers that no script needs at the ends of a text.
_FILLERS_AROUND = "\u034f\u2800\u3164\uffa0"
_TAGS = _characters("\U000e0020\U000e007f")
#: Selectors of the shape of the character before.
_SELECTORS = _characters("\ufe00\ufe0f", "\U000e0100\U000e01ef")
#: The characters that :func:`trim` removes.
AROUND_A_NAME = _NOTHING + _JOINERS + _DIRECTION_MARKS + _FILLERS + _SELECTORS + _TAGS + "\x85"
_NOT_SEARCHED = re.compile(
    rf"[\xad\u061c\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff{_BIDI_CONTROLS}]"
)
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]"
)
_JOINING = re.compile("[\u0600-\u061b\u061d-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_HANGUL_LEADING = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_HANGUL_FOLLOWING = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_THAI_AND_LAO_AM = "\u0e33\u0eb3"  # letters for Unicode, marks to the eye
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")  # two of them are a flag
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_VIRAMA = 9  # its combining class: it joins two consonants
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_invisible(character: str) -> bool:
    """Return whether nothing of a character is visible."""
    return unicodedata.category(character) in _INVISIBLE or character in _FILLERS


def trim(text: str) -> str:
    """Return a name, or whatever is no prose, without spaces and invisible characters around it."""
    return text.strip(AROUND_A_NAME)


def name_key(text: str) -> str:
    """Return a typed username or group name as it is stored: trimmed, in lower case."""
    return trim(text).lower()


def fold(text: str) -> str:
    """Return a text as searches compare it: in NFC, without case, with its accents.

    Both the stored text and the typed words are folded, so that every database gives the answers
    that Unicode gives: ß is ss, and the ligature ﬁ is fi. What only hints at line breaks or
    directions is left out.
    """
    folded = unicodedata.normalize("NFD", _NOT_SEARCHED.sub("", text)).casefold()
    return unicodedata.normalize("NFC", folded)


def visible(text: str) -> str:
    r"""Return a name as a message shows it: invisible characters escaped, such as ``\u200b``."""
    return "".join(
        letter.encode("unicode_escape", "surrogatepass").decode("ascii")
        if letter != " " and (is_invisible(letter) or letter in _SELECTORS)
        else letter
        for letter in text
    )


def encoding_of(start: bytes) -> str:
    """Return the encoding of a text file by its first bytes: UTF-8, or UTF-16 as Excel saves it."""
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if len(start) > 1 and 0 in start[:2] and any(start[:2]):
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    return UTF_8


def _ends(text: str) -> str:
    """Return the characters that mean nothing at the ends of this text."""
    marks = "" if _RIGHT_TO_LEFT.search(text) else _DIRECTION_MARKS
    return _NOTHING + _FILLERS_AROUND + marks + ("" if _JOINING.search(text) else _JOINERS)


def refuse_invisible(text: str, field: str, name: str) -> str:
    """Return the text of a name, which holds no invisible character or unusual space.

    Raises:
        BadInput: for ``field``, naming the character.
    """
    for character in "" if text.isascii() else text:
        is_hidden = is_invisible(character) or character in AROUND_A_NAME
        if is_hidden and character not in _ASCII_SPACES:
            raise BadInput(forbidden_sentence(_with_article(name), character), field)
    return text


def _with_article(name: str) -> str:
    return f"{'An' if name[0] in 'aeio' else 'A'} {name}"


def forbidden_sentence(name: str, character: str) -> str:
    """Return the sentence that refuses a character, with its number in Unicode."""
    what = "a line break" if character in _BREAKS else f"U+{ord(character):04X}"
    return f"{name} cannot contain {what}; remove it."


def check_slug(slug: str, field: str = "topic", name: str = "topic") -> str:
    """Return the slug of a topic, or of whatever ``name`` calls it in the sentence.

    Raises:
        BadInput: for ``field``, if the text is no slug of at most 40 characters.
    """
    slug = refuse_invisible(trim(slug), field, name)
    slug = check_line(slug, field, name, SLUG_MAX, 1)
    if not _SLUG.fullmatch(slug):
        raise BadInput(
            f"A {name} can contain only a to z, 0 to 9 and single hyphens, for example on-call.",
            field,
        )
    return slug


def check_line(text: str, field: str, name: str, longest: int, shortest: int = 0) -> str:
    """Return one line of text in NFC, without spaces and invisible characters around it.

    ``name`` is the word for the field in the sentence ("title", "display name"). Line breaks,
    control characters, lone surrogates, invisible characters without a use in words and those
    that change the writing direction are refused; a line without a visible character counts as
    empty.

    Raises:
        BadInput: for ``field``.
    """
    text = text.strip(_ends(text))
    return check_text(text, _NOT_IN_A_LINE, field, _with_article(name), (shortest, longest))


def trim_lines(text: str) -> str:
    """Remove the empty lines around a text and the space at its end, not its first indentation.

    Invisible characters at the ends go too: before a mark of Markdown, they would hide it.
    """
    ends = _ends(text)
    rest = text.lstrip(ends)
    first_line = text[: len(text) - len(rest)].rpartition("\n")[2]
    indentation = "".join(character for character in first_line if character in _SPACES)
    return (indentation + rest).rstrip(ends)


def check_text(
    text: str,
    bad: re.Pattern[str],
    field: str,
    name: str,
    size: tuple[int, int],
    *,
    keep_indentation: bool = False,
) -> str:
    """Return the text in NFC, without spaces and invisible characters around it.

    ``bad`` matches the forbidden characters, ``name`` begins the sentence ("A body"), and
    ``size`` is the smallest and the largest number of characters. Where the indentation of the
    first line means something, as in Markdown, it can be kept.

    Raises:
        BadInput: for ``field``.
    """
    shortest, longest = size
    if len(text) <= 4 * longest:  # NFC joins at most four characters, and is slow on long text
        if match := bad.search(text):
            raise BadInput(forbidden_sentence(name, match[0]), field)
        text = unicodedata.normalize("NFC", text)
        text = trim_lines(text) if keep_indentation else text.strip(_ends(text))
        text = "" if all(is_invisible(letter) or letter in _SELECTORS for letter in text) else text
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


def bytes_phrase(count: int) -> str:
    """Format a number of bytes: ``812 bytes``, ``40 KB``, ``1.5 MB``."""
    if count < 1024:
        return counted(count, "byte")
    units = ("KB", "MB", "GB", "TB")
    size, unit = count / 1024, 0
    while size >= 1000 and unit < len(units) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {units[unit]}" if size < 10 else f"{size:,.0f} {units[unit]}"


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
