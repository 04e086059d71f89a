"""Records of CSV files as spreadsheets write them: separators, quotes, encodings, blank rows."""

import io
from typing import Any

import pytest

from notifications_app.domain.people_import import csv_file
from notifications_app.domain.people_import.csv_file import LineError, Person
from notifications_app.domain.people_import.csv_records import LINE_MAX

HEAD = "username,email,display_name,timezone,groups\n"


def read(text: str | bytes) -> list[Person | LineError]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(csv_file.read_csv(io.BytesIO(data)))


ADA = ("ada", "ada@example.org", "Ada M", "Europe/Paris", ("ops", "night-shift"))


def people(data: bytes | str) -> list[tuple[Any, ...]]:
    """Return the people in a file without wrong lines, each with its line."""
    found = read(data)
    assert all(isinstance(one, Person) for one in found), found
    return [(one.line, one.username, one.email, one.display_name, one.timezone, one.groups)
            for one in found if isinstance(one, Person)]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "lines"),
    [
        (
            2,
            [
                "username;email;display_name;timezone;groups",
                "ada;ada@example.org;Ada M;Europe/Paris;ops night-shift",
            ],
        ),
        (
            2,
            [
                "username\temail\tdisplay_name\ttimezone\tgroups",
                "ada\tada@example.org\tAda M\tEurope/Paris\tops;night-shift",
            ],
        ),
        (
            3,
            [
                "sep=;",
                "username;email;display_name;timezone;groups",
                'ada;ada@example.org;"Ada M";Europe/Paris;"ops;night-shift"',
            ],
        ),
        (
            3,
            [
                "SEP=,,,,,",
                "username,email,display_name,timezone,groups",
                "ada,ada@example.org,Ada M,Europe/Paris,ops;night-shift",
            ],
        ),
        (
            3,
            [
                "sep=|",
                "username|email|display_name|timezone|groups",
                "ada|ada@example.org|Ada M|Europe/Paris|ops;night-shift",
            ],
        ),
        (
            2,
            [
                "User Name,E-Mail, DISPLAY NAME ,Time zone,Groups,,",
                "ada,ada@example.org,Ada M,Europe/Paris,ops;night-shift,,,,",
            ],
        ),
        (
            4,
            [
                ",,,,,,",
                ",username,email,display_name,,timezone,groups",
                ",,,,,,",
                ",ada,ada@example.org,Ada M,,Europe/Paris,ops night-shift",
                ",,,,,,",
            ],
        ),
        (
            3,
            [
                '"username","email","display',
                'name","timezone","groups"',
                '"ada","ada@example.org","Ada M","Europe/Paris","ops',
                'night-shift"',
            ],
        ),
        (
            2,
            [
                "username,email,display_name,timezone,groups",
                (
                    ' "ada" ,\t"ada@example.org"\xa0,\ufeff"Ada M"\u200b, "Europe/Paris",'
                    ' "ops, night-shift"'
                ),
            ],
        ),
        (
            2,
            [
                "username\u200b,email\xa0,display_name,timezone,groups",
                (
                    "\ufeffada\u2060,\u202aada@example.org\u202c,\u200bAda M\xad,Europe/Paris"
                    "\u200e,\u2068ops\u2069 night-shift\u200b \u200b"
                ),
            ],
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_spreadsheets_write_is_read(first: int, lines: list[str], encoding: str) -> None:
    for end in ("\n", "\r\n", "\r"):
        for last in ("", end):
            text = end.join(lines) + last
            assert people(text.encode(encoding)) == [(first, *ADA)]


def test_lines_are_those_of_the_file_after_a_quoted_line_break() -> None:
    text = 'username,display_name,groups\r\nada,"Ada ""A"" M","ops\r\nnight\r\n\r\nday"\r\nx y,\r\n'
    first, wrong = read(text)
    assert isinstance(first, Person)
    assert (first.line, first.display_name) == (2, 'Ada "A" M')
    assert first.groups == ("ops", "night", "day")
    assert isinstance(wrong, LineError)
    assert (wrong.line, wrong.column) == (6, "username")


@pytest.mark.parametrize("filler", ["b,x\n", 'b,""\n', 'b,"x"\n'])
def test_an_open_quote_spoils_its_own_line_however_long_the_file_is(filler: str) -> None:
    count = LINE_MAX // len(filler) * 3
    found = read("username,display_name\n" + 'a,"open\n' + filler * count)
    assert found[0] == LineError(2, "The quotes on this line do not match.")
    assert [one.line for one in found] == list(range(2, count + 3))
    assert all(isinstance(one, Person) for one in found[1:])


def test_an_open_quote_is_not_closed_by_one_far_below() -> None:
    text = "username,display_name\n" + 'a,"open\n' + "b,x\n" * (LINE_MAX // 4) + 'c,"\n'
    found = read(text)
    mismatch = "The quotes on this line do not match."
    last = LINE_MAX // 4 + 3
    assert (found[0], found[-1]) == (LineError(2, mismatch), LineError(last, mismatch))
    assert all(isinstance(one, Person) for one in found[1:-1])


def test_cells_missing_at_the_end_are_empty() -> None:
    assert people("username,email,groups\nada\ngrace,g@b.example") == [
        (2, "ada", None, None, None, ()),
        (3, "grace", "g@b.example", None, None, ()),
    ]


def test_a_cell_without_a_column_is_refused() -> None:
    (wrong,) = read("username,,groups\nada,text,ops")
    assert wrong == LineError(
        2, "Cell 2 has text, but its column has no name in the header.", "", "text"
    )


INVISIBLE = "\u200b\ufeff\u2060\xad\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\xa0\u2009\u3164"


@pytest.mark.parametrize("character", INVISIBLE)
def test_an_invisible_character_inside_a_name_is_named(character: str) -> None:
    code = f"U+{ord(character):04X}"
    for line, what in [
        (f"a{character}da,,,,", "A username"),
        (f"ada,a{character}da@example.org,,,", "An email address"),
        (f"ada,,,Europe/{character}Paris,", "A time zone"),
    ]:
        (wrong,) = read(HEAD + line)
        assert isinstance(wrong, LineError)
        assert wrong.reason == f"{what} cannot contain {code}; remove it."
        assert character not in wrong.value


def test_a_workbook_is_called_one() -> None:
    for start in (b"PK\x03\x04\x14\0", b"\xd0\xcf\x11\xe0\xa1\xb1"):
        (wrong,) = read(start + b"\0\xff" * 99)
        assert wrong == LineError(
            1, "This is a workbook. Save its sheet as CSV UTF-8, and import that file."
        )


def test_bytes_that_are_not_utf_16_spoil_their_line_alone() -> None:
    data = "username\nada\n".encode("utf-16") + b"\0\xd8\n\0" + "grace\n".encode("utf-16-le")
    ada, wrong, grace = read(data)
    assert wrong == LineError(3, "This line is not in UTF-16.")
    assert isinstance(ada, Person)
    assert isinstance(grace, Person)
    assert grace.line == 4
