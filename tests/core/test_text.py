"""One line of text, and text that a terminal may show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.core import text as text_
from notifications_app.core.errors import BadInput
from notifications_app.domain import content

FORBIDDEN = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\udbff\udc00\udfff",
]

NASTY = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(FORBIDDEN)))


def refusal(*args, **kwargs):
    with pytest.raises(BadInput) as refused:
        content.check(*args, **kwargs)
    return str(refused.value), refused.value.field


def test_one_line_of_any_name():
    assert text_.check_line(" Ada ", "display_name", "display name", 80) == "Ada"
    assert text_.check_line("\u00a0Ada\u3000", "display_name", "display name", 80) == "Ada"
    assert text_.check_line("", "display_name", "display name", 80) == ""
    with pytest.raises(BadInput, match="An email has at most 3 characters") as refused:
        text_.check_line("abcd", "email", "email", 3)
    assert refused.value.field == "email"
    with pytest.raises(BadInput, match="at most 3"):
        text_.check_line("\u200d".join("a" * 13), "email", "email", 3)


@pytest.mark.parametrize("character", FORBIDDEN)
def test_nothing_that_is_not_text_stands_in_a_line(character):
    sentence, field = refusal(f"a{character}b")
    assert field == "title"
    assert sentence.isprintable()


@pytest.mark.parametrize(
    "kept",
    [
        "👩\u200d🚀",
        "\u0645\u06cc\u200c\u062e\u0648",
        "\u200f\u05e9\u05dc\u05d5\u05dd",
        "a\u00a0b",
        "日本",
    ],
)
def test_what_scripts_and_emoji_need_stays(kept):
    assert content.check(kept).title == kept


NOTHING = (
    "\u200b\ufeff\u2060\xad\u200c\u200d\u200e\u200f\u061c\u202a\u202e\u2066\u2069\xa0\u2009\u3000"
    "\u034f\u2065\u2800\u3164\uffa0\U0001bca0\U0001d173\U000e0001"
)


@pytest.mark.parametrize("character", NOTHING)
def test_invisible_characters_around_a_text_are_dropped(character):
    around = f" {character}{{}}{character}\n"
    said = content.check(
        around.format("Hello"),
        around.format("# Hello"),
        topic=around.format("billing"),
        action_url=around.format("/menu"),
        action_label=around.format("Menu"),
    )
    assert said == content.Content("Hello", said.body, "info", "billing", "/menu", "Menu")
    assert said.body.strip() == "# Hello"
    assert text_.trim(around.format("ada")) == "ada"
    assert text_.name_key(around.format("Ada")) == "ada"
    assert text_.check_line(around.format(""), "display_name", "display name", 80) == ""


@pytest.mark.parametrize("character", NOTHING)
def test_an_invisible_character_inside_a_name_is_refused_with_its_number(character):
    sentence, field = refusal("Hello", topic=f"bil{character}ling")
    code = f"U+{ord(character):04X}"
    assert (sentence, field) == (f"A topic cannot contain {code}; remove it.", "topic")
    with pytest.raises(BadInput, match=re.escape(f"{code}; remove it.")):
        content.check("Hello", action_url=f"/me{character}nu")
    assert character not in text_.visible(f"bil{character}ling")


@pytest.mark.parametrize(
    "character",
    "\u200b\ufeff\u2060\u180e\u2063\u2065\ufffa\U0001bca3\U0001d17a\U000e0001\U000e0041",
)
def test_an_invisible_character_without_a_use_is_refused_in_a_title(character):
    sentence, _field = refusal(f"Hel{character}lo")
    assert sentence == f"A title cannot contain U+{ord(character):04X}; remove it."


@pytest.mark.parametrize(
    "kept",
    [
        "\u0e2a\u0e27\u0e31\u0e2a\u200b\u0e14\u0e35",
        "\u1797\u17b6\u179f\u17b6\u200b\u1781\u17d2\u1798\u17c2\u179a",
        "Donau\xaddampf",
        "\u05e9\u05dc\u05d5\u05dd!\u200f",
        "\u0647\u200d",
        "\u2764\ufe0f",
        "\u845b\U000e0100",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    ],
)
def test_what_a_script_or_emoji_ends_with_stays_in_a_title_and_a_body(kept):
    said = content.check(kept, kept)
    assert (said.title, said.body) == (kept, kept)


@pytest.mark.parametrize(
    "blank", ["\u3164", "\u2800\u2800", "\u115f\u1160", "\ufe0f", "\u200b \u200d"]
)
def test_a_line_of_blanks_is_empty(blank):
    assert text_.check_line(blank, "display_name", "display name", 80) == ""


@pytest.mark.parametrize(
    ("start", "encoding"),
    [
        (b"", "utf-8-sig"),
        (b"a", "utf-8-sig"),
        (b"ab\0", "utf-8-sig"),
        (b"\xef\xbb\xbfa", "utf-8-sig"),
        (b"\xff\xfea\0", "utf-16"),
        (b"\xfe\xff\0a", "utf-16"),
        (b"a\0b\0", "utf-16-le"),
        (b"\0a\0b", "utf-16-be"),
        (b"\0\0\0\0", "utf-8-sig"),
    ],
)
def test_an_encoding_is_told_by_the_first_bytes(start, encoding):
    assert text_.encoding_of(start) == encoding


@pytest.mark.parametrize(
    ("text", "limit", "start"),
    [
        ("", 1, ""),
        ("word", 4, "word"),
        ("words", 4, "wor…"),
        ("one two three", 10, "one two…"),
        ("one two three", 8, "one two…"),
        ("你好 " + "世" * 20, 12, "你好 世世世世世世世世…"),
        ("สวัสดี " + "ก" * 20, 12, "สวัสดี กกกก…"),
        ("xx👩\u200d👩\u200d👧x", 5, "xx…"),
        ("xx👍🏽x", 4, "xx…"),
        ("🇫🇷🇩🇪🇮🇳", 4, "🇫🇷…"),
        ("xe\u0301e\u0301", 3, "x…"),
        ("xक्षxx", 4, "x…"),
        ("xกำx", 3, "x…"),
        ("\u1112\u1161\u11ab\u1112\u1161\u11ab", 4, "\u1112\u1161\u11ab…"),
        ("x" + "\u0301" * 9, 4, "…"),
    ],
)
def test_the_start_of_a_text_ends_at_a_word_or_a_whole_character(text, limit, start):
    assert text_.shorten(text, limit) == start


CHARACTERS = [
    *["a", " ", "é", "e\u0301", "世", "한", "กำ", "ที่", "क्षि", "👍🏽", "👩\u200d👩\u200d👧", "🇫🇷"],
    *["🏴\U000e0067\U000e007f", "❤\ufe0f", "1\ufe0f\u20e3", "\u1112\u1161\u11ab", "\u05d0\u05b8"],
]


@given(st.lists(st.sampled_from(CHARACTERS)), st.integers(1, 60))
def test_no_visible_character_is_cut(characters, limit):
    text = "".join(characters)
    shown = text_.shorten(text, limit)
    assert len(shown) <= limit
    if shown != text:
        starts = {"".join(characters[:end]).rstrip() for end in range(len(characters))}
        assert shown.removesuffix("…") in starts
        if " " not in characters:
            assert len(shown) > limit - max(map(len, CHARACTERS))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Déjà vu 日本 👩\u200d🚀", "Déjà vu 日本 👩\u200d🚀"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m\x7f\x00", r"\x9b31m\x7f\x00"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("\u2066\u2069\u200f\u061c", r"\u2066\u2069\u200f\u061c"),
        ("a\u2028b\ud800", r"a\u2028b\ud800"),
    ],
)
def test_a_terminal_is_shown_text_and_driven_by_none(text, printed):
    assert text_.printable(text) == printed


@given(NASTY)
def test_whatever_is_printed_holds_nothing_forbidden(text):
    printed = text_.printable(text)
    assert not set(printed) & set(FORBIDDEN)
    printed.encode()


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KB"),
        (40 * 1024, "40 KB"),
        (1_572_864, "1.5 MB"),
        (5 * 1024**4, "5.0 TB"),
    ],
)
def test_a_number_of_bytes_is_in_its_unit(count: int, words: str) -> None:
    assert text_.bytes_phrase(count) == words
