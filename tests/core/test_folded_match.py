"""Tests of the folded search in columns that are stored as typed, on each database."""

import unicodedata

import pytest
from flask import Flask
from sqlalchemy import String, bindparam, select

from notifications_app.core.database import reading
from notifications_app.core.folded_match import contains
from notifications_app.core.text import fold


def _is_found(stored: str, typed: str) -> bool:
    with reading() as connection:
        column = bindparam("stored", unicodedata.normalize("NFC", stored), type_=String)
        found = select(contains(column, typed, connection.dialect.name))
        return bool(connection.execute(found).scalar_one())


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Straße", "STRASSE"),
        ("STRASSE", "straße"),
        ("STRAẞE", "straße"),
        ("Grußs", "sss"),
        ("Öl", "ÖL"),
        ("cafe\u0301", "CAFÉ"),
        ("café", "CAFE\u0301"),
        ("ΟΔΟΣ", "οδος"),
        ("οδός", "ΟΔΌΣ"),
        ("\u1fb3", "\u0391\u0399"),
        ("ﬁn", "FIN"),
        ("ofﬁce", "ffi"),
        ("İzmir", "i̇ZMIR"),
        ("ĐẠI", "đạ"),
        ("ՄԵՒ", "և"),
        ("\u1112\u1161\u11ab글", "한글"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("Ä\xadpfel", "äpf"),
        ("\uff21\uff22", "\uff41\uff42"),
        ("100%_\\", "0%_\\"),
    ],
)
def test_case_and_form_do_not_matter(in_app: Flask, stored: str, typed: str) -> None:
    assert _is_found(stored, typed)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Straße", "strase"),
        ("café", "cafe"),
        ("\u0131l\u0131k", "ilik"),
        ("ß", "sss"),
        ("ab", "a%b"),
    ],
)
def test_other_letters_stay_other_letters(in_app: Flask, stored: str, typed: str) -> None:
    assert not _is_found(stored, typed)


def test_every_letter_with_two_cases_is_found_in_both(in_app: Flask) -> None:
    letters = [chr(code) for code in range(0x180) if chr(code).isalpha()]
    letters += [chr(code) for code in range(0x370, 0x400) if chr(code).isalpha()]
    stored = " ".join(["", *letters, ""])
    missing = [letter for letter in letters if not _is_found(stored, f" {fold(letter)} ")]
    assert not missing
