"""The detail of an audit entry in words, for the page and the command."""

from typing import Any

from ..channels import recipients_phrase
from .queries import Entry, in_words


def detail(entry: Entry) -> str:
    """Format the detail of an entry: ``title: Hello; to: the group ops; audience: 1,204``."""
    values = dict(entry.detail)
    if isinstance(values.get("to"), str):
        values["to"] = recipients_phrase(values["to"])
    return "; ".join(f"{in_words(name)}: {_phrase(it)}" for name, it in values.items())


def _phrase(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(_phrase, value)) or "none"
    return "none" if value is None else str(value)
