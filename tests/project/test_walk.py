"""From the typed title to the INSERT: few functions, and down the layers only."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import PACKAGE, db
from tests.support.broadcast_pages import compose
from tests.support.moments import NOON, at
from tests.support.people import sign_in

#: From the top down.
LAYERS = ("web", "cli", "domain", "core")
MOST = 9


@pytest.fixture
def walked(app: Flask) -> Iterator[list[tuple[str, str]]]:
    """(layer, function) of each of our functions on the way to the last INSERT of a title."""
    found: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("INSERT INTO notifications "):
            return
        found.clear()
        for frame in reversed(inspect.stack(context=0)):
            file = Path(frame.filename)
            # A middleware hands every request on; nobody who looks for the INSERT reads it.
            if file.is_relative_to(PACKAGE) and frame.function != "__call__":
                found.append((file.relative_to(PACKAGE).parts[0], frame.function))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(engine, "before_cursor_execute", note)


def check(walked: list[tuple[str, str]], edge: str) -> None:
    layers = [layer for layer, _function in walked if layer in LAYERS]
    assert layers[0] == edge
    assert 1 < len(walked) <= MOST, walked
    assert layers == sorted(layers, key=LAYERS.index), walked


def test_a_command_walks_down_to_the_insert(
    app: Flask, ada: int, walked: list[tuple[str, str]]
) -> None:
    sent = app.test_cli_runner().invoke(args=["broadcast", "send", "--title", "Hello"])
    assert sent.exit_code == 0, sent.output
    check(walked, "cli")


def test_a_page_walks_down_to_the_insert(
    app: Flask, ada: int, walked: list[tuple[str, str]]
) -> None:
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada")
        answer = compose(client)
    assert answer.status_code == 303, answer.text
    check(walked, "web")
