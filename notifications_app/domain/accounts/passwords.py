"""What a password may be, and how it is hashed and checked.

Nothing here touches the database: hashing takes a tenth of a second and must
never happen inside a transaction.
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
    """Passwords that are tried first; loaded at the first check, as the lists are long."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def check(password: str, *own: str | None) -> str:
    """The password exactly as given, if it may be one.

    ``own`` are words that belong to the account, which are no password either.

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
        raise BadInput("This password holds a character that cannot be typed.", "password")
    if password.lower() in _common() or password.lower() in {word.lower() for word in own if word}:
        raise BadInput(
            "This password is one of the first that are tried. Take another.", "password"
        )
    return password


def hash_password(password: str) -> str:
    """The salted hash that is stored."""
    return generate_password_hash(password, method=METHOD)


@cache
def _dummy_hash() -> str:
    return hash_password("nobody has this password")


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash; takes as long where there is no hash.

    Exactly one hash is computed in either case, so that the time a sign-in takes
    does not tell whether an account exists.
    """
    if len(password) > MAX_LENGTH or "\0" in password:  # HMAC, hence scrypt, drops a last NUL
        password = ""
    found = check_password_hash(password_hash or _dummy_hash(), password)
    return found and password_hash is not None


def is_old(password_hash: str) -> bool:
    """Whether the hash was made by another method than today's."""
    return not password_hash.startswith(f"{METHOD}$")
