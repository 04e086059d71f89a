"""URL converters."""

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

LARGEST_ID = 2**31 - 1


class NumberConverter(BaseConverter):
    """The id of a row; an id that no row can have is a 404."""

    regex = r"[1-9]\d{0,9}"

    def to_python(self, value: str) -> int:
        """Return the id; raise ValidationError, hence 404, if the column cannot hold it."""
        number = int(value)
        if number > LARGEST_ID or not value.isascii():
            raise ValidationError
        return number


def register(app: Flask) -> None:
    """Make ``<number:…>`` available in the application's routes."""
    app.url_map.converters["number"] = NumberConverter
