"""The records of a CSV file, as Excel, LibreOffice, Google Sheets and Numbers write them.

UTF-8 or UTF-16, any line ends, a comma, semicolon or tab between cells. A quoted cell may hold
line breaks, so a record may take several lines; one whose quotes do not match spoils only its
first line, and reading goes on with the next.
"""

import codecs
import io
import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any, NamedTuple

from ...core.errors import BadInput
from ...core.text import AROUND_A_NAME, UTF_8, encoding_of, trim

LINE_MAX = 65_536
#: The separators that a header is tried with, in this order.
SEPARATORS = (",", ";", "\t")
#: First bytes of workbooks, which are no text: Excel since 2007, LibreOffice, Numbers; older Excel.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UNDECODED = re.compile("[\ud800-\udfff]")
#: The handler of bytes that are no text: they become a surrogate, which is refused with its line.
_ERRORS = "notifications_app.undecoded"
codecs.register_error(_ERRORS, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]
_QUOTED = re.compile(r'(?:[^"]|"")*+')
#: Excel reads a line such as ``sep=;`` before the header, and some programs write it.
_SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?[,;\t]*', re.IGNORECASE)


class Record(NamedTuple):
    """The cells of a record, and its lines: the number of the first, and how many.

    Of a record that cannot be read, ``error`` is the reason, and there are no cells.
    """

    line: int
    cells: list[str]
    lines: int = 1
    error: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether every cell is empty, as in the empty rows that spreadsheets export."""
        return not self.error and not any(self.cells)


class Records:
    """A stream of bytes or text, from which one record after the other is read."""

    def __init__(self, stream: IO[Any]) -> None:
        """Raise BadInput for a stream that begins like the workbook of a spreadsheet."""
        text, self._encoding = _as_text(stream)
        self._lines = enumerate(_lines(text), 1)
        #: Lines that were read ahead and not yet taken.
        self._ahead: deque[tuple[int, str | None]] = deque()

    def separator_line(self) -> str | None:
        """Take a first line like ``sep=;``, and return its separator; None if there is none."""
        first = self._line(0)
        match = _SEPARATOR_LINE.fullmatch(trim(first[1])) if first and first[1] else None
        if match is None:
            return None
        self._ahead.popleft()
        return match[1]

    def peek(self, separator: str) -> Record | None:
        """Return the next record without taking it; None at the end."""
        first = self._line(0)
        if first is None:
            return None
        number, text = first
        if text is None:
            too_long = f"A line has at most {LINE_MAX:,} characters; this one has more."
            return Record(number, [], error=too_long)
        try:
            return self._read(number, text, separator)
        except BadInput as refusal:
            return Record(number, [], error=str(refusal))

    def take(self, record: Record) -> None:
        """Go on after a record that :meth:`peek` returned."""
        for _ in range(record.lines):
            self._ahead.popleft()

    def _line(self, index: int) -> tuple[int, str | None] | None:
        while len(self._ahead) <= index:
            following = next(self._lines, None)
            if following is None:
                return None
            self._ahead.append(following)
        return self._ahead[index]

    def _read(self, number: int, text: str, separator: str) -> Record:
        self._check_encoding(text)
        if '"' not in text:
            return _record(number, text.rstrip("\r\n").split(separator))
        parser, size, lines = _Parser(separator), len(text), 1
        parser.feed(text)
        while parser.is_open:
            following = self._line(lines)
            more = following and following[1]
            size += len(more or "")
            if not more or size > LINE_MAX:
                raise BadInput("The quotes on this line do not match.")
            self._check_encoding(more)
            parser.feed(more)
            lines += 1
        return _record(number, parser.cells, lines)

    def _check_encoding(self, text: str) -> None:
        if _UNDECODED.search(text):
            raise BadInput(f"This line is not in {self._encoding}.")


def _record(number: int, cells: list[str], lines: int = 1) -> Record:
    return Record(number, [cell if trim(cell) else "" for cell in cells], lines)


class _Parser:
    """The cells of one record, from its lines; ``is_open`` inside of a quoted cell."""

    def __init__(self, separator: str) -> None:
        self.cells: list[str] = []
        self._separator = separator
        self._space, self._plain = _patterns(separator)
        self.is_open = False
        self._parts: list[str] = []

    def feed(self, line: str) -> None:
        """Read the next line of the record; raise BadInput for text after a closing quote."""
        at = 0
        while at <= len(line):
            at = self._rest(line, at) if self.is_open else self._cell(line, at)

    def _cell(self, line: str, at: int) -> int:
        """Read a cell; return where the next one begins, beyond the line if there is none."""
        start = _end(self._space, line, at)
        if line.startswith('"', start):
            self.is_open = True
            return self._rest(line, start + 1)
        end = _end(self._plain, line, at)
        self.cells.append(line[at:end])
        return self._after(line, end)

    def _rest(self, line: str, at: int) -> int:
        """Read on in a quoted cell, up to its closing quote if that is on this line."""
        end = _end(_QUOTED, line, at)
        self._parts.append(line[at:end])
        if end == len(line):
            return end + 1
        self.cells.append("".join(self._parts).replace('""', '"'))
        self.is_open, self._parts = False, []
        return self._after(line, _end(self._space, line, end + 1))

    def _after(self, line: str, end: int) -> int:
        if line.startswith(self._separator, end):
            return end + 1
        if line[end:].strip("\r\n"):
            raise BadInput("The quotes on this line do not match.")
        return len(line) + 1


def _end(pattern: re.Pattern[str], line: str, at: int) -> int:
    match = pattern.match(line, at)
    return match.end() if match else at


@lru_cache(16)
def _patterns(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of what may surround a quoted cell, and of a cell without quotes."""
    around = "".join(set(AROUND_A_NAME) - set(f"\r\n{separator}"))
    return re.compile(f"[{re.escape(around)}]*"), re.compile(rf"[^\r\n{re.escape(separator)}]*")


def _as_text(stream: IO[Any]) -> tuple[IO[str], str]:
    """Return a stream of text, and the name of its encoding. The given stream is not closed."""
    if not isinstance(stream.read(0), bytes):
        return stream, "UTF-8"
    start = stream.read(4)
    if start.startswith(_WORKBOOKS):
        raise BadInput("This is a workbook. Save its sheet as CSV UTF-8, and import that file.")
    encoding = encoding_of(start)
    source = io.BufferedReader(_Source(start, stream))
    text = io.TextIOWrapper(source, encoding, errors=_ERRORS, newline="")
    return text, "UTF-8" if encoding == UTF_8 else "UTF-16"


class _Source(io.RawIOBase):
    """A stream of bytes whose start was read already."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        super().__init__()
        self._start, self._stream = start, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._start or self._stream.read(len(buffer)) or b""
        self._start = b""
        buffer[: len(data)] = data
        return len(data)


def _lines(text: IO[str]) -> Iterator[str | None]:
    """Yield the lines with their ends; None for a line that is too long."""
    while line := text.readline(LINE_MAX):
        whole = line
        while len(line) == LINE_MAX and line[-1] not in "\r\n":
            whole, line = "", text.readline(LINE_MAX)
        yield whole or None
