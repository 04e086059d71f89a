"""Content that may be sent: title, body, category, topic and link."""

import re
import unicodedata

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


def tried(*args):
    """The accepted content or the refusal; the other is None."""
    try:
        return content.check(*args), None
    except BadInput as refused:
        return None, refused


def refusal(*args, **kwargs):
    with pytest.raises(BadInput) as refused:
        content.check(*args, **kwargs)
    return str(refused.value), refused.value.field


def test_what_is_said_is_normalised_and_kept():
    said = content.check(
        "  Cafe\u0301 opens \n",
        "\n \nLine one\r\nline *two*\rthree \n",
        "success",
        "on-call-2",
        action_url="/menu",
        action_label=" Menu ",
    )
    assert said == content.Content(
        "Café opens", "Line one\nline *two*\nthree", "success", "on-call-2", "/menu", "Menu"
    )


def test_only_a_title_is_needed():
    said = content.check("Hello")
    assert said == content.Content("Hello", "", "info", "general", None, None)


@pytest.mark.parametrize(
    ("given", "sentence", "field"),
    [
        ({"title": "x" * 141}, "A title has 1 to 140 characters; this one has 141.", "title"),
        ({"title": "x" * 999}, "A title has 1 to 140 characters; this one has 999.", "title"),
        ({"title": " \n"}, "Enter a title.", "title"),
        ({"title": "\u200b\u2060"}, "Enter a title.", "title"),
        ({"title": "\x1fHi"}, "A title cannot contain U+001F; remove it.", "title"),
        ({"title": "Hi\x85"}, "A title cannot contain a line break; remove it.", "title"),
        ({"title": "a\nb"}, "A title cannot contain a line break; remove it.", "title"),
        ({"title": "a\u2028b"}, "A title cannot contain a line break; remove it.", "title"),
        ({"title": "a\x07b"}, "A title cannot contain U+0007; remove it.", "title"),
        ({"title": "a\u202eb"}, "A title cannot contain U+202E; remove it.", "title"),
        ({"body": "x" * 4001}, "A body has at most 4000 characters; this one has 4001.", "body"),
        ({"body": "a\0"}, "A body cannot contain U+0000; remove it.", "body"),
        ({"body": "\ud800"}, "A body cannot contain U+D800; remove it.", "body"),
        ({"body": "\udfff"}, "A body cannot contain U+DFFF; remove it.", "body"),
        ({"category": ""}, "A category must be success, error, warning or info.", "category"),
        ({"category": "Info"}, "A category must be success, error, warning or info.", "category"),
        ({"topic": ""}, "Enter a topic.", "topic"),
        ({"topic": "x" * 41}, "A topic has 1 to 40 characters; this one has 41.", "topic"),
        (
            {"action_url": "/a", "action_label": "x" * 41},
            "A link text has at most 40 characters; this one has 41.",
            "action_label",
        ),
        (
            {"action_label": "Open"},
            "The link text needs a link: enter both or neither.",
            "action_label",
        ),
        (
            {"action_url": "javascript:1"},
            "A link must start with https://, http:// or a single /.",
            "action_url",
        ),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_sentence(given, sentence, field):
    assert refusal(**{"title": "Hello"} | given) == (sentence, field)


def test_all_that_is_wrong_is_refused_at_once_in_the_order_of_a_form():
    with pytest.raises(BadInput) as refused:
        content.check(
            "", "{{nam}}", "urgent", "Two Words", action_url="javascript:x", action_label="{{x}}"
        )
    first, others = refused.value, refused.value.others
    assert [one.field for one in (first, *others)] == [
        "title", "body", "category", "topic", "action_url", "action_label",
    ]  # fmt: skip
    assert refusal("", topic="general") == (str(first), "title")
    assert not any(one.others for one in others)


def test_a_link_that_is_refused_is_one_for_its_label():
    with pytest.raises(BadInput) as refused:
        content.check("t", action_url="javascript:x", action_label="Open")
    assert (refused.value.field, refused.value.others) == ("action_url", [])


@pytest.mark.parametrize("topic", ["a b", "-a", "a-", "a--b", "A", "a_b", "é", "a/b", "\u0661"])
def test_a_topic_is_a_slug(topic):
    sentence, field = refusal("Hello", topic=topic)
    assert (sentence[:17], field) == ("A topic can conta", "topic")


def test_the_longest_of_everything_fits():
    url = "https://a.example/" + "x" * (2000 - 18)
    said = content.check(
        "t" * 140, "b" * 4000, topic="s" * 40, action_url=url, action_label="l" * 40
    )
    assert (len(said.title), len(said.body), len(said.topic)) == (140, 4000, 40)
    assert said.action_url == url
    assert refusal("t", action_url=url + "x") == (
        "A link has at most 2000 characters; this one has 2001.",
        "action_url",
    )


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("    code\n\ntext", "    code\n\ntext"),
        ("\r\n \n\tcode \n \n", "\tcode"),
        (" \n", ""),
        ("x" * 4000 + " " * 99_000, "x" * 4000),
    ],
)
def test_a_body_loses_the_space_around_it_but_no_indentation(body, kept):
    assert content.check("Hello", body).body == kept


def test_lengths_are_counted_after_normalising():
    assert len(content.check("e\u0301" * 140).title) == 140
    sentence, _ = refusal("\u0958" * 71)  # each becomes two
    assert sentence.endswith("this one has 142.")


def test_no_character_is_made_of_more_than_the_four_that_are_read():
    longest = max(len(unicodedata.normalize("NFD", chr(c))) for c in range(0x110000))
    assert longest == 4
    assert len(content.check("\u1f82" * 140).title) == 140
    assert content.check(unicodedata.normalize("NFD", "\u1f82") * 140).title == "\u1f82" * 140


def test_far_too_long_text_is_refused_unread(monkeypatch):
    monkeypatch.setattr(text_, "unicodedata", None)
    with pytest.raises(BadInput, match="this one has 10000"):
        text_.check_line("x" * 10_000, "title", "title", 140)


def test_a_link_without_a_label_says_open_and_empty_ones_are_none():
    assert content.check("t", action_url="/a").action_label == "Open"
    said = content.check("t", action_url="", action_label="")
    assert (said.action_url, said.action_label) == (None, None)


@given(NASTY)
def test_any_text_is_a_clean_title_or_refused(text):
    said, refused = tried(text)
    if refused:
        assert refused.field == "title"
        assert str(refused).endswith(".")
        assert str(refused).isprintable()
    else:
        assert 1 <= len(said.title) <= 140
        assert not set(said.title) & set(FORBIDDEN)
        assert said.title == said.title.strip() == unicodedata.normalize("NFC", said.title)
        said.title.encode()
        assert content.check(said.title) == said


@given(NASTY)
def test_any_text_is_a_storable_body_or_refused(text):
    said, refused = tried("t", text)
    if refused:
        assert refused.field == "body"
        assert re.search("[\0\ud800-\udfff]", text)
    else:
        assert not set(said.body) & set("\0\r")
        said.body.encode()
        assert said.body == unicodedata.normalize("NFC", said.body)
        assert content.check("t", said.body) == said
