"""README and the pages of docs/ as data: sections, tables, code blocks, links, commands."""

import re
import shlex
from collections.abc import Iterator

import click

from notifications_app.core.database import ROOT

DOCS = ROOT / "docs"
README = ROOT / "README.md"
#: Every page that a visitor reads.
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def read(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def blocks(text: str, language: str = "") -> list[str]:
    """The contents of the code blocks in this language; without one, those to type."""
    return [body for named, body in _FENCE.findall(text) if named == language]


def prose(text: str) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", text)


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)


def anchor(heading: str) -> str:
    """The fragment that leads to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(text: str, heading: str) -> str:
    """The text below a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the tables whose first column has this head."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if not line.startswith("|"):
            inside = False
        elif line.startswith(f"| {head} |"):
            inside = True
        elif inside and not line.startswith("|---"):
            rows.append(cells)
    return rows


def named(text: str) -> list[str]:
    """The text in code spans."""
    return re.findall(r"`([^`]+)`", text)


def first_names(text: str, head: str) -> list[str]:
    """The first column of the tables with this head."""
    return [name for row in table(text, head) for name in named(row[0])]


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", prose(text))


def typed(text: str) -> Iterator[list[str]]:
    """The words of each command to type, in code blocks and code spans."""
    lines = [line for block in blocks(text) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *named(prose(text))]:
        words = shlex.split(line) if "…" not in line else []
        if words and words[0].removeprefix(".venv/bin/") in {"flask", "notifications"}:
            yield words[1:]


def options(command: click.Command) -> set[str]:
    """The options of a command, as they are typed."""
    return {
        word
        for one in command.params
        if isinstance(one, click.Option)
        for word in (*one.opts, *one.secondary_opts)
    }
