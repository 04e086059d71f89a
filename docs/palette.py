"""Make a picture of a page small: 256 colours are enough for it, and git keeps every version."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR, _PALETTE = 2, 3

Colour = tuple[int, int, int]


def smaller(picture: bytes) -> bytes:
    """The PNG with a palette of its commonest colours, the others taken to one that is close."""
    parts = dict(_parts(picture))
    width, height, depth, kind, *_rest = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    if (depth, kind) != (8, _TRUE_COLOUR):
        raise ValueError("This is not a picture as the browser takes it.")
    data = b"".join(body for name, body in _parts(picture) if name == b"IDAT")
    rows = list(_rows(zlib.decompress(data), 3 * width))
    seen: Counter[Colour] = Counter()
    for row, times in Counter(rows).items():
        for colour, here in Counter(_colours(row)).items():
            seen[colour] += here * times
    palette = _palette([colour for colour, _times in seen.most_common()])
    index = {colour: _nearest(colour, palette) for colour in seen}
    lines = {row: b"\0" + bytes(index[colour] for colour in _colours(row)) for row in set(rows)}
    header = struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)
    return b"".join((
        _SIGNATURE,
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", bytes(value for colour in palette for value in colour)),
        _chunk(b"IDAT", zlib.compress(b"".join(lines[row] for row in rows), 9)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _parts(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _colours(row: bytes) -> Iterator[Colour]:
    return zip(row[0::3], row[1::3], row[2::3], strict=True)


def _palette(colours: list[Colour]) -> list[Colour]:
    """At most 256 of the colours, the commonest first, so that every colour has a close one."""
    chosen: list[Colour] = []
    for apart in range(0, 256, 4):
        chosen = []
        for colour in colours:
            if all(_distance(colour, one) > apart * apart for one in chosen):
                chosen.append(colour)
                if len(chosen) > 256:
                    break
        else:
            break
    return chosen


def _distance(one: Colour, other: Colour) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    return min(range(len(palette)), key=lambda number: _distance(colour, palette[number]))


def _rows(raw: bytes, length: int) -> Iterator[bytes]:
    """The rows of pixels, each a difference from its neighbours as PNG's five filters have it."""
    above = bytes(length)
    for at in range(0, len(raw), length + 1):
        row = bytearray(raw[at + 1 : at + 1 + length])
        _undo(raw[at], row, above)
        above = bytes(row)
        yield above


def _undo(method: int, row: bytearray, above: bytes) -> None:
    for i in range(len(row)):
        left, corner = (row[i - 3], above[i - 3]) if i > 2 else (0, 0)
        guess = (0, left, above[i], (left + above[i]) // 2, 0)[method]
        if method == 4:
            guess = _paeth(left, above[i], corner)
        row[i] = (row[i] + guess) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
