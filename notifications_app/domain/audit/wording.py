"""What the page and the command say of an entry's detail."""

from typing import Any

from ..channels import recipients_phrase
from .queries import Entry


def detail(entry: Entry) -> str:
    """The detail in words: ``title: Hello; to: the group ops; audience: 1,204``."""
    said = dict(entry.detail)
    if isinstance(said.get("to"), str):
        said["to"] = recipients_phrase(said["to"])
    return "; ".join(f"{name.replace('_', ' ')}: {_word(value)}" for name, value in said.items())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(_word, value)) or "none"
    return "none" if value is None else str(value)
