"""Encryption of what the database must not show: Fernet, with keys derived from the signing keys.

Keys are given the newest last, as :func:`signing.signing_keys` returns them. The newest encrypts,
and each of them decrypts, so that a secret key can be replaced.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: Sets the derived keys apart from every other use of the same secret key.
_PURPOSE = b"notifications_app: stored secrets, 1"


class LostKey(Exception):
    """A text that none of the keys decrypts: the secret key was replaced and not kept."""


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def encrypt(keys: Sequence[str], text: str) -> str:
    """Return the text encrypted with the newest key."""
    return _fernet(keys[-1]).encrypt(text.encode()).decode("ascii")


def decrypt(keys: Sequence[str], encrypted: str) -> str:
    """Return the text; raise LostKey if none of the keys encrypted it."""
    try:
        fernets = MultiFernet([_fernet(key) for key in reversed(keys)])
        return fernets.decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise LostKey from None


def is_by_newest(keys: Sequence[str], encrypted: str) -> bool:
    """Return whether the newest key encrypted the text."""
    try:
        decrypt(keys[-1:], encrypted)
    except LostKey:
        return False
    return True
