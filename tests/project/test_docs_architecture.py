"""docs/architecture.md: the glossary, the paths, and the two drawings."""

import importlib.util
import re
import sys
import tomllib
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask

from notifications_app import broadcast
from notifications_app.core import clock
from notifications_app.core.database import PACKAGE, ROOT, db, reading
from notifications_app.domain.inbox import actions, queries, statements, undo
from notifications_app.domain.inbox.models import Change, Delivery, Notification, Release
from notifications_app.domain.inbox.subscriptions import load_subscriber
from notifications_app.web.template_context import capped_count
from tests.support import docs as pages

TEXT = pages.read("architecture")
PLAIN = " ".join(TEXT.split())
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
#: Words to know before reading the code.
WORDS = {
    "notification", "category", "topic", "notify", "broadcast", "channel", "release", "delivery",
    "subscription", "floor", "arrives_at", "live", "unread", "dismiss, restore", "snooze", "mute",
    "banner", "recall", "stamp", "snapshot", "tab",
    "filter", "scope", "audience", "handover", "keyset", "wall time", "moment", "edge",
}  # fmt: skip
#: Folders in which a path may begin.
PLACES = (ROOT, PACKAGE)


@pytest.fixture(scope="module")
def diagrams() -> ModuleType:
    """The script that draws."""
    file = ROOT / "scripts" / "diagrams.py"
    spec = importlib.util.spec_from_file_location("diagrams", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


# ---- Words and paths ----


def test_the_glossary_has_each_word_once() -> None:
    listed = [row[0] for row in pages.table(TEXT, "word")]
    assert len(listed) == len(set(listed))
    assert set(listed) == WORDS
    for row in pages.table(TEXT, "word"):
        assert row[1]


def test_every_subject_has_its_section() -> None:
    assert {
        "Glossary", "The layers", "The data", "What a reader does, and undo",
        "Why the queries look as they do", "Why 99+", "Time", "The two ways to the database",
        "Where a new thing goes", "Where to find what",
    } <= set(pages.headings(TEXT))  # fmt: skip


def test_every_file_and_folder_it_names_is_there() -> None:
    found = [word for word in pages.named(pages.prose(TEXT))
             if re.fullmatch(r"[\w./-]+", word) and ("/" in word or word.endswith(".py"))
             and not word.startswith("/")]  # fmt: skip
    assert len(found) >= 40
    anywhere = {file.name for file in PACKAGE.rglob("*.py")}
    for word in found:
        there = any((place / word).exists() for place in PLACES) or word in anywhere
        assert there, word


def test_the_layers_it_describes_are_the_folders() -> None:
    for name in ("core", "domain", "web", "cli"):
        assert (PACKAGE / name).is_dir()
        assert f"`{name}/`" in TEXT


def test_counts_stop_where_it_says() -> None:
    assert f"after {statements.COUNT_CAP} rows" in PLAIN
    assert capped_count(statements.COUNT_CAP - 1) == "99"
    assert capped_count(statements.COUNT_CAP) == "99+"


def test_one_broadcast_has_as_many_rows_as_it_says(in_app: Flask, priya: int) -> None:
    promised = [[int(cell) for cell in row[1:]] for row in pages.table(TEXT, "step")]
    models = (Notification, Release, Delivery, Change)
    found = []

    def count() -> None:
        found.append([db.session.query(model).count() for model in models])

    sent = broadcast("Hello")
    count()
    with reading() as connection:
        reader = load_subscriber(connection, priya)
    now = clock.now() + timedelta(minutes=1)
    db.session.commit()

    def inbox() -> list[int]:
        with reading() as connection:
            return [row.id for row in queries.page(connection, reader, now).rows]

    assert inbox() == [sent.id]
    count()
    stamp = actions.act(priya, "dismiss", [sent.id], now).stamp
    db.session.commit()
    assert inbox() == []
    count()
    undo.undo(priya, stamp, now)
    db.session.commit()
    assert inbox() == [sent.id]
    count()
    db.session.commit()
    recalled = in_app.test_cli_runner().invoke(args=["broadcast", "recall", "--yes", str(sent.id)])
    assert recalled.exit_code == 0, recalled.output
    assert inbox() == []
    count()
    assert found == promised


# ---- The drawings ----


def test_the_drawings_are_those_that_the_script_writes(diagrams: ModuleType) -> None:
    for name, draw in diagrams.PICTURES.items():
        assert (pages.DOCS / "images" / name).read_text() == draw(), f"{name}: make diagrams"
        assert f"](images/{name})" in TEXT


def test_the_drawn_layers_are_those_of_the_import_contract(diagrams: ModuleType) -> None:
    contracts = {one["name"]: one for one in CONTRACTS["contracts"]}
    there = {file.stem for file in PACKAGE.iterdir()}
    promised = [
        {name.strip().removeprefix("notifications_app.") for name in row.split("|")}
        for row in (re.sub(r"[()]", "", row) for row in contracts["Layers"]["layers"])
    ]
    drawn = [{box.name for box in row} for row in diagrams.layers()]
    assert drawn == [row & there for row in promised]

    boxes = {box.name: box for row in diagrams.layers() for box in row}
    order = [{name.strip() for name in row.split("|")}
             for row in contracts["The domain in order"]["layers"]]  # fmt: skip
    assert [{box.name.removeprefix("domain/") for box in row} for row in boxes["domain"].rows] == (
        order
    )
    features = contracts["Features of the web do not know each other"]["modules"]
    (row,) = boxes["web"].rows
    assert {f"notifications_app.{box.name.replace('/', '.')}" for box in row} == set(features)


def test_the_drawn_tables_are_those_of_the_models(diagrams: ModuleType) -> None:
    tables = db.metadatas[None].tables
    drawn = {one.name: one for one in diagrams.tables()}
    assert set(drawn) == set(tables)
    for name, table in tables.items():
        assert [one.name for one in drawn[name].columns] == [one.name for one in table.columns]
        for one in drawn[name].columns:
            column = table.columns[one.name]
            assert one.is_key == column.primary_key, column
            assert one.is_null == bool(column.nullable), column
            targets = [key.column.table.name for key in column.foreign_keys]
            assert targets == ([one.target] if one.target else []), column
            assert one.words.startswith("unique") == bool(column.unique), column


def test_the_words_of_the_drawings_fit_their_boxes(diagrams: ModuleType) -> None:
    for table in diagrams.tables():
        assert all(len(column.words) <= 20 for column in table.columns)
        assert all(len(column.name) <= 16 for column in table.columns)
