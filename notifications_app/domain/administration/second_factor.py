"""Changes of a second factor, by its person or an administrator.

Each adds its audit entry and tells the person by a notification.

``user`` is a row of :func:`accounts.queries.credentials`, and ``keys`` are the signing keys, the
newest last. Moments are aware. Neither secrets nor codes get into the audit log. Nothing here
commits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from ...core import encryption
from ...core.errors import Refused, WrongCode
from ..accounts import actions, second_factor
from ..audit.actions import add_entry
from .security_notices import second_factor_changed


def switch_on(
    user: Row[Any], secret: str, typed: str, keys: Sequence[str], *, but: str, now: datetime
) -> list[str]:
    """Switch the second factor on if the typed code is right; return the recovery codes.

    Every other sign-in of the account ends; ``but`` is the token hash of this one.

    Raises:
        WrongCode: with the field ``code``.
        Refused: if the account has a second factor already.
    """
    step = second_factor.step_of(secret, second_factor.normalised(typed), now)
    if step is None:
        raise WrongCode(
            "This code is wrong or has expired. Enter the one that your app shows now.", "code"
        )
    if not second_factor.switch_on(user.id, encryption.encrypt(keys, secret), step):
        raise Refused("Your second factor is already on.")
    codes = second_factor.replace_recovery_codes(user.id)
    ended = actions.end_all(user.id, but=but)
    _add_entry("user.second-factor-on", user, user.id, now, sign_ins_ended=ended)
    _tell(user, "on", user.id, now)
    return codes


def switch_off(user: Row[Any], typed: str, keys: Sequence[str], *, now: datetime) -> None:
    """Switch the second factor off if the typed code is right.

    Raises:
        WrongCode: with the field ``code``.
    """
    _use(user, typed, keys, now)
    second_factor.switch_off(user.id)
    _add_entry("user.second-factor-off", user, user.id, now)
    _tell(user, "off", user.id, now)


def renew_recovery_codes(
    user: Row[Any], typed: str, keys: Sequence[str], *, now: datetime
) -> list[str]:
    """Replace the recovery codes if the typed code is right; return the new ones.

    Raises:
        WrongCode: with the field ``code``.
    """
    _use(user, typed, keys, now)
    codes = second_factor.replace_recovery_codes(user.id)
    _add_entry("user.recovery-codes-made", user, user.id, now)
    _tell(user, "codes-renewed", user.id, now)
    return codes


def use_at_sign_in(user: Row[Any], proof: second_factor.Proof, *, now: datetime) -> None:
    """Use up the code that was checked for a sign-in; a recovery code is recorded.

    Raises:
        WrongCode: with the field ``code``.
    """
    second_factor.use(proof, now)
    if proof.is_recovery:
        _add_entry("user.recovery-code-used", user, user.id, now)
        _tell(user, "code-used", user.id, now)


def reset(user: Row[Any], *, actor_id: int | None, now: datetime) -> int | None:
    """Remove the second factor of an account, and end its sign-ins.

    ``user`` may also be a row of :func:`accounts.directory.one`.

    Returns:
        The number of sign-ins that ended; None if the account had no second factor.
    """
    if not second_factor.switch_off(user.id):
        return None
    ended = actions.end_all(user.id)
    _add_entry("user.second-factor-reset", user, actor_id, now, sign_ins_ended=ended)
    _tell(user, "reset", actor_id, now)
    return ended


def _use(user: Row[Any], typed: str, keys: Sequence[str], now: datetime) -> None:
    proof = second_factor.check_code(keys, user, typed, now)
    second_factor.use(proof, now)
    if proof.is_recovery:
        _add_entry("user.recovery-code-used", user, user.id, now)


def _tell(user: Row[Any], change: str, actor_id: int | None, now: datetime) -> None:
    second_factor_changed(user.id, change, actor_id=actor_id, now=now)


def _add_entry(
    action: str, user: Row[Any], actor_id: int | None, now: datetime, **detail: Any
) -> None:
    add_entry(action, f"user {user.username}", actor_id=actor_id, now=now, **detail)
