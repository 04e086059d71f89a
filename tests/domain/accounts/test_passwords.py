"""Rules for passwords."""

import re
import unicodedata
from pathlib import Path

import pytest
from werkzeug.security import generate_password_hash

from notifications_app.core.errors import BadInput
from notifications_app.domain.accounts import passwords

SOURCE = Path(passwords.__file__)


@pytest.mark.parametrize(
    "good",
    [
        "8 signs!",
        "k8#xQ2!p",
        "a field of larks over the old quarry " * 3 + "at noon, truly",
        "  spaces at both ends  ",
        "пароль из слов",
        "\u00c5ngstr\u00f6m lang",
        "\U0001f511\U0001f40c\U0001f9ca\U0001f335\U0001f6a7\U0001f9f2\U0001f95d\U0001f422",
        "Tr0ub4dor&3 and more",
    ],
)
def test_a_good_password_comes_back_exactly_as_given(good: str) -> None:
    assert passwords.check(good) == good


EASY = "This password is easy to guess. Choose another; a few unusual words work well."


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("7 signs", "A password has 8 to 128 characters; this one has 7."),
        ("", "A password has 8 to 128 characters; this one has 0."),
        ("x" * 129, "A password has 8 to 128 characters; this one has 129."),
        ("password", EASY),
        ("Password1", EASY),
        ("priya.raman", EASY),
        ("priya1987", EASY),
        ("Raman.2026", EASY),
        ("namar.ayirp", EASY),
        ("pr1y@r@m@n", EASY),
        ("notifications1", EASY),
        ("qwertyuiop", EASY),
        ("1234567890", EASY),
        ("aaaaaaaaaaaaaaaa", EASY),
        ("x" * 128, EASY),
        ("abcabcabcabc" * 10, EASY),
        ("Priya@Example.org", EASY),
        ("eight or more\0", "This password contains a character that cannot be typed."),
        ("eight or more\ud800", "This password contains a character that cannot be typed."),
    ],
)
def test_a_bad_password_is_refused_with_a_sentence(bad: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        passwords.check(bad, "priya.raman", "priya@example.org", None, "")
    assert str(refused.value) == sentence
    assert refused.value.field == "password"


def test_the_length_is_checked_before_anything_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    monkeypatch.setattr(
        passwords, "check_password_hash", lambda _hash, password: lengths.append(len(password))
    )
    passwords.matches("a hash", "x" * 129)
    passwords.matches("a hash", "x" * 128)
    assert lengths == [0, 128]


def test_a_hash_fits_its_own_password_only() -> None:
    stored = passwords.hash_password("a good password")
    assert passwords.matches(stored, "a good password")
    for other in ("a good password ", "A good password", "a good password\0", "", "x" * 200):
        assert not passwords.matches(stored, other), repr(other)
    assert stored != passwords.hash_password("a good password")


def test_no_password_fits_where_there_is_no_hash() -> None:
    assert not passwords.matches(None, "nobody has this password")


def test_the_method_is_werkzeugs_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    method = "scrypt:131072:8:1"  # OWASP's recommendation
    assert re.search(f'^METHOD = "{method}"$', SOURCE.read_text(), re.MULTILINE)
    monkeypatch.setattr(passwords, "METHOD", method)
    stored = passwords.hash_password("a good password")
    assert stored.startswith(f"{method}$")
    assert passwords.matches(stored, "a good password")
    assert not passwords.is_old(stored, "a good password")
    assert passwords.is_old("pbkdf2:sha256:600000$salt$hash", "a good password")
    assert passwords.is_old("scrypt:32768:8:1$salt$hash", "a good password")


FORMS = [
    ("caf\u00e9 au lait", "cafe\u0301 au lait"),
    ("\u00c5ngstr\u00f6m lang", "\u212bngstro\u0308m lang"),
    ("\ud55c\uad6d mat khau", "\u1112\u1161\u11ab\u1100\u116e\u11a8 mat khau"),
    ("\u1ec7\u1ec7\u1ec7 mat khau", "e\u0323\u0302\u1eb9\u0302\u00ea\u0323 mat khau"),
]  # fmt: skip


@pytest.mark.parametrize(("composed", "other"), FORMS)
def test_a_password_is_one_in_every_form_of_its_letters(composed: str, other: str) -> None:
    assert composed != other
    assert passwords.check(other) == composed
    for chosen, typed in ((composed, other), (other, composed), (other, other)):
        stored = passwords.hash_password(chosen)
        assert passwords.matches(stored, typed)
        assert not passwords.is_old(stored, typed)
        assert not passwords.matches(stored, f"{typed}\u0301")


@pytest.mark.parametrize(("composed", "other"), FORMS)
def test_an_older_hash_of_another_form_fits_and_is_old(composed: str, other: str) -> None:
    as_typed = generate_password_hash(other, method=passwords.METHOD)
    assert passwords.matches(as_typed, other)
    assert passwords.is_old(as_typed, other)
    in_parts = unicodedata.normalize("NFD", composed)
    stored = generate_password_hash(in_parts, method=passwords.METHOD)
    assert passwords.matches(stored, composed)
    assert passwords.is_old(stored, composed)


def test_the_length_of_a_password_is_counted_in_one_form() -> None:
    longest = "\u00e99\u00e07\u00f92\u00ee5\u00e78\u00f43\u00ea6\u00e24" * 8
    assert passwords.check(unicodedata.normalize("NFD", longest)) == longest
    with pytest.raises(BadInput, match="this one has 7"):
        passwords.check("e\u0301" * 7)
    with pytest.raises(BadInput, match="easy to guess"):
        passwords.check("caf\u00e9 lover", "cafe\u0301 lover")
    stored = passwords.hash_password("\u00e9" * 128)
    assert passwords.matches(stored, "e\u0301" * 128)
