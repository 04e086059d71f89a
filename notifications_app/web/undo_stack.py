"""The actions that ``z`` takes back one after the other, and those that Shift+Z repeats.

An entry is the stamp of an action, or ``mute:TOPIC`` or ``unmute:TOPIC``: what takes it back.
The session holds them, the last one at the end.
"""

from flask import session

from .sessions import REDO_STACK, UNDO_STACK

Entry = int | str
#: The session cookie holds 4,096 bytes, of which the flash messages may take most.
MOST_ENTRIES = 20
MOST_CHARACTERS = 360


def record(entry: Entry) -> None:
    """Put a new action on top; what was undone can no longer be redone."""
    session.pop(REDO_STACK, None)
    _push(UNDO_STACK, entry)


def is_redo(entry: Entry) -> bool:
    """Whether this entry repeats what was undone."""
    return entry in session.get(REDO_STACK, [])


def move(entry: Entry, inverse: Entry | None) -> None:
    """Take an entry out, and put its inverse on the other stack; None if nothing was changed."""
    other = UNDO_STACK if is_redo(entry) else REDO_STACK
    for name in (UNDO_STACK, REDO_STACK):
        if entry in session.get(name, []):
            session[name] = [one for one in session[name] if one != entry]
    if inverse is not None:
        _push(other, inverse)


def holds(entry: Entry) -> bool:
    """Whether the entry is on one of the stacks."""
    return entry in session.get(UNDO_STACK, []) or is_redo(entry)


def next_undo() -> Entry | None:
    """Return the entry that ``z`` posts."""
    return _last(UNDO_STACK)


def next_redo() -> Entry | None:
    """Return the entry that Shift+Z posts."""
    return _last(REDO_STACK)


def _last(name: str) -> Entry | None:
    entries: list[Entry] = session.get(name, [])
    return entries[-1] if entries else None


def _push(name: str, entry: Entry) -> None:
    entries = [*session.get(name, []), entry][-MOST_ENTRIES:]
    while len(entries) > 1 and sum(len(str(one)) for one in entries) > MOST_CHARACTERS:
        entries = entries[1:]
    session[name] = entries
