"""The keys that sign sessions, cursors and one-time links, and signatures with a time."""

from typing import Any

from flask import current_app
from itsdangerous import SignatureExpired, TimestampSigner


def signing_keys() -> list[str]:
    """Return the application's keys in the order itsdangerous expects: the newest last."""
    return [*(current_app.config["SECRET_KEY_FALLBACKS"] or []), current_app.config["SECRET_KEY"]]


class SteadySigner(TimestampSigner):
    """A signer that also accepts signatures from a little in the future.

    The clocks of two hosts differ, and a clock can be set back. The signature itself proves that
    the value is ours.
    """

    #: How far ahead the signing clock may be, in seconds.
    AHEAD = 60.0

    def unsign(
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> Any:
        """Return the value, and with ``return_timestamp`` the moment of its signature.

        Raises:
            SignatureExpired: if it is older than ``max_age`` or too far in the future.
            BadSignature: if it is not ours.
        """
        value, signed_at = super().unsign(signed_value, None, return_timestamp=True)
        age = self.get_timestamp() - signed_at.timestamp()
        if max_age is not None and not -self.AHEAD <= age <= max_age:
            raise SignatureExpired(
                f"Signature age {age:.0f} is out of range", payload=value, date_signed=signed_at
            )
        return (value, signed_at) if return_timestamp else value


class TimelessSigner(SteadySigner):
    """A signer for sessions: however far a clock is set back, it signs nobody out."""

    AHEAD = float("inf")
