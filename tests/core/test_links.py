"""Links lead to the web or to a path here."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.core import links
from notifications_app.core.errors import BadInput

FORBIDDEN = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\udbff\udc00\udfff",
]


def words(text):
    return text.split()


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
        ("//x", "A link must start with https://, http:// or a single /."),
        ("https:///x", "A link must start with https://, http:// or a single /."),
        ("/a b", "A link cannot contain spaces, invisible characters or backslashes."),
        ("https://a@b", "The host in this link is not valid. Write it without a user name."),
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
