"""What the domain may raise: refusals, each a sentence for the person who asked."""

from collections.abc import Sequence


class Refused(Exception):
    """Something was asked that is not done; nothing was changed.

    ``str(error)`` is the sentence to show, ending in a full stop. ``field`` names
    the form field or option it belongs to, or is None when it belongs to none.
    Raised as it is, the state of things refuses: a command ends with exit code 1.
    ``others`` are what else is wrong in what was typed, where that was an :class:`ErrorCollector`.
    """

    others: Sequence["Refused"] = ()

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class BadInput(Refused):
    """What was typed is wrong in itself: a form error, or exit code 2."""


class BadTime(BadInput):
    """A time or a length of time that cannot be understood or does not exist."""


class UnknownZone(BadInput):
    """A name that is no time zone's."""


class NotFound(Refused):
    """What was named does not exist, or is not this reader's: a 404, or exit code 1."""


class AlreadyTaken(Refused):
    """A name or address that must be unique belongs to somebody already."""


class WrongPassword(Refused):
    """The password given does not fit the account."""


class ErrorCollector:
    """Several checks of what was typed, each in a ``with`` of its own, which refuse as one.

    What a check should have given is there after :meth:`raise_collected`, and not before.
    """

    def __init__(self) -> None:
        self._found: list[Refused] = []

    def __enter__(self) -> None:
        """Begin one of the checks."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keep what it refused, if that is bad input; anything else is raised at once."""
        if not isinstance(error, BadInput):
            return False
        self._found += [error, *error.others]
        return True

    def raise_collected(self) -> None:
        """Raise the first that was found, with the others; nothing, where all is right."""
        if self._found:
            first, *others = self._found
            first.others = others
            raise first
