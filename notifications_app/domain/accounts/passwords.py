"""Rules for passwords, and their hashing.

Nothing here uses the database: hashing takes a tenth of a second and must never happen
inside a transaction.
"""

from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from ...core.errors import BadInput

MIN_LENGTH = 8
MAX_LENGTH = 128
#: Werkzeug's default; a hash by any other method is upgraded at the next sign-in.
METHOD = "scrypt:32768:8:1"


@cache
def _common() -> frozenset[str]:
    """Return the passwords that attackers try first; loaded when needed, as the lists are long."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def check(password: str, *own: str | None) -> str:
    """Return the password unchanged if it is acceptable.

    ``own`` are the account's own words, such as its username; they are refused as passwords.

    Raises:
        BadInput: with the field ``password``.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadInput(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters;"
            f" this one has {len(password)}.",
            "password",
        )
    if "\0" in password or any("\ud800" <= letter <= "\udfff" for letter in password):
        raise BadInput("This password contains a character that cannot be typed.", "password")
    if password.lower() in _common() or password.lower() in {word.lower() for word in own if word}:
        raise BadInput(
            "This password is one of the first that are tried. Take another.", "password"
        )
    return password


def hash_password(password: str) -> str:
    """Return the salted hash to store."""
    return generate_password_hash(password, method=METHOD)


@cache
def _dummy_hash() -> str:
    return hash_password("nobody has this password")


def matches(password_hash: str | None, password: str) -> bool:
    """Return whether the password matches the hash; False if there is no hash.

    One hash is computed either way, so that the time taken does not reveal whether an account
    exists.
    """
    if len(password) > MAX_LENGTH or "\0" in password:  # HMAC, hence scrypt, drops a last NUL
        password = ""
    is_match = check_password_hash(password_hash or _dummy_hash(), password)
    return is_match and password_hash is not None


def is_old(password_hash: str) -> bool:
    """Return whether the hash was made by a method other than the current one."""
    return not password_hash.startswith(f"{METHOD}$")
