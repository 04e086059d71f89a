"""The words of pages, commands, refusals and documentation: those of a native speaker."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications_app.core.database import PACKAGE, ROOT
from tests.support import docs as pages

#: Words that are not said: unsnooze, snoozed, restore, received, created, new and recall are.
FOREIGN = re.compile(
    r"\b(wakes?|woke|asleep|puts? (it |them )?back|came|heard?|hears|newcomers?|off the air"
    r"|vanish\w*|takes? (it|them|that) away|stands? (there|here|in|on|at)|words on the link"
    r"|(?<!there )is no (?!longer\b)[a-zA-Z0-9]+"
    r"|(is|was|are|were) made)\b|^Made\b|\b\d+ %|\bNo\. \d",
    re.IGNORECASE,
)
#: Words for which pages have another: sign in, email, administrator, recall, attempt, recipient.
OTHER_WORDS = re.compile(
    r"\b(log(ged|ging)? (in|out)|logins?|logouts?|e-mails?|admins|tries|retract\w*|withdraw\w*"
    r"|to whom|(not |un)touched|what it says|please|oops|sorry)\b|\(admin\)|\w!$",
    re.IGNORECASE,
)
#: A clause that begins with a question word and is the subject of its sentence.
FREE_RELATIVE = re.compile(r"(?:^|[.;:!] )(What|Who|Whoever|Whom) [^?.;]*[.;]")


def sentences(file: Path) -> Iterator[str]:
    """The texts of a module: its constants without the docstrings of what is no command."""
    tree = ast.parse(file.read_text())
    silent = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
        and not any("command" in ast.unparse(one) for one in getattr(node, "decorator_list", ()))
    }
    for node in ast.walk(tree):
        value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and " " in value and id(node) not in silent:
            yield value


FILES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((PACKAGE / "static" / "js").glob("*.js"))

#: An expression or a statement of Jinja; a string in it may hold braces.
JINJA = re.compile(r"""\{(?:\{|%)(?:"[^"]*"|'[^']*'|[^"'}]|\}(?!\}))*?(?:\}|%)\}""")
LITERAL = re.compile(r"""(["`'])((?:(?!\1).)*)\1""", re.DOTALL)
#: Tags within a sentence. All others end it.
INLINE = re.compile(r"</?(?:a|bdi|code|em|kbd|span|strong|time|wbr)\b[^>]*>")


def literals(code: str) -> Iterator[str]:
    """The strings of more than one word in Jinja or JavaScript."""
    return (words for _quote, words in LITERAL.findall(code) if " " in words)


def words_of_template(text: str) -> Iterator[str]:
    """The sentences of a template: strings in Jinja, attributes that are read out, and text."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    for jinja in JINJA.findall(text):
        yield from literals(jinja)
    text = JINJA.sub(lambda one: "" if re.match(r"\{%|\{\{ ui\.icon", one[0]) else "X", text)
    yield from re.findall(r'\b(?:aria-label|placeholder|title)="([^"]*)"', text)
    for part in re.split(r"<[^>]*>", INLINE.sub("", text)):
        if plain := " ".join(part.split()):
            yield plain


def words_of_script(text: str) -> Iterator[str]:
    """The strings of a script that have more than one word."""
    return literals(re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL))


def test_sentences_in_the_code_are_those_of_a_native_speaker() -> None:
    seen = 0
    for file in FILES:
        for text in sentences(file):
            seen += 1
            assert not FOREIGN.search(text), (file, text)
            assert not FREE_RELATIVE.search(text), (file, text)
    assert seen > 300


def test_sentences_on_the_pages_are_those_of_a_native_speaker() -> None:
    seen = 0
    for file in [*TEMPLATES, *SCRIPTS, *sorted((PACKAGE / "web").rglob("*.py"))]:
        source = {".html": words_of_template, ".js": words_of_script}.get(file.suffix)
        for text in source(file.read_text()) if source else sentences(file):
            seen += 1
            for foreign in (FOREIGN, FREE_RELATIVE, OTHER_WORDS):
                assert not foreign.search(text), (file, text)
    assert seen > 1000


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_pages_are_those_of_a_native_speaker(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "`code`", pages.prose(page.read_text()))
    for paragraph in re.split(r"\n\n|\n(?=[*|#])", text):
        plain = " ".join(paragraph.split())
        assert not FOREIGN.search(plain), plain
        assert not FREE_RELATIVE.search(plain), plain


@pytest.mark.parametrize(
    "text",
    ["Who snoozed it hears of it.", "What is sent to you appears here.", "It woke up.", "67 %",
     "No. 18", "Made the group.", "It is made of letters.", "Put it back.", "Take it off the air.",
     "“a:b” is no host name."],
)  # fmt: skip
def test_these_are_not(text: str) -> None:
    assert FOREIGN.search(text) or FREE_RELATIVE.search(text)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>It <strong>stands here</strong>.</p>", "It stands here."),
        ('<p class="x" {%- if a %} hidden{% endif %}>Put {{ it }} back.</p>', "Put X back."),
        ('{{ ui.empty("x", "Nothing {{name}} is asleep.") }}', "Nothing {{name}} is asleep."),
        ('{{ ui.icon("eye") }}<span>Who reads it.</span>', "Who reads it."),
        ('{% if x == "a b" %}<a title="Wake it">{% endif %}', "Wake it"),
    ],
)  # fmt: skip
def test_the_words_of_a_template_are_found(source: str, found: str) -> None:
    assert found in list(words_of_template(source))


@pytest.mark.parametrize("text", ["Log in again.", "Too many tries", "from Ada (admin)", "Done!"])
def test_these_have_another_word(text: str) -> None:
    assert OTHER_WORDS.search(text)
