import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.core import links, markdown
from notifications_app.core import text as text_
from notifications_app.core.errors import BadInput, ErrorCollector, Refused
from notifications_app.domain import content

FORBIDDEN = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\udbff\udc00\udfff",
]
NASTY = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(FORBIDDEN)))


def words(text):
    return text.split()


def tried(*args):
    """What was accepted, and what it was refused with: one of them is None."""
    try:
        return content.check(*args), None
    except BadInput as refused:
        return None, refused


def refusal(*args, **kwargs):
    with pytest.raises(BadInput) as refused:
        content.check(*args, **kwargs)
    return str(refused.value), refused.value.field


# --- titles, bodies, labels, topics


def test_what_is_said_is_normalised_and_kept():
    said = content.check(
        "  Cafe\u0301 opens \n",
        "\n Line one\r\nline *two*\rthree \n",
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
        ({"title": " \n"}, "A title has 1 to 140 characters; this one has none.", "title"),
        ({"title": "\u200b\u2060"}, "A title has 1 to 140 characters; this one has none.", "title"),
        ({"title": "\x1fHi"}, "A title cannot contain U+001F; take it out.", "title"),
        ({"title": "Hi\x85"}, "A title cannot contain a line break; take it out.", "title"),
        ({"title": "a\nb"}, "A title cannot contain a line break; take it out.", "title"),
        ({"title": "a\u2028b"}, "A title cannot contain a line break; take it out.", "title"),
        ({"title": "a\x07b"}, "A title cannot contain U+0007; take it out.", "title"),
        ({"title": "a\u202eb"}, "A title cannot contain U+202E; take it out.", "title"),
        ({"body": "x" * 4001}, "A body has at most 4000 characters; this one has 4001.", "body"),
        ({"body": "a\0"}, "A body cannot contain U+0000; take it out.", "body"),
        ({"body": "\ud800"}, "A body cannot contain U+D800; take it out.", "body"),
        ({"body": "\udfff"}, "A body cannot contain U+DFFF; take it out.", "body"),
        ({"category": ""}, "A category is success, error, warning or info.", "category"),
        ({"category": "Info"}, "A category is success, error, warning or info.", "category"),
        ({"topic": ""}, "A topic has 1 to 40 characters; this one has none.", "topic"),
        ({"topic": "x" * 41}, "A topic has 1 to 40 characters; this one has 41.", "topic"),
        (
            {"action_url": "/a", "action_label": "x" * 41},
            "A link label has at most 40 characters; this one has 41.",
            "action_label",
        ),
        (
            {"action_label": "Open"},
            "A link label needs a link; give both or neither.",
            "action_label",
        ),
        (
            {"action_url": "javascript:1"},
            "A link starts with https://, http:// or a single /.",
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


def test_what_is_no_bad_input_is_not_collected():
    wrong = ErrorCollector()
    for error in (Refused("No."), ValueError()):
        with pytest.raises(type(error)), wrong:
            raise error
    wrong.raise_collected()


@pytest.mark.parametrize("topic", ["a b", "-a", "a-", "a--b", "A", "a_b", "é", "a/b", "\u0661"])
def test_a_topic_is_a_slug(topic):
    sentence, field = refusal("Hello", topic=topic)
    assert (sentence[:17], field) == ("A topic is made o", "topic")


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


# --- links

GOOD_LINKS = words(
    """https://example.org http://example.org HTTPS://EXAMPLE.org/Path https://example.org:8443/
https://[::1]:8080/x https://münchen.example/straße?q=ü#ä http://localhost:5000 https://1.2.3.4/
/ /a/b?c=d&e=%20#f /a:b /a//b /@me /?next=//x /javascript:x https://example.org/a@b?c=@d
https://example.org?q=1 https://example.org#x https://example.org/%5c%0a"""
)

BAD_LINKS = [
    *words("""javascript:alert(1)
    JaVaScRiPt:alert(1) javascript://example.org/%0aalert(1) javascript:/x
    vbscript:x data:text/html,<script>alert(1)</script> file:///etc/passwd mailto:a@example.org
    ftp://example.org blob:https://example.org/x view-source:https://example.org ws://example.org
    //evil.example ///evil.example ////evil.example https: https:/ https:// https:/evil.example
    https:evil.example https:///evil.example http:///evil.example http:?x https://?x https://#x
    https://:443/ https://@/ https://user@evil.example https://example.org@evil.example
    https://user:word@evil.example https://@evil.example example.org a/b ../a ./a ?a #a .
    https://[::1 https://::1]/ https://example.org:port/ https://example.org:99999/
    https://example.org:0/ https://exa%6dple.org/ https://a<b>/ https://a"b/ https://a^b/
    https://a|b/ https://a`b/ https://a{b}/ https://example.org\uff0f@evil.example jav&#97;script:x
    &#106;avascript:x %6aavascript:x \uff4aavascript:x \u2215\u2215evil.example http\u017f://evil.example"""),
    "",
    " ",
    *["\\evil", "/\\evil.example", "\\\\evil.example", "/a\\b", "https:\\\\evil.example"],
    *["https://example.org\\@evil.example", "https://evil.example\\.example.org"],
    *[f"{c}javascript:alert(1)" for c in (*FORBIDDEN, " ", "\u00a0", "\ufeff", "\u200b", "\u3000")],
    *[f"java{c}script:alert(1)" for c in "\t\n\r\0\x0b \u00ad\u200d"],
    *[f"/{c}/evil.example" for c in "\t\n\r\0 \u200b"],
    *[f"{c}//evil.example" for c in "\t\n \x01"],
    *[f"https:{c}//evil.example" for c in "\t\n "],
    *[f"https://example.org/{c}" for c in (*FORBIDDEN, " ", "\u00a0", "\u200b", "\u202f")],
]


@pytest.mark.parametrize("url", GOOD_LINKS)
def test_a_link_goes_to_the_web_or_to_a_path_here(url):
    assert links.check_link(url) == url


@pytest.mark.parametrize("url", BAD_LINKS)
def test_a_link_in_disguise_is_refused(url):
    with pytest.raises(BadInput) as refused:
        links.check_link(url)
    assert refused.value.field == "action_url"
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("//x", "A link starts with https://, http:// or a single /."),
        ("https:///x", "A link starts with https://, http:// or a single /."),
        ("/a b", "A link cannot contain spaces, invisible characters or backslashes."),
        ("https://a@b", "The host cannot be read. Write it plainly, without a user name."),
    ],
)
def test_a_refused_link_is_told_why(url, sentence):
    with pytest.raises(BadInput, match=re.escape(sentence)):
        links.check_link(url)


@given(st.text(st.sampled_from("/\\:@.?#[]% \t\n\0ahtpsjv"), max_size=12))
def test_whatever_is_put_together_a_good_link_has_a_good_beginning(text):
    try:
        url = links.check_link(text)
    except BadInput:
        return
    assert re.match(r"https?://[^/\\@?#\s]+([/?#]|$)|/(?![/\\])", url)
    assert not re.search(r"[\s\\\0]", url)


# --- Markdown

ALLOWED = {
    "a": {"href", "title", "rel"}, "ol": {"start"},
    **{tag: set() for tag in words("blockquote br code em h2 h3 h4 h5 h6 hr li p pre s strong ul")},
}  # fmt: skip

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](y)',
    "![![<svg onload=alert(1)>](a)](b)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:x)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](ftp://a.example) [x](ws://a.example) [x](intent:x) <tel:1>",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x][r]\n\n[r]: javascript:alert(1)",
    '[x](https://a.example "\\" onclick=\\"alert(1)")',
    "```<script>\nalert(1)\n```",
    '```x" onclick="alert(1)\ny\n```',
    "`<script>`",
    "<svg><style><!--</style><img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='x'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "| a |\n|---|\n| <b onclick=x> |",
    "# <h1 onclick=x>",
]


class Tags(HTMLParser):
    """Every tag in a piece of HTML, as a browser would find it, with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.opened, self.closed = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.opened.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.closed.append(tag)


def scheme_of(url):
    """As browsers read it: edges and line breaks fall away first."""
    url = re.sub("[\t\r\n]", "", url.strip("".join(map(chr, range(0x21)))))
    found = re.match(r"([a-z][a-z0-9+.-]*):", url, re.IGNORECASE)
    return found and found[1].lower()


def assert_safe(html):
    for name, attributes in Tags(html).opened:
        assert name in ALLOWED
        assert set(attributes) <= ALLOWED[name]
        if "href" in attributes:
            assert scheme_of(attributes["href"]) in (None, "https", "http", "mailto")
            assert attributes["rel"] == "noopener noreferrer"


@pytest.mark.parametrize("body", PAYLOADS)
def test_nothing_in_a_body_runs_or_fetches(body):
    assert_safe(markdown.to_html(body))


class Unmoved:
    """A parser that lets everything through, so that what comes after it stands alone."""

    def render(self, body, _env):
        return body


@pytest.mark.parametrize(
    "html",
    [
        *(body for body in PAYLOADS if body.startswith("<")),
        *(f"<a href='{scheme}:x'>x</a>" for scheme in ("javascript", "data", "vbscript", "file")),
        "<p style='color:red' class=x id=y>x</p><h1>x</h1><table><td>x</td></table>",
        "<img src=https://a.example/x><form action=/logout><button>x</button></form>",
        "<a href=/x target=_blank rel=opener>x</a><base href=//evil.example><meta http-equiv=x>",
    ],
)
def test_the_list_of_tags_holds_without_the_parser_too(html, monkeypatch):
    monkeypatch.setattr(markdown, "_MARKDOWN", Unmoved())
    assert_safe(markdown.to_html(html))


MARKS = st.sampled_from(
    [
        "<",
        ">",
        "&",
        '"',
        "'",
        "`",
        "*",
        "_",
        "[",
        "]",
        "(",
        ")",
        "!",
        "#",
        "\n",
        "~~",
        "javascript:",
    ]
)


@given(st.lists(st.one_of(MARKS, st.sampled_from(PAYLOADS), st.text(max_size=5))).map("".join))
def test_whatever_is_written_only_allowed_html_comes_out(text):
    text = re.sub("[\ud800-\udfff]", "", text)
    assert_safe(markdown.to_html(text))
    assert len(markdown.excerpt(text)) <= 240


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("```py\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("![a *b* <c>](d)", "<p>a b &lt;c&gt;</p>"),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
        ("[a](/b)", '<p><a href="/b" rel="noopener noreferrer">a</a></p>'),
        (
            '[a](https://b.example "c")',
            '<p><a href="https://b.example" title="c" rel="noopener noreferrer">a</a></p>',
        ),
        (
            "<a@b.example>",
            '<p><a href="mailto:a@b.example" rel="noopener noreferrer">a@b.example</a></p>',
        ),
        ("", ""),
    ],
)
def test_markdown_becomes_html(body, html):
    assert markdown.to_html(body).strip() == html


@pytest.mark.parametrize(
    ("body", "levels"),
    [
        ("# a", "2"),
        ("### a", "2"),
        ("# a\n## b\n### c\n# d", "2342"),
        ("### a\n# b\n###### c\n## d", "2233"),
        ("# a\n## b\n### c\n#### d\n##### e\n###### f", "234566"),
        ("a\n===\nb\n---", "23"),
        ("> # a\n\n## b", "23"),
    ],
)
def test_headings_stand_under_the_page_s_own_and_skip_no_level(body, levels):
    found = Tags(markdown.to_html(body))
    assert "".join(tag[1] for tag, _ in found.opened if re.match(r"h\d", tag)) == levels
    assert "".join(tag[1] for tag in found.closed if re.match(r"h\d", tag)) == levels


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https:evil.example", "guide", "#part", "javascript:alert(1)"],
)
def test_a_link_in_a_body_is_held_to_the_rule_of_action_links(target):
    assert "href" not in markdown.to_html(f"[words](<{target}>)")


@pytest.mark.parametrize("target", ["https://a.example/", "/settings", "mailto:a@b.example"])
def test_a_good_link_in_a_body_stays(target):
    assert f'href="{target}"' in markdown.to_html(f"[words]({target})")


# --- excerpts and terminals


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        (
            "# Head\n\n**bold** _em_ ~~gone~~ `code`\nnext  \nline",
            "Head bold em gone code next line",
        ),
        ("- one\n- two\n  1. three", "one two three"),
        ("> quoted\n\n---\n\nHead\n====", "quoted Head"),
        (
            "[link](https://a.example 't') ![alt *em*](b) <https://c.example>",
            "link alt em https://c.example",
        ),
        ("[ref]\n\n[ref]: https://a.example", "ref"),
        ("```py\nx = 1\n```\n\n    y = 2", "x = 1 y = 2"),
        (r"\*kept\* &amp; &lt;", "*kept* & <"),
        ("<b>typed</b>", "<b>typed</b>"),
        ("in**side** w*or*d", "inside word"),
        ("a\u202eb\x07c\u2028d", "a b c d"),
    ],
)
def test_an_excerpt_is_the_text_without_its_marks(body, text):
    assert markdown.excerpt(body) == text


@given(st.lists(st.tuples(st.sampled_from(["{}", "# {}", "**{}**", "*{}*", "`{}`", "- {}", "> {}",
       "~~{}~~", "[{}](/x)", "![{}](/x)", "1. {}", "### {} ###", "```\n{}\n```"]),
       st.text("abcxyz", min_size=1, max_size=9))))  # fmt: skip
def test_of_any_marked_words_the_words_remain(pieces):
    body = "\n\n".join(mark.format(word) for mark, word in pieces)
    whole = " ".join(word for _, word in pieces)
    shown = markdown.excerpt(body)
    assert shown == whole or (len(whole) > 240 and whole.startswith(shown.removesuffix("…")))


def test_a_long_excerpt_is_cut_between_words():
    shown = markdown.excerpt("word " * 100)
    assert shown == ("word " * 47).strip() + "…"
    assert markdown.excerpt("x" * 240) == "x" * 240
    assert markdown.excerpt("x" * 241) == "x" * 239 + "…"
    assert len(markdown.excerpt("ab " * 79 + "abcd")) <= 240


def test_an_excerpt_is_made_once(monkeypatch):
    markdown.excerpt.cache_clear()
    markdown.excerpt("a **b**")
    monkeypatch.setattr(markdown, "_MARKDOWN", None)
    assert markdown.excerpt("a **b**") == "a b"


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
