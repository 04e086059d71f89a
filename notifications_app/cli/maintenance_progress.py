"""Progress of long work on a terminal, and its end at Ctrl+C."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from humanize import naturalsize

from .output import refuse


class Status:
    """A line on a terminal that tells how far the work is; elsewhere it shows nothing."""

    def __init__(self) -> None:
        self.step = ""
        self._is_shown = sys.stderr.isatty()
        self._length = 0

    def show(self, words: str) -> None:
        """Replace the line."""
        if self._is_shown:
            click.echo(f"\r{words.ljust(self._length)}", nl=False, err=True)
            self._length = len(words)

    def begin(self, step: str) -> None:
        """Show the name of a step."""
        self.step = step
        self.show(f"{step} …")

    def size(self, step: str, expected: int | None) -> Callable[[int], None]:
        """Return a function that shows how many bytes there are, of about how many."""
        self.begin(step)
        whole = f" of about {naturalsize(expected)}" if expected else ""
        return lambda size: self.show(f"{step} … {naturalsize(size)}{whole}")

    def end(self) -> None:
        """Clear the line."""
        if self._length:
            self.show("")
            click.echo("\r", nl=False, err=True)


@contextmanager
def interruptible(sentence: Callable[[Status], str]) -> Iterator[Status]:
    """End work at Ctrl+C, or when asked to stop, in one sentence and with exit code 1."""
    status = Status()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield status
    except KeyboardInterrupt:
        status.end()
        refuse(sentence(status))
    finally:
        signal.signal(signal.SIGTERM, before)
        status.end()
