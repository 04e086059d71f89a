"""Signed places in a list, as they appear in an address."""

import hmac
from hashlib import sha256

from flask import abort, current_app

from ..core import clock
from ..core.paging import Position
from ..core.signing import signing_keys


def _cursor(key: str, list_name: str, position: Position) -> str:
    place = f"{clock.micros(position.at):x}-{position.id:x}"
    mac = hmac.new(key.encode(), f"cursor:{list_name}:{place}".encode(), sha256)
    return f"{place}-{mac.hexdigest()[:20]}"


def cursor(list_name: str, position: Position) -> str:
    """A place in a list as it stands in an address: signed, so that none can be made up."""
    return _cursor(current_app.config["SECRET_KEY"], list_name, position)


def read_cursor(list_name: str, words: str | None) -> Position | None:
    """The place an address names, None where it names none; anything tampered with is 400."""
    if not words:
        return None
    micros, _dash, rest = words.partition("-")
    try:
        position = Position(clock.from_micros(int(micros, 16)), int(rest.partition("-")[0], 16))
        made = [_cursor(key, list_name, position) for key in signing_keys()]
    except (ValueError, OverflowError):
        abort(400)
    given = words.encode(errors="replace")
    if not any(hmac.compare_digest(one.encode(), given) for one in made):
        abort(400)
    return position
