"""The second factor: six digits from an authenticator app (TOTP, RFC 6238), or a recovery code.

``user`` is a row of :func:`queries.credentials`, and ``keys`` are the signing keys, the newest
last. Use ``administration.second_factor``, which also writes the audit log. Nothing here commits.
"""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import pyotp
from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy import delete as delete_rows

from ...core import encryption
from ...core.database import db, table, write
from ...core.errors import Refused, WrongCode
from .models import RecoveryCode, User

#: The length of a step, in seconds. Codes of the steps before and after are accepted too.
STEP = 30
DIGITS = 6
#: How many recovery codes there are, and their letters: without I, L, O and U (Crockford).
RECOVERY_CODES = 10
_LETTERS = "0123456789" + "ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _IN_GROUP = 4, 4
#: Letters that are easily typed for a digit of the same look.
_ALIKE = str.maketrans("OIL", "011")
#: Longer input is no code.
_TYPED_MAX = 100

WRONG = "This code is wrong, has expired or was already used. Enter a current one."
LOST_KEY = (
    "Codes from your app cannot be checked, because the secret key of this site was replaced. Use"
    " a recovery code, or ask an administrator to reset your second factor."
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A typed code that fits: the step of a code of the app, or the hash of a recovery code."""

    user_id: int
    #: The secret as it was stored when the code was checked.
    stored: str
    step: int | None = None
    code_hash: str | None = None
    #: The secret encrypted with the newest key, if it was encrypted with an older one.
    encrypted_anew: str | None = None

    @property
    def is_recovery(self) -> bool:
        """Whether it is a recovery code."""
        return self.code_hash is not None


def new_secret() -> str:
    """Return a new random secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def address_for_app(secret: str, username: str, site: str) -> str:
    """Return the ``otpauth:`` address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=site)


def step_of(secret: str, code: str, now: datetime, *, after: int = 0) -> int | None:
    """Return the step that a code belongs to: this one, or one earlier or later.

    None if the code is wrong, or of a step up to ``after``.
    """
    current = int(now.timestamp()) // STEP
    app = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if compare_digest(app.generate_otp(step), code) and step > after:
            return step
    return None


def normalised(typed: str) -> str:
    """Return a typed code in capitals and plain digits, without spaces and dashes."""
    text = unicodedata.normalize("NFKC", typed[:_TYPED_MAX])
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter.upper()
        for letter in text
        if letter.isalnum()
    )


def check_code(keys: Sequence[str], user: Row[Any], typed: str, now: datetime) -> Proof:
    """Return the proof that a typed code is; it counts once :func:`use` has accepted it.

    Raises:
        WrongCode: with the field ``code``.
        Refused: if the secret cannot be decrypted any more.
    """
    code = normalised(typed)
    if user.totp_secret is None or not code.isascii():
        raise WrongCode(WRONG, "code")
    if len(code) != DIGITS or not code.isdecimal():
        return Proof(user.id, user.totp_secret, code_hash=_code_hash(user.id, code))
    try:
        secret = encryption.decrypt(keys, user.totp_secret)
    except encryption.LostKey:
        raise Refused(LOST_KEY, "code") from None
    step = step_of(secret, code, now, after=user.totp_last_step)
    if step is None:
        raise WrongCode(WRONG, "code")
    is_current = encryption.is_by_newest(keys, user.totp_secret)
    anew = None if is_current else encryption.encrypt(keys, secret)
    return Proof(user.id, user.totp_secret, step=step, encrypted_anew=anew)


def use(proof: Proof, now: datetime) -> None:
    """Use up a code; of two uses of one code at once, the second is refused.

    Raises:
        WrongCode: with the field ``code``.
    """
    if proof.is_recovery:
        accepted = write(
            update(table(RecoveryCode))
            .where(
                RecoveryCode.user_id == proof.user_id,
                RecoveryCode.code_hash == proof.code_hash,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now)
        )
    else:
        accepted = write(
            update(table(User))
            .where(
                User.id == proof.user_id,
                User.totp_secret == proof.stored,
                User.totp_last_step < proof.step,
            )
            .values(totp_last_step=proof.step, totp_secret=proof.encrypted_anew or proof.stored)
        )
    if not accepted:
        raise WrongCode(WRONG, "code")


def switch_on(user_id: int, encrypted: str, step: int) -> bool:
    """Store the secret; return False if the account has a second factor already.

    ``step`` is that of the code which confirmed it, so that the code does not work again.
    """
    return bool(
        write(
            update(table(User))
            .where(User.id == user_id, User.totp_secret.is_(None))
            .values(totp_secret=encrypted, totp_last_step=step)
        )
    )


def switch_off(user_id: int) -> bool:
    """Delete the secret and the recovery codes; return False if there was no second factor."""
    write(delete_rows(table(RecoveryCode)).where(RecoveryCode.user_id == user_id))
    return bool(
        write(
            update(table(User))
            .where(User.id == user_id, User.totp_secret.is_not(None))
            .values(totp_secret=None, totp_last_step=0)
        )
    )


def replace_recovery_codes(user_id: int) -> list[str]:
    """Replace the recovery codes of an account; return the new ones, which are stored hashed."""
    codes = [
        "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]
    hashes = [_code_hash(user_id, normalised(code)) for code in codes]
    write(delete_rows(table(RecoveryCode)).where(RecoveryCode.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": one} for one in hashes]
    db.session.execute(insert(table(RecoveryCode)), rows)
    return codes


def recovery_codes_left(connection: Connection, user_id: int) -> int:
    """Return how many recovery codes of an account were not used."""
    unused = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return int(connection.execute(unused).scalar_one())


def _code_hash(user_id: int, code: str) -> str:
    # A code has 80 random bits: guessing needs no slow hash to be hopeless.
    return sha256(f"{user_id}:{code.translate(_ALIKE)}".encode()).hexdigest()
