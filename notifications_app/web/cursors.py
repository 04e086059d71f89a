"""Cursors: signed positions in a list, as query parameters."""

import hmac
from hashlib import sha256

from flask import abort, current_app

from ..core import clock
from ..core.paging import Position
from ..core.signing import signing_keys


def _cursor(key: str, list_name: str, position: Position) -> str:
    """Sign a position of a list with this key."""
    place = f"{clock.micros(position.at):x}-{position.id:x}"
    mac = hmac.new(key.encode(), f"cursor:{list_name}:{place}".encode(), sha256)
    return f"{place}-{mac.hexdigest()[:20]}"


def cursor(list_name: str, position: Position) -> str:
    """Return the signed cursor of a position; ``list_name`` is the list that it is valid for.

    A signature keeps readers from making up positions.
    """
    return _cursor(current_app.config["SECRET_KEY"], list_name, position)


def read_cursor(list_name: str, words: str | None) -> Position | None:
    """Return the position of a cursor, None without one; answer 400 if its signature is wrong."""
    if not words:
        return None
    micros, _dash, rest = words.partition("-")
    try:
        position = Position(clock.from_micros(int(micros, 16)), int(rest.partition("-")[0], 16))
        signed = [_cursor(key, list_name, position) for key in signing_keys()]
    except (ValueError, OverflowError):
        abort(400)
    given = words.encode(errors="replace")
    if not any(hmac.compare_digest(cursor.encode(), given) for cursor in signed):
        abort(400)
    return position
