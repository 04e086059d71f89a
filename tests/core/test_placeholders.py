"""``{{display_name}}`` is each reader's own name, and no more than a name."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from notifications_app.core import markdown
from notifications_app.core.database import db
from notifications_app.core.errors import BadInput
from notifications_app.core.placeholders import fill, fill_markdown, normalised, refuse_placeholders
from notifications_app.domain import content
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.schedule import SendOptions
from tests.support.moments import NOW, UNTIL, at
from tests.support.people import add_user, sign_in

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=80)
NASTY = "<b>*[x](javascript:alert(1))*</b>"


def markdown_of(body: str) -> Markup:
    return Markup(markdown.to_html(body))  # noqa: S704 - as the pages do


@pytest.mark.parametrize(
    "text",
    ["{{name}}", "{{ displayname }}", "{{}}", "Hi {{display_name}} {{Display_Name}}", "{{{}}"],
)
def test_what_would_not_be_filled_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no placeholder") as refusal:
        content.check(text)
    assert refusal.value.field == "title"
    with pytest.raises(BadInput, match=r". Use {{display_name}}\.") as refusal:
        content.check("Hello", text)
    assert refusal.value.field == "body"


@pytest.mark.parametrize("text", ["{{display_name}}", "Open {{name}}", "{{}}"])
def test_the_words_of_a_link_take_no_placeholder(text: str) -> None:
    with pytest.raises(BadInput, match="Placeholders work only in the title and body") as refusal:
        content.check("Hello", action_url="/inbox", action_label=text)
    assert refusal.value.field == "action_label"


@pytest.mark.parametrize("text", ["{{display_name}}", "{{ display_name }}", "{{\tdisplay_name}}"])
def test_space_within_does_not_matter(text: str) -> None:
    assert content.check(f"Hi {text}!").title == "Hi {{display_name}}!"


@pytest.mark.parametrize("text", ["{", "{display_name}", "}} {{", "{ {x} }", "a {{ b"])
def test_other_braces_are_only_braces(text: str) -> None:
    assert normalised("title", text) == text
    assert refuse_placeholders("action_label", text) == text


@given(name=NAMES)
def test_a_name_in_a_body_is_words_and_nothing_else(name: str) -> None:
    html = fill(markdown_of("Dear {{display_name}}, *hello*"), name)
    assert html == Markup('<p dir="auto">Dear {}, <em>hello</em></p>\n').format(name)


@given(name=NAMES.map(str.strip).filter(lambda name: name and "&" not in name))
def test_a_name_in_markdown_reads_as_it_is(name: str) -> None:
    said = markdown.excerpt(fill_markdown("Dear {{display_name}}!", name), "")
    assert said == " ".join(f"Dear {name}!".split())


def test_each_reader_reads_their_own_name_on_every_page(app: Flask, client: Any) -> None:
    add_user(app, "mallory", display_name=NASTY)
    add_user(app, "zoe")
    said = content.check("Hello {{display_name}}", "Are you **{{display_name}}**?")
    with app.app_context():
        broadcasts.broadcast("everyone", said, NOW, SendOptions(is_banner=True))
        db.session.commit()
    with at(UNTIL):
        for name, shown in (("mallory", str(Markup.escape(NASTY))), ("zoe", "zoe")):
            browser = app.test_client()
            sign_in(browser, name)
            listed, page = browser.get("/inbox").text, browser.get("/inbox/1").text
            assert f"Hello {shown}" in listed
            assert f'<h1 dir="auto">Hello {shown}' in page
            assert f">Are you {shown}?<" in listed
            assert f"<strong>{shown}</strong>" in page
            for text in (listed, page):
                assert "{{" not in text
                assert "<b>*" not in text
            (data,) = browser.get("/inbox.json").json["notifications"]
            assert data["title"] == f"Hello {NASTY if name == 'mallory' else 'zoe'}"
            flash = browser.post("/inbox/1/dismiss", follow_redirects=True).text
            assert f"Dismissed “Hello {shown}”" in flash


@pytest.mark.parametrize(
    "code",
    ["`{{x}}`", "`` {{ display_name }} ``", "```{{x}}\n{{y}}\n```", "    {{x}}", "`{{` `}}`"],
)
def test_braces_in_the_code_of_a_body_are_left_as_they_are(code: str) -> None:
    body = content.check("Hello", f"{code}\n\n{{{{ display_name }}}}").body
    assert body == f"{code}\n\n{{{{display_name}}}}"
    assert markdown.fill_body(body, "A_a") == f"{code}\n\nA\\_a"


@pytest.mark.parametrize(
    "body", ["\\`{{x}}`", "`` {{x}} `", "a\n    {{x}}", "> {{x}}", "**{{x}}**"]
)
def test_what_only_looks_like_code_is_refused_all_the_same(body: str) -> None:
    with pytest.raises(BadInput, match="no placeholder"):
        content.check("Hello", body)


@given(st.lists(st.sampled_from(["{{", "}}", "{", "`", "``", "\n", "    ", "x", "\\", "|", "- "])))
def test_a_page_and_the_json_fill_the_same_placeholders(parts: list[str]) -> None:
    body = "".join(parts).replace("x", "{{display_name}}")
    html = markdown.to_html(body)
    filled = markdown.fill_body(body, "Ada")
    assert html.count("{{display_name}}") == filled.count("Ada")


@pytest.mark.parametrize("start", ["{", "{{ "])
def test_a_million_beginnings_without_an_end_are_soon_read(start: str) -> None:
    text = start * 1_000_000  # each looked for its end in all that follows: it took hours
    assert normalised("body", text) == text
