"""Rules for README and all pages of docs/: links, commands, settings, machine names."""

import re

from flask import Flask

from notifications_app.core.database import ROOT
from tests.support import docs as pages
from tests.support.commands import BROUGHT, commands

TEXTS = {page: page.read_text() for page in pages.PAGES}


def test_every_link_leads_somewhere() -> None:
    for page, text in TEXTS.items():
        for link in pages.links(text):
            if link.startswith("https://"):
                continue
            path, _hash, fragment = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), (page, link)
            assert target.is_relative_to(ROOT), (page, link)
            if fragment:
                there = map(pages.anchor, pages.headings(target.read_text()))
                assert fragment in set(there), (page, link)


def test_every_page_is_reached_from_readme() -> None:
    linked = {(ROOT / link).resolve() for link in pages.links(TEXTS[pages.README])}
    assert set(pages.PAGES) - {pages.README} <= linked


def test_every_command_to_type_exists_with_its_options(app: Flask) -> None:
    known = dict(commands(app.cli))
    for page, text in TEXTS.items():
        for words in pages.typed(text):
            plain = [word for word in words if not word.startswith("-")]
            given = {word for word in words if word.startswith("--")} - {"--help"}
            if plain[:1] in ([], ["notifications_app"]):  # flask --app notifications_app
                assert given <= {"--app"}, (page, words)
                continue
            path = next((path for path in known if tuple(plain[: len(path)]) == path), None)
            if path is None:  # a whole group, or what Flask brings
                groups = {path[0] for path in known} | BROUGHT
                assert plain[0] in groups, (page, words)
                assert len(plain) == 1, (page, words)
                assert not given, (page, words)
            else:
                assert given <= pages.options(known[path]), (page, words)


def test_the_pages_that_are_to_have_commands_have_some() -> None:
    for name in ("commands", "deploying", "people-from-a-file"):
        assert list(pages.typed(pages.read(name))), name
    assert len(list(pages.typed(TEXTS[pages.README]))) >= 5


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page, text in TEXTS.items():
        typed = [line for block in pages.blocks(text) for line in block.splitlines()]
        for line in [*typed, *pages.named(pages.prose(text))]:
            if line.startswith("make "):
                assert line.split()[1] in targets, (page, line)


def test_nothing_names_the_machine_it_was_made_on() -> None:
    for page, text in TEXTS.items():
        assert not re.search(r"/(work|tmp|root|home)/|https?://(10|192\.168)\.", text), page


def test_the_lines_of_prose_are_of_one_length() -> None:
    for page, text in TEXTS.items():
        for line in pages.prose(text).splitlines():
            assert line.startswith(("|", "![")) or len(line) <= 104, (page, line)


def test_no_sentence_exclaims_or_begs() -> None:
    for page, text in TEXTS.items():
        prose = pages.prose(text).replace("![", "[")
        assert "!" not in prose, page
        assert not re.search(r"\bplease\b", prose, re.IGNORECASE), page
