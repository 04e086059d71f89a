"""``notifications``: help about this product, by subject, with whole summaries."""

import re
from importlib import metadata
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from notifications_app import cli
from notifications_app.__main__ import program
from notifications_app.cli import help as commands_help
from tests.support.commands import BROUGHT, own_commands

SECTION = re.compile(r"^(\S.*):\n((?:  .*\n)+)", re.MULTILINE)


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(program, list(words), prog_name="notifications", env=environment)


def sections() -> dict[str, str]:
    """The headings of the help, and the text below each."""
    return dict(SECTION.findall(run("--help").output))


def listed(text: str) -> list[str]:
    """The commands of a section, in their order."""
    return re.findall(r"^  (\S+(?: \S+)?)(?:  |$)", text, re.MULTILINE)


def test_help_speaks_of_this_product() -> None:
    text = run("--help").output
    assert text.startswith("Usage: notifications ")
    assert "notification centre" in text
    assert "utility script for Flask" not in text
    assert "--app" not in text


def test_commands_of_other_packages_are_not_offered() -> None:
    """That of Flask-Limiter needs a library that is not installed."""
    assert "No such command 'limiter'" in run("limiter", "limits").output


def test_every_command_is_below_one_heading(app: Flask) -> None:
    found = sections()
    assert list(found) == ["Options", *(heading for heading, _names in cli.SECTIONS), "Flask’s own"]
    ours = [one for heading, _names in cli.SECTIONS for one in listed(found[heading])]
    mine = [" ".join(path) for path in own_commands(app)]
    assert sorted(ours) == sorted([*mine, "db upgrade"])
    assert listed(found["Flask’s own"]) == ["db", "run", "routes", "shell"]
    assert set(listed(found["Flask’s own"])) <= BROUGHT


def test_commands_come_in_the_order_in_which_they_are_needed() -> None:
    order = listed(sections()["Broadcasts and notifications"])
    assert order[:3] == ["broadcast send", "broadcast list", "broadcast show"]
    assert order[-1] == "notify"


@pytest.mark.parametrize("words", [[], ["users"], ["broadcast"], ["groups"], ["audit"], ["db"]])
def test_no_summary_is_cut(app: Flask, words: list[str]) -> None:
    for found in (
        run(*words, "--help").output,
        app.test_cli_runner().invoke(args=[*words, "--help"]).output,
    ):
        assert "..." not in found.replace("[ARGS]...", "")
        assert "``" not in found
    wide = CliRunner().invoke(program, [*words, "--help"], terminal_width=200).output
    for path, command in own_commands(app).items():
        if list(path[: len(words)]) == words:
            assert commands_help.summary(command) in wide, path


def test_every_help_fits_a_terminal_and_names_the_program_that_runs(app: Flask) -> None:
    for path in own_commands(app):
        found = run(*path, "--help").output
        assert max(map(len, found.splitlines())) <= 80, path
        assert "flask " not in found, path


def test_a_summary_is_the_first_sentence_whole() -> None:
    assert commands_help.summary(click.Command("x", help="Send it. Then\nrest.")) == "Send it."
    assert (
        commands_help.summary(click.Command("x", help="Send\n  it now\n\nMore.")) == "Send it now"
    )
    assert commands_help.summary(click.Command("x")) == ""


def test_every_option_and_command_says_what_it_does(app: Flask) -> None:
    for path, command in own_commands(app).items():
        assert (command.help or "").partition("\n")[0].rstrip()[-1] in ".,;" or "\n" in (
            command.help or ""
        ), path
        for one in command.params:
            if isinstance(one, click.Option):
                assert one.help, (path, one.name)
                assert one.help.endswith("."), (path, one.name)


def test_the_help_says_nothing_in_foreign_ways(app: Flask) -> None:
    foreign = re.compile(
        r"\b(hears?|heard|vanish\w*|wakes?|asleep|newcomers?|off the air|put back|so long|stands?"
        r"|took away|takes it away)\b", re.IGNORECASE
    )  # fmt: skip
    for path, command in own_commands(app).items():
        texts = [command.help or "", *(getattr(one, "help", "") or "" for one in command.params)]
        for text in texts:
            assert not foreign.search(text), (path, text)


def test_the_example_names_the_program_that_is_running(app: Flask) -> None:
    words = ["users", "show", "--help"]
    assert run(*words).output.endswith("\n    notifications users show ada\n")
    flask = app.test_cli_runner().invoke(args=words).output
    assert flask.endswith("\n    flask users show ada\n")


def test_what_to_type_next_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [".venv/bin/flask"])
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert commands_help.typed("users list") == ".venv/bin/flask users list"
    monkeypatch.setattr("shutil.which", lambda _name: ".venv/bin/flask")
    assert commands_help.typed("users list") == "flask users list"
    monkeypatch.setattr("sys.argv", ["/somewhere/pytest"])
    assert commands_help.typed("users list") == "flask users list"


@pytest.mark.parametrize("words", [["--help"], ["users", "--help"], ["users", "list", "--help"]])
def test_help_works_where_a_setting_is_wrong(words: list[str]) -> None:
    said = run(*words, HTTPS="perhaps")
    assert (said.exit_code, said.stderr) == (0, "")
    refused = run("users", "list", HTTPS="perhaps")
    assert refused.exit_code == 2
    assert "The setting HTTPS must be on or off." in refused.stderr


def test_the_version_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    flask = metadata.version("flask")

    def version(name: str) -> str:
        if name == "flask":
            return flask
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", version)
    assert run("--version").output == f"notifications (not installed: a checkout), Flask {flask}\n"
    monkeypatch.setattr(metadata, "version", {"flask": flask, "notifications-app": "7.8"}.get)
    assert run("--version").output == f"notifications 7.8, Flask {flask}\n"


def test_it_is_another_program_for_which_flask_app_means_nothing(monkeypatch: Any) -> None:
    monkeypatch.setenv("FLASK_APP", "nowhere:nothing")
    assert run("users", "--help").exit_code == 0
