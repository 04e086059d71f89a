"""Phrases and sentences about an import, for pages, commands and the audit log."""

from ...core.text import counted, printable
from .actions import Report
from .csv_file import LineError
from .staging import Imported


def import_sentence(report: Report) -> str:
    """Summarise an import: ``2 people: 1 new (ada), 0 changed, 1 unchanged; 0 groups created.``."""
    parts = [
        _named(report.new, "new", report.first_new),
        _named(report.changed, "changed", report.first_changed),
        f"{report.unchanged:,} unchanged",
    ]
    made = len(report.groups_made)
    groups = _named(
        made, "group created" if made == 1 else "groups created", report.groups_made[:5]
    )
    return f"{counted(report.lines, 'person', 'people')}: {', '.join(parts)}; {groups}."


def imported_sentence(done: Imported) -> str:
    """Summarise a staged import, and say so if it did something other than its preview."""
    sentence = f"Imported {import_sentence(done.report)}"
    if done.is_as_previewed:
        return sentence
    return f"{sentence} This differs from the preview because accounts changed in the meantime."


def _named(count: int, kind: str, first: list[str]) -> str:
    return f"{count:,} {kind}" + (f" ({first_names_phrase(count, first)})" if first else "")


def first_names_phrase(count: int, first: list[str]) -> str:
    """List the first names out of ``count``: ``ada, grace, noor, priya, zoe and 2 more``."""
    rest = count - len(first)
    return ", ".join(first) + (f" and {rest:,} more" if rest else "")


def line_error_sentence(error: LineError) -> str:
    """Format a terminal's line: ``Line 7, email “nowhere”: This is not an email address.``."""
    cell = f", {error.column}" if error.column else ""
    value = f" “{error.value}”" if error.value else ""
    return printable(f"Line {error.line}{cell}{value}: {error.reason}")


def refusal_sentence(report: Report) -> str:
    """State why nothing was imported: ``2 of 1,204 lines have errors. Nothing was imported.``."""
    lines = counted(report.lines, "line") + (" has errors" if report.wrong == 1 else " have errors")
    return f"{report.wrong:,} of {lines}. Nothing was imported."
