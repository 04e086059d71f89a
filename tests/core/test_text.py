"""One line of text, and text that a terminal may show."""

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
        text_.check_line("\u200b" * 13, "email", "email", 3)


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
