"""What an import is called: in a sentence, in the audit log, in the record."""

from ...core.text import counted, printable
from .actions import Report
from .csv_file import LineError


def import_sentence(report: Report) -> str:
    """In a sentence: ``2 people: 1 new (ada), 0 changed, 1 unchanged; 0 groups made.``."""
    parts = [
        _named(report.new, "new", report.first_new),
        _named(report.changed, "changed", report.first_changed),
        f"{report.unchanged:,} unchanged",
    ]
    made = len(report.groups_made)
    groups = _named(made, "group made" if made == 1 else "groups made", report.groups_made[:5])
    return f"{counted(report.lines, 'person', 'people')}: {', '.join(parts)}; {groups}."


def _named(count: int, kind: str, first: list[str]) -> str:
    return f"{count:,} {kind}" + (f" ({first_names_phrase(count, first)})" if first else "")


def first_names_phrase(count: int, first: list[str]) -> str:
    """``ada, grace, noor, priya, zoe and 2 more``: the first of as many as there are."""
    rest = count - len(first)
    return ", ".join(first) + (f" and {rest:,} more" if rest else "")


def line_error_sentence(wrong: LineError) -> str:
    """``Line 7, email “nowhere”: This is not an email address.``, as a terminal shows it."""
    cell = f", {wrong.column}" if wrong.column else ""
    value = f" “{wrong.value}”" if wrong.value else ""
    return printable(f"Line {wrong.line}{cell}{value}: {wrong.reason}")


def refusal_sentence(report: Report) -> str:
    """Why nothing was done: ``2 of 1,204 lines are wrong. Nothing was imported.``."""
    lines = counted(report.lines, "line") + (" is" if report.wrong == 1 else " are")
    return f"{report.wrong:,} of {lines} wrong. Nothing was imported."
