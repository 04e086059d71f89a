"""Refusals raised by the domain, each with a sentence for the person who asked."""

from collections.abc import Sequence


class Refused(Exception):
    """A request that is not carried out; nothing was changed.

    ``str(error)`` is the sentence to show, ending in a full stop. ``field`` is the name of the
    form field or option it belongs to, or None. ``others`` are further refusals of the same
    input, collected by :class:`ErrorCollector`. Raised as this class itself, the current state
    forbids the request, and a command ends with exit code 1.
    """

    others: Sequence["Refused"] = ()

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class BadInput(Refused):
    """Input that is wrong in itself: a form error, or exit code 2."""


class BadTime(BadInput):
    """A time or length of time that cannot be understood or does not exist."""


class UnknownZone(BadInput):
    """A name that belongs to no time zone."""


class NotFound(Refused):
    """Something that does not exist, or does not belong to this reader: a 404, or exit code 1."""


class AlreadyTaken(Refused):
    """A name or address that must be unique and is already in use."""


class WrongPassword(Refused):
    """A password that does not match the account's."""


class WrongCode(Refused):
    """A code of a second factor that is wrong, too old or used up."""


class ErrorCollector:
    """Collect BadInput from several checks, each in its own ``with``, and raise it together.

    Use the results of the checks only after :meth:`raise_collected`.
    """

    def __init__(self) -> None:
        self._collected: list[Refused] = []

    def __enter__(self) -> None:
        """Begin one check."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Collect BadInput; let any other exception through."""
        if not isinstance(error, BadInput):
            return False
        self._collected += [error, *error.others]
        return True

    def raise_collected(self) -> None:
        """Raise the first collected error, the rest as its ``others``; do nothing without one."""
        if self._collected:
            first, *others = self._collected
            first.others = others
            raise first
