"""A shell to type the sending commands in."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.inbox.models import Change, Delivery, Notification, Release
from tests.conftest import NOON, at, sign_in
from tests.inbox import asking

MODELS = (Notification, Release, Delivery, Change)


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def shell(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run a command as ``flask`` does; lines of the log are left out of what it said."""
    monkeypatch.delitem(os.environ, "FLASK_RUN_FROM_CLI", raising=False)

    def run(*words: object, stdin: bytes | None = None) -> Said:
        found = app.test_cli_runner().invoke(args=[str(word) for word in words], input=stdin)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        err = [line for line in found.stderr.splitlines() if " INFO " not in line]
        return Said(found.exit_code, found.stdout, "\n".join(err))

    return run


@pytest.fixture
def refused(app: Flask, shell: Callable[..., Said]) -> Callable[..., str]:
    """Run a command that is refused: one line on stderr, nothing on stdout, nothing stored."""

    def run(code: int, *words: object, stdin: bytes | None = None) -> str:
        before = stored(app)
        said = shell(*words, stdin=stdin)
        assert (said.code, said.out) == (code, ""), said
        assert stored(app) == before
        lines = said.err.splitlines()
        if lines[0].startswith("Usage:"):  # click's own, two lines before
            assert code == 2
            del lines[:-1]
        assert len(lines) == 1, said.err
        assert lines[0].startswith("Error: ")
        return lines[0].removeprefix("Error: ")

    return run


def stored(app: Flask) -> list[int]:
    """How many rows there are."""
    with app.app_context():
        return [asking.how_many(model) for model in MODELS]


@pytest.fixture
def admin(app: Flask, client: FlaskClient, ada: int, priya: int, bystander: int) -> FlaskClient:
    """Ada's browser; Priya is in Kolkata, Noor in UTC."""
    with at(NOON):
        sign_in(client, "ada")
        client.get("/inbox")  # takes the flash of the sign-in
    return client
