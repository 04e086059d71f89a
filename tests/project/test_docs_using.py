"""docs/using.md: shortcuts, search operators, tabs, snoozes, and the keys of /inbox.json."""

import json
import re
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core import markdown
from notifications_app.core.database import ROOT
from notifications_app.domain import content
from notifications_app.domain.accounts import queries
from notifications_app.domain.inbox import search, snooze_times
from notifications_app.domain.inbox.filters import TABS
from notifications_app.web.broadcasts import forms
from notifications_app.web.shortcuts import SHORTCUTS
from tests.support import docs as pages

from .test_docs_commands import keys

TEXT = pages.read("using")
PLAIN = " ".join(TEXT.split())
PASSWORD = "eleven forty-two in Kolkata"


def test_its_shortcuts_are_those_of_the_sheet() -> None:
    on_sheet = [list(one.keys) for group in SHORTCUTS.values() for one in group]
    listed = [pages.named(row[0]) for row in pages.table(TEXT, "key") if "[]" not in row[0]]
    on_page = listed[: len(on_sheet)]
    assert len(on_sheet) >= 10
    assert on_page == on_sheet
    assert listed[len(on_sheet)] == ["tab"]  # the next table is of JSON keys


def test_its_search_operators_are_understood_and_there_are_no_others() -> None:
    typed = pages.section(TEXT, "Search")
    shown = [word for word in pages.named(typed) if re.match(r"-?[a-z]+:\w", word)]
    for word in shown:
        (term,) = search.parse(word)
        assert term.kind == word.lstrip("-").partition(":")[0], word
        assert term.negative == word.startswith("-")
    operators = {word for word in shown if not word.startswith("-")}
    states = {f"is:{state}" for state in search._STATES}
    categories = {f"category:{name}" for name in content.CATEGORIES}
    examples = {*search.OPERATORS.values(), f"from:{search.SYSTEM}"}
    assert operators == states | categories | examples
    help_ = (ROOT / "templates" / "inbox" / "_search.html").read_text()
    for example in (*examples, *states, "-category:info"):
        assert f"<code>{example}</code>" in help_
    assert f"at most {search.MAX_SEARCH_LENGTH} characters" in " ".join(typed.split())
    (phrase,) = search.parse('"exact words"')
    assert phrase.value == "exact words"


def test_its_tabs_are_those_of_the_inbox() -> None:
    assert [row[0] for row in pages.table(TEXT, "tab")] == list(TABS.values())


def test_its_snoozes_are_those_that_are_offered() -> None:
    for one in snooze_times.choices("UTC", datetime(2026, 11, 18, 9, tzinfo=UTC)):
        assert one.words in PLAIN
    assert snooze_times.MORNING.hour == 8
    assert "8:00" in PLAIN


def test_each_key_of_the_inbox_as_json_is_listed(app: Flask, client: FlaskClient, ada: int) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["users", "set-password", "ada", "--password-stdin"], input=PASSWORD)
    runner.invoke(args=["notify", "ada", "--title", "Hello"])
    assert client.get("/inbox.json").status_code == 401
    client.post("/login", data={"username": "ada", "password": PASSWORD})
    found = json.loads(client.get("/inbox.json").text)
    part = pages.section(TEXT, "The inbox as JSON")
    assert found["notifications"]
    assert pages.first_names(part, "key") == sorted(
        set(keys(found)), key=pages.first_names(part, "key").index
    )
    for name in ("tab", "category", "topic", "q", "before", "after"):
        assert f"`{name}`" in part


def test_its_pages_for_administrators_exist(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    addresses = {word for word in pages.named(TEXT) if word.startswith("/admin")}
    assert len(addresses) >= 3
    assert addresses <= rules


def test_its_markdown_is_understood() -> None:
    part = pages.section(TEXT, "Markdown")
    typed = [
        word.replace("\\|", "|")
        for row in pages.table(part, "typed")
        for word in pages.named(row[0])
    ]
    html = markdown.to_html("\n\n".join([*typed, "| a | b |\n|---|---|", "```\ncode\n```"]))
    plain = markdown.to_html("words")
    for tag in ("a", "h2", "strong", "em", "s", "ul", "ol", "blockquote", "table", "pre"):
        assert f"<{tag}" in html
        assert f"<{tag} " not in plain
    assert "☐ words" in html
    assert "☑ words" in html
    assert "<img" not in html


def test_the_buttons_it_names_are_on_the_pages() -> None:
    templates = "".join(file.read_text() for file in (ROOT / "templates").rglob("*.html"))
    steps = pages.section(TEXT, "Broadcasting on a page")
    for words in re.findall(r"\*\*([^*]+)\*\*", steps):
        assert words in templates, words
    (start,) = re.findall(r"\*(At [^*]+)\*", steps)
    assert start in forms.WHEN.values()
    assert f"more than {queries.FRESH.seconds // 60} minutes ago" in PLAIN
