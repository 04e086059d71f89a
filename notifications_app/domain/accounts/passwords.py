"""Rules for passwords, and their hashing.

Nothing here uses the database: hashing takes a third of a second and must never happen inside a
transaction.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from ...core.errors import BadInput

MIN_LENGTH = 8
MAX_LENGTH = 128
#: The cost that OWASP recommends; one hash takes 128 MB. A hash by any other method is upgraded at
#: the next sign-in.
METHOD = "scrypt:131072:8:1"
#: The number of guesses that an acceptable password needs: a score of 3 by zxcvbn, or eight random
#: letters, which it puts just below.
MIN_GUESSES = 10**8
#: zxcvbn reads no more letters; its time grows with the square of the length.
_SCORED = 72
#: Words that an attacker of this site tries.
_SITE_WORDS = ("notifications", "notification", "notify", "inbox", "broadcast")


def check(password: str, *own: str | None) -> str:
    """Return the password in NFC if it is acceptable, and otherwise unchanged.

    Keyboards and systems write the same letter in different ways: "é" in one piece or in two.
    ``own`` are the account's own words: its username, names and email address. They make a
    password easy to guess.

    Raises:
        BadInput: with the field ``password``.
    """
    password = normalised(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadInput(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters;"
            f" this one has {len(password)}.",
            "password",
        )
    if "\0" in password or any("\ud800" <= letter <= "\udfff" for letter in password):
        raise BadInput("This password contains a character that cannot be typed.", "password")
    if _guesses(password, own) < MIN_GUESSES:
        raise BadInput(
            "This password is easy to guess. Choose another; a few unusual words work well.",
            "password",
        )
    return password


def normalised(password: str) -> str:
    """Return the password in NFC; a longer one than any password may be, unchanged."""
    # NFC joins at most four characters, and is slow on long text.
    return unicodedata.normalize("NFC", password) if len(password) <= 4 * MAX_LENGTH else password


def _guesses(password: str, own: Iterable[str | None]) -> int:
    """Return the number of guesses that somebody needs who knows the account."""
    from zxcvbn import zxcvbn  # the lists of words are long, and seldom needed

    words = [normalised(word) for word in own if word]
    parts = [part for word in words for part in re.split(r"[\W_]+", word) if len(part) > 2]
    joined = [re.sub(r"[\W_]+", "", word) for word in words]
    known = [*words, *parts, *joined, *_SITE_WORDS]
    return int(zxcvbn(password[:_SCORED], user_inputs=known)["guesses"])


def hash_password(password: str) -> str:
    """Return the salted hash to store, of the password in NFC."""
    return generate_password_hash(normalised(password), method=METHOD)


@cache
def _dummy_hash() -> str:
    return hash_password("nobody has this password")


def matches(password_hash: str | None, password: str) -> bool:
    """Return whether the password matches the hash; False if there is no hash.

    The same number of hashes is computed either way, so that the time taken does not reveal
    whether an account exists: one, and more only for a password with accents that is wrong. Older
    hashes are of the password as it was typed then.
    """
    is_match = any(_fits(password_hash, form) for form in _forms(password))
    return is_match and password_hash is not None


def _forms(password: str) -> tuple[str, ...]:
    """Return the forms of a typed password to try: NFC first, as typed, and in single parts."""
    usual = normalised(password)
    if len(usual) > MAX_LENGTH:
        return (usual,)
    return tuple(dict.fromkeys((usual, password, unicodedata.normalize("NFD", usual))))


def _fits(password_hash: str | None, password: str) -> bool:
    if len(password) > MAX_LENGTH or "\0" in password:  # HMAC, hence scrypt, drops a last NUL
        password = ""
    return check_password_hash(password_hash or _dummy_hash(), password)


def is_old(password_hash: str, password: str) -> bool:
    """Return whether the hash of this password is by an older method, or not of its NFC."""
    if not password_hash.startswith(f"{METHOD}$"):
        return True
    usual, *others = _forms(password)
    return bool(others) and not _fits(password_hash, usual)
