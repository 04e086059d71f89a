"""The application's log: requests, sign-ins, refusals, sends.

Users' text is quoted, secrets are left out, and the lines of one request share its id.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from . import counters
from .request_info import request_id
from .text import NOT_IN_A_TERMINAL, visible

_log = logging.getLogger("notifications_app")
#: Loggers of servers, whose lines can hold the path and the query of a request.
_SERVERS = ("gunicorn.access", "gunicorn.error", "werkzeug")
_SECRETS = re.compile(
    r"(/(?:reset|hooks)/)[^\"'\]? ]+|([?&](?:token|auth)=)[^&\"' ]+", re.IGNORECASE
)


class Redact(logging.Filter):
    """A filter that removes one-time links and tokens from every line: addresses contain them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, without its secrets."""
        record.msg = without_secrets(record.getMessage())
        record.args = None
        return True


def without_secrets(text: str) -> str:
    """Return a text without the secrets that stand in addresses."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[2]}…", text)


def _escaped(text: str) -> str:
    return NOT_IN_A_TERMINAL.sub(lambda found: visible(found[0]), text)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of a record; a line that a request caused ends with its id."""
    fields: dict[str, Any] = dict(getattr(record, "fields", {}))
    if found := request_id():
        fields["request"] = found
    return fields


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _trace(record: logging.LogRecord) -> str:
    """Return the trace of an error without the values that PostgreSQL repeats in its details."""
    if not record.exc_info:
        return ""
    text = logging.Formatter().formatException(record.exc_info)
    for error in _chain(record.exc_info[1]):
        diagnosis = getattr(error, "diag", None)
        for detail in (getattr(diagnosis, name, None) for name in ("message_detail", "context")):
            text = text.replace(detail, "…") if detail else text
    return without_secrets(text)


class _Json(logging.Formatter):
    """A formatter that writes one line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if trace := _trace(record):
            line["trace"] = trace
        return json.dumps(line, default=str)


class _Text(logging.Formatter):
    """A formatter that writes a line of text for each record, then its fields: ``name="value"``.

    Values are quoted, control characters are escaped and the lines of a trace are indented, so
    that none of them can forge a line or move the cursor.
    """

    def format(self, record: logging.LogRecord) -> str:
        words = [self.formatTime(record), record.levelname, _escaped(record.getMessage())]
        for name, value in _fields(record).items():
            words.append(f"{name}={json.dumps(value, default=str)}")
        trace = _trace(record)
        lines = [" ".join(words), *(trace.split("\n") if trace else ())]
        return "\n    ".join([lines[0], *map(_escaped, lines[1:])])


class _Handler(logging.StreamHandler[TextIO]):
    """A class of our own, so that a second application in the process adds no second handler."""


def formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of log lines: ``text`` or ``json``."""
    return _Json() if log_format == "json" else _Text()


def configure(log_format: str) -> None:
    """Send the application's log records to stderr, formatted as ``text`` or ``json``."""
    ours = [handler for handler in _log.handlers if isinstance(handler, _Handler)]
    if not ours:
        handler = _Handler()
        handler.addFilter(Redact())
        _log.addHandler(handler)
        for name in _SERVERS:
            logging.getLogger(name).addFilter(Redact())
        ours.append(handler)
    for handler in ours:
        handler.setFormatter(formatter(log_format))
    _log.setLevel(logging.INFO)


def only_warnings() -> None:
    """Hide records below WARNING, which would clutter the terminal of a command."""
    _log.setLevel(logging.WARNING)


def record(event: str, **fields: Any) -> None:
    """Log an event with its fields, and count it. Never pass a password or a token.

    Neither pass what people wrote: a title, a body, a search, the name that others see.
    """
    counters.count_event(event)
    write(logging.INFO, event, fields)


def write(level: int, event: str, fields: Mapping[str, Any]) -> None:
    """Log an event with its fields, as :func:`record` does, without counting it."""
    redacted = {
        name: without_secrets(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    _log.log(level, event, extra={"fields": redacted})
