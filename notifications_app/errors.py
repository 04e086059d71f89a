"""What the domain may raise: refusals, each a sentence for the person who asked."""


class Refused(Exception):
    """Something was asked that is not done; nothing was changed.

    ``str(error)`` is the sentence to show, ending in a full stop. ``field`` names
    the form field or option it belongs to, or is None when it belongs to none.
    Raised as it is, the state of things refuses: a command ends with exit code 1.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class BadInput(Refused):
    """What was typed is wrong in itself: a form error, or exit code 2."""


class BadTime(BadInput):
    """A time or a length of time that cannot be understood or does not exist."""


class UnknownZone(BadInput):
    """A name that is no time zone's."""


class NotThere(Refused):
    """What was named does not exist, or is not this reader's: a 404, or exit code 1."""


class Taken(Refused):
    """A name or address that must be unique belongs to somebody already."""


class WrongPassword(Refused):
    """The password given does not fit the account."""
