"""The keyboard shortcuts: the table that the help shows and that the script takes its keys from."""

from dataclasses import dataclass

#: Between the keys of a sequence, and between the ends of a range.
THEN, TO = "then", "to"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut: its keys as printed, its words, and the name of its action in ``keys.js``."""

    keys: tuple[str, ...]
    words: str
    #: Empty if the browser itself acts.
    action: str = ""
    #: How several keys belong together.
    joined: str = THEN

    @property
    def pressed(self) -> str:
        """The keys as a browser names them: ``X`` for Shift X, ``g i`` for one after the other."""
        if self.joined == TO:
            first, last = self.keys
            return " ".join(str(digit) for digit in range(int(first), int(last) + 1))
        return " ".join(key.removeprefix("Shift ").replace("Esc", "Escape") for key in self.keys)


SHORTCUTS: dict[str, tuple[Shortcut, ...]] = {
    "Move": (
        Shortcut(("j",), "Next notification", "next"),
        Shortcut(("k",), "Previous notification", "previous"),
        Shortcut(("Enter",), "Open"),
        Shortcut(("n",), "Next page", "nextPage"),
        Shortcut(("p",), "Previous page", "previousPage"),
        Shortcut(("1", "5"), "Open a tab, from Inbox to Muted", "tab", TO),
        Shortcut(("g", "i"), "Go to the inbox", "inbox"),
        Shortcut(("/",), "Search", "search"),
    ),
    "Select": (
        Shortcut(("x",), "Select or deselect", "select"),
        Shortcut(("Shift X",), "Select a range", "selectRange"),
        Shortcut(("a",), "Select this page; press again for all in this view", "selectAll"),
    ),
    "Act": (
        Shortcut(("e",), "Dismiss", "dismiss"),
        Shortcut(("r",), "Restore", "restore"),
        Shortcut(("s",), "Snooze", "snooze"),
        Shortcut(("Shift S",), "Snooze until a time you enter", "snoozeUntil"),
        Shortcut(("u",), "Unsnooze, or mark as unread", "unsnooze"),
        Shortcut(("m",), "Mute or unmute the topic", "mute"),
        Shortcut(("Shift I",), "Mark as read", "read"),
        Shortcut(("Shift U",), "Mark as unread", "unread"),
        Shortcut(("z",), "Undo; press again for earlier actions", "undo"),
        Shortcut(("Shift Z",), "Redo", "redo"),
    ),
    "Help": (
        Shortcut(("?",), "Show shortcuts", "help"),
        Shortcut(("Esc",), "Close, or clear the selection", "clear"),
    ),
}
