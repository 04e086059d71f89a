"""The words of commands, refusals and documentation: those of a native speaker."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications_app.core.database import PACKAGE
from tests.support import docs as pages

#: Words that are not said: unsnooze, snoozed, restore, received, created, new and recall are.
FOREIGN = re.compile(
    r"\b(wakes?|woke|asleep|puts? (it |them )?back|came|heard?|hears|newcomers?|off the air"
    r"|vanish\w*|takes? (it|them|that) away|stands? (there|here|in|on|at)|words on the link"
    r"|(is|was|are|were) made)\b|^Made\b|\b\d+ %|\bNo\. \d",
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


FILES = [
    file for layer in ("cli", "domain", "core") for file in sorted((PACKAGE / layer).rglob("*.py"))
]


def test_sentences_in_the_code_are_those_of_a_native_speaker() -> None:
    seen = 0
    for file in FILES:
        for text in sentences(file):
            seen += 1
            assert not FOREIGN.search(text), (file, text)
            assert not FREE_RELATIVE.search(text), (file, text)
    assert seen > 300


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
     "No. 18", "Made the group.", "It is made of letters.", "Put it back.", "Take it off the air."],
)  # fmt: skip
def test_these_are_not(text: str) -> None:
    assert FOREIGN.search(text) or FREE_RELATIVE.search(text)
