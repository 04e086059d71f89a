"""Markdown becomes safe HTML, and excerpts without its marks."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.core import markdown


def words(text):
    return text.split()


ALLOWED = {
    **{tag: set() for tag in words("br code em hr li s strong tbody thead tr")},
    **{tag: {"dir"} for tag in words("blockquote h2 h3 h4 h5 h6 p pre table ul")},
    "a": {"href", "title", "rel"}, "ol": {"dir", "start"}, "td": {"align"}, "th": {"align"},
}  # fmt: skip
TABLE = "\n".join(words("<table> <thead> <tr> <th>a</th> <th>b</th> </tr> </thead> <tbody> <tr> "
                        "<td><em>c</em></td> <td></td> </tr> </tbody> </table>"))  # fmt: skip


def _aligned(side):
    """The table with its first column aligned."""
    first = TABLE.replace("<th>a", f'<th align="{side}">a')
    return first.replace("<td><em>", f'<td align="{side}"><em>')


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
    "| a |\n|:-:|\n| ![x](javascript:alert(1)) <script> |",
    "- [x] <input type=checkbox onclick=alert(1)>",
    'https://a.example/"onmouseover=alert(1)',
    "https://a.example/<script>alert(1)</script>",
    "javascript://a.example/%0aalert(1) javascript:https://a.example",
    "![https://a.example](javascript:alert(1))",
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
        assert attributes.get("dir", "auto") == "auto"
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
        "<p dir=rtl>x</p><ol dir=ltr><li dir=auto>x</li></ol>",
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
        "https://",
        "|\n|-|\n|",
        "- [x] ",
        "    ",
        "{{",
        "}}",
    ]
)


@given(st.lists(st.one_of(MARKS, st.sampled_from(PAYLOADS), st.text(max_size=5))).map("".join))
def test_whatever_is_written_only_allowed_html_comes_out(text):
    text = re.sub("[\ud800-\udfff]", "", text)
    assert_safe(markdown.to_html(text))
    assert len(markdown.excerpt(text, "Ada")) <= 240


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
        ("a\nb", "<p>a<br>\nb</p>"),
        ("    a\n\nb", "<pre><code>a\n</code></pre>\n<p>b</p>"),
        ("- [ ] a\n- [x] b\n- [X]c", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n<li>[X]c</li>\n</ul>"),
        ("[x] a", "<p>[x] a</p>"),
        ("|a|b|\n|-|-|\n|*c*|", TABLE),
        *(
            (f"|a|b|\n|{line}|-|\n|*c*|", _aligned(side))
            for line, side in ((":-", "left"), (":-:", "center"), ("-:", "right"))
        ),
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
    assert markdown.to_html(body).strip().replace(' dir="auto"', "") == html


def link(url, text=""):
    return f'<a href="{url}" rel="noopener noreferrer">{text or url}</a>'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("https://a.example", link("https://a.example")),
        ("See HTTP://a.example/b.", f"See {link('HTTP://a.example/b')}."),
        ("(https://a.example/b_(c)?d=e_f)", f"({link('https://a.example/b_(c)?d=e_f')})"),
        ("**https://a.example**", f"<strong>{link('https://a.example')}</strong>"),
        ("到https://a.example。", f"到{link('https://a.example')}。"),
        ("<https://a.example>", link("https://a.example")),
        ("[https://b.example](/a)", link("/a", "https://b.example")),
        ("`https://a.example`", "<code>https://a.example</code>"),
        *((same, same) for same in ["https://", "https://ada@a.example", "xhttps://a", "ftp://a"]),
    ],
)
def test_an_address_in_the_text_is_a_link_if_it_would_do_as_an_action_link(body, html):
    assert markdown.to_html(body).strip() == f'<p dir="auto">{html}</p>'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("![a *b*](https://a.example/c.png)", link("https://a.example/c.png", "a b")),
        ("![](/c.png)", link("/c.png")),
        ("![a](//b) ![c](d)", "a c"),
        ("[![a](/b.png) d](/c)", link("/c", "a d")),
        ("![[a](/b)](/c)", link("/c", "a")),
    ],
)
def test_an_image_is_a_link_with_its_words(body, html):
    assert markdown.to_html(body).strip() == f'<p dir="auto">{html}</p>'


def test_each_outermost_block_has_the_direction_of_its_script():
    opened = Tags(
        markdown.to_html("a\n\n# b\n\n1. c\n   - d\n\n> e\n>\n>     f\n\n|g|\n|-|")
    ).opened
    directed = [name for name, attributes in opened if attributes.get("dir") == "auto"]
    assert directed == ["p", "h2", "ol", "blockquote", "pre", "table"]


def test_braces_in_code_are_no_placeholders():
    html = markdown.to_html("`{{display_name}}` {{display_name}}\n\n    {{display_name}}")
    assert html.count("{{display_name}}") == 1
    assert "<code>&#123;&#123;display_name}}</code> {{display_name}}" in html
    assert markdown.excerpt("`{{display_name}}` {{display_name}}", "A_a") == "{{display_name}} A_a"


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
        ("|a|b|\n|-|-|\n|c|d|\n\n- [x] e", "a b c d ☑ e"),
        ("https://a.example is *there*", "https://a.example is there"),
        ("Dear **{{display_name}}**", "Dear Ada"),
    ],
)
def test_an_excerpt_is_the_text_without_its_marks(body, text):
    assert markdown.excerpt(body, "Ada") == text


@given(st.lists(st.tuples(st.sampled_from(["{}", "# {}", "**{}**", "*{}*", "`{}`", "- {}", "> {}",
       "~~{}~~", "[{}](/x)", "![{}](/x)", "1. {}", "### {} ###", "```\n{}\n```"]),
       st.text("abcxyz", min_size=1, max_size=9))))  # fmt: skip
def test_of_any_marked_words_the_words_remain(pieces):
    body = "\n\n".join(mark.format(word) for mark, word in pieces)
    whole = " ".join(word for _, word in pieces)
    shown = markdown.excerpt(body, "Ada")
    assert shown == whole or (len(whole) > 240 and whole.startswith(shown.removesuffix("…")))


def test_a_long_excerpt_is_cut_between_words():
    shown = markdown.excerpt("word " * 100, "")
    assert shown == ("word " * 48).strip() + "…"
    assert markdown.excerpt("x" * 240, "") == "x" * 240
    assert markdown.excerpt("x" * 241, "") == "x" * 239 + "…"
    assert len(markdown.excerpt("ab " * 79 + "abcd", "")) <= 240


def test_an_excerpt_in_a_script_without_spaces_is_as_long_as_others():
    assert markdown.excerpt("通知 " + "你" * 500, "") == "通知 " + "你" * 236 + "…"


def test_an_excerpt_is_made_once_for_all_readers_unless_it_names_them(monkeypatch):
    markdown.excerpt("a **b**", "Ada")
    markdown.excerpt("a {{display_name}}", "Ada")
    monkeypatch.setattr(markdown, "_MARKDOWN", None)
    assert markdown.excerpt("a **b**", "Priya") == "a b"
    assert markdown.excerpt("a {{display_name}}", "Ada") == "a Ada"
