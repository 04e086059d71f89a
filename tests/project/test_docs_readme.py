"""README: short, and what it says to type works."""

import inspect
import json
import re

from flask import Flask

from notifications_app.cli import demo
from notifications_app.core import config
from notifications_app.core.database import ROOT, db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox.models import Notification, Release
from notifications_app.web import flashes
from tests.support import docs as pages

TEXT = pages.README.read_text()
PLAIN = " ".join(TEXT.split())


def test_it_is_short_and_has_a_picture_in_it() -> None:
    assert len(TEXT.splitlines()) <= 150
    assert "](docs/images/inbox-light-1280.png)" in TEXT


def test_the_first_minute_can_be_typed(app: Flask, ada: int, priya: int) -> None:
    runner = app.test_cli_runner()
    typed = pages.section(TEXT, "The first broadcast, in one minute")
    printed = ""
    sent: list[str] = []
    for words in pages.typed(typed):
        yes = ["--yes"] if words[:2] == ["broadcast", "recall"] else []  # no terminal here
        found = runner.invoke(args=[*words, *yes])
        assert found.exit_code == 0, found.output
        printed += found.stdout
        if made := re.match(r"(?:Sent|Scheduled) notification (\d+)", found.stdout):
            sent.append(made[1])
    assert len(sent) == 2
    assert "Nothing was sent: this was a dry run." in printed
    listed = json.loads(runner.invoke(args=["broadcast", "list", "--json"]).stdout)
    states = {str(one["id"]): one["state"] for one in listed}
    assert states == {sent[0]: "live", sent[1]: "recalled"}


def test_its_python_sends(app: Flask, priya: int) -> None:
    assert app.test_cli_runner().invoke(args=["groups", "create", "ops"]).exit_code == 0
    (code,) = pages.blocks(TEXT, "python")
    with app.app_context():
        exec(code, {"user": db.session.get(User, priya)})  # noqa: S102 - README's own
        assert db.session.query(Notification).count() == 3
        channels = {one.channel for one in db.session.query(Release)}
    assert {"everyone", "group:ops@Asia/Kolkata"} <= channels


def test_the_contrast_names_what_there_is() -> None:
    calls = re.findall(r"`flashes\.(\w+)\(", TEXT)
    assert len(calls) == 2
    for call in calls:
        assert "keep" in inspect.signature(getattr(flashes, call)).parameters
    assert f"over {flashes.LARGEST // 1024} KB" in PLAIN


def test_the_versions_and_the_licences_are_those_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    versions = re.findall(r"Programming Language :: Python :: (3\.\d+)", project)
    for version in versions:
        assert version in TEXT
    static = ROOT / "notifications_app" / "static"
    assert {file.name for file in static.rglob("LICENSE-*")} == {
        "LICENSE-lucide.txt",
        "LICENSE-htmx.txt",
    }


def test_its_accounts_are_those_of_the_demo() -> None:
    for username, _name, _zone, is_admin in demo.PEOPLE:
        assert f"`{username}`, {'an administrator' if is_admin else 'a reader'}" in PLAIN


def test_no_setting_of_ours_is_named_that_is_not_there() -> None:
    known = {one.name for one in config.SETTINGS} | {"TEST_DATABASE_URL"}
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", TEXT)) <= known
