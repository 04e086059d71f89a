"""The application's log: sign-ins, refusals, sends. Users' text is quoted, secrets are left out."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, TextIO

_log = logging.getLogger("notifications_app")
_RESET = re.compile(r"(/reset/)[^\"'\]? ]+")


class _Redact(logging.Filter):
    """A filter that removes one-time links from every line: request paths contain them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _without_links(record.getMessage())
        record.args = None
        return True


def _without_links(text: str) -> str:
    return _RESET.sub(r"\1…", text)


class _Json(logging.Formatter):
    """A formatter that writes one line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class _Text(logging.Formatter):
    """A formatter that writes a line of text for each record, then its fields: ``name="value"``.

    The values are quoted, so that none of them can forge a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.msg, record.args = record.getMessage().replace("\n", "\\n"), None
        fields = getattr(record, "fields", {})
        words = "".join(f" {name}={json.dumps(value)}" for name, value in fields.items())
        plain = super().format(record)
        head, newline, rest = plain.partition("\n")
        return head + words + newline + rest


class _Handler(logging.StreamHandler[TextIO]):
    """A class of our own, so that a second application in the process adds no second handler."""


def formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of log lines: ``text`` or ``json``."""
    return _Json() if log_format == "json" else _Text("%(asctime)s %(levelname)s %(message)s")


def configure(log_format: str) -> None:
    """Send the application's log records to stderr, formatted as ``text`` or ``json``."""
    ours = [handler for handler in _log.handlers if isinstance(handler, _Handler)]
    if not ours:
        handler = _Handler()
        handler.addFilter(_Redact())
        _log.addHandler(handler)
        for name in ("gunicorn.access", "werkzeug"):
            logging.getLogger(name).addFilter(_Redact())
        ours.append(handler)
    for handler in ours:
        handler.setFormatter(formatter(log_format))
    _log.setLevel(logging.INFO)


def only_warnings() -> None:
    """Hide records below WARNING, which would clutter the terminal of a command."""
    _log.setLevel(logging.WARNING)


def record(event: str, **fields: Any) -> None:
    """Log an event with its fields. Never pass a password or a token."""
    redacted = {
        name: _without_links(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    _log.info(event, extra={"fields": redacted})
