"""Refusals of the sending commands: one line, an exit code, nothing stored."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support import inbox
from tests.support.sending_commands import NOTIFY, SEND

pytestmark = pytest.mark.usefixtures("typing_time")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--title", ""], "Enter a title."),
        (["--title", "t" * 141], "A title has 1 to 140 characters; this one has 141."),
        (["--title", "two\nlines"], "line break"),
        (["--title", "\x1b[2J"], "U+001B"),
        (["--body", "b" * 4001], "4000 characters; this one has 4001."),
        (["--topic", "Two Words"], "A topic"),
        (["--action-url", "javascript:alert(1)"], "A link must start with"),
        (["--action-url", "//evil.example"], "A link must start with"),
        (["--action-url", "https://me@evil.example"], "host in this link is not valid"),
        (["--action-url", "https://a.example/ b"], "A link cannot contain"),
        (["--action-label", "Look"], "needs a link"),
        (["--key", ""], "Enter a key."),
        (["--body", "x", "--body-file", "-"], "not both"),
    ],
)
def test_what_cannot_be_said_is_refused(refused: Any, options: list[str], words: str) -> None:
    for command in (SEND, NOTIFY):
        assert words in refused(2, *command, *options)


def test_of_several_mistakes_a_command_names_the_first_in_one_line(
    refused: Any, shell: Any
) -> None:
    wrong = ("--title", "", "--topic", "Two Words", "--action-url", "javascript:x")
    sentence = "Enter a title."
    for command in (SEND, NOTIFY):
        assert refused(2, *command, *wrong) == sentence
    shell(*SEND)
    assert refused(2, "broadcast", "edit", "1", *wrong) == sentence


def test_the_longest_that_can_be_said_is_sent(shell: Any) -> None:
    said = shell(*SEND, "--title", "t" * 140, "--body", "b" * 4000, "--topic", "t" * 40)
    assert said.code == 0, said


@pytest.mark.parametrize(
    "options",
    [
        ["--category", "notice"],
        ["--nonsense"],
        ["--to-group"],
    ],
)
def test_what_is_no_option_is_refused(refused: Any, options: list[str]) -> None:
    refused(2, *SEND, *options)


@pytest.mark.parametrize(
    "options",
    [
        ["--to-everyone", "--to-admins"],
        ["--to-everyone", "--to-user", "priya"],
        ["--to-admins", "--to-user", "priya"],
        ["--to-group", "ops", "--to-admins"],
        ["--to-file", "-", "--to-user", "priya"],
    ],
)
def test_it_goes_to_one_audience(refused: Any, options: list[str]) -> None:
    assert "Choose one of" in refused(2, *SEND, *options)


def test_a_title_is_needed_and_so_are_names(refused: Any) -> None:
    refused(2, "broadcast", "send")
    refused(2, "notify", "priya")
    refused(2, "notify", "--title", "Hello")


def test_who_does_not_exist_is_named(refused: Any) -> None:
    sentence = "There is no user “nobody”. Nothing was changed."
    assert refused(1, "notify", "priya", "nobody", "--title", "Hello") == sentence
    assert refused(1, *SEND, "--to-user", "priya", "--to-user", "nobody") == sentence
    assert "no user “nobody”" in refused(1, *SEND, "--from", "nobody")
    many = [f"x{number}" for number in range(22)]
    assert " and 2 more" in refused(1, "notify", *many, "--title", "Hello")


def test_only_an_active_administrator_is_shown_as_the_sender(shell: Any, refused: Any) -> None:
    assert "not an active administrator" in refused(1, *SEND, "--from", "priya")
    shell("users", "grant-admin", "priya")
    assert shell(*SEND, "--from", "priya").code == 0
    shell("users", "deactivate", "priya")
    assert "not an active administrator" in refused(1, *SEND, "--from", "priya")


def test_a_banner_is_not_for_named_people(refused: Any) -> None:
    assert "A banner can be sent to a channel" in refused(
        2, *SEND, "--banner", "--to-user", "priya"
    )


# --- Bodies from files


def test_a_body_comes_from_a_file_or_from_standard_input(
    app: Flask, shell: Any, priya: int, tmp_path: Path
) -> None:
    file = tmp_path / "body.md"
    file.write_bytes("\ufeffGrüße\r\n\r\nzweite\n".encode())
    assert shell(*SEND, "--body-file", file).code == 0
    assert shell(*NOTIFY, "--body-file", "-", stdin="aus der Röhre\n".encode()).code == 0
    with app.app_context():
        assert inbox.one(priya, 1).body == "Grüße\n\nzweite"
        assert inbox.one(priya, 2).body == "aus der Röhre"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: no such file"),
        ("a folder", "cannot be read: is a directory"),
        (b"\x89PNG\r\n\x1a\n\x00", "is not text"),
        ("Grüße".encode("latin-1"), "is not in UTF-8"),
        (b"b" * 4001, "this one has 4001"),
        (b"b" * 100_000, "at most 4,000 characters"),
    ],
)
def test_a_file_that_is_no_body_is_refused(
    refused: Any, tmp_path: Path, content: bytes | str | None, words: str
) -> None:
    file = tmp_path / "body"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content:
        file.mkdir()
    assert words in refused(2, *SEND, "--body-file", file)
    if isinstance(content, bytes):
        assert words.replace(f"“{file}”", "") in refused(
            2, *SEND, "--body-file", "-", stdin=content
        )
