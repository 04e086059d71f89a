"""Draw the two pictures of docs/architecture.md as SVG from text: ``make diagrams``.

The texts below are the pictures. The tests compare the first with the import contract in
``pyproject.toml`` and the second with the models, and both with the files in ``docs/images``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"

#: Each line is a layer; bars separate the boxes beside each other. An indented line is a row of
#: boxes inside the box named before the slash. A bar at the end of a line continues it on the next.
LAYERS = """
app: create_app() joins settings, extensions and features
web: read the form, call the domain, commit, answer | cli: the same for commands
  web/inbox: | web/broadcasts: | web/accounts: | web/audit: | web/compare:
python_api: notify() and broadcast() for other Python code, in the caller’s transaction
domain: what the product does; knows no Flask and no click, and never commits
  domain/maintenance: backups, and whether the database is sound
  domain/broadcasts: sending, editing, statistics | domain/people_import: people from a CSV file |
    domain/administration: changes of accounts and groups
  domain/inbox: what a reader sees and does | domain/audit: who changed what
  domain/accounts: people, groups, passwords, sign-ins
  domain/channels: names of channels | domain/content: what a title or link may be
core: settings, database, clock, text, links, Markdown, logs; knows nothing of notifications
"""

#: A table begins at the left edge, with the column of the picture it is drawn in. A ``*`` marks
#: the primary key, ``?`` a nullable column, ``>`` the table that a foreign key points to.
DATA = """
0 sign_ins: a browser that is signed in
  token_hash * of the token
  user_id >users
  created_at
  last_seen_at
  expires_at
  address
  user_agent
0 group_members: who is in a group
  group_id * >groups
  user_id * >users
  since the group’s floor
0 groups: a channel each
  id *
  name unique
1 users: people
  id *
  username unique
  email ? unique
  display_name
  password_hash ?
  timezone an IANA name
  is_admin
  admin_since ? floor of role:admin
  is_active
  shortcuts on or off
  density of its rows
  inbox_since floor of everyone
  last_stamp of the last action
  created_at
  link_version of one-time links
0 staged_imports: checked files, kept an hour
  id * never used twice
  user_id >users
  created_at
  content ? compressed lines
  preview JSON
  imported_at ?
1 audit: who changed what
  id *
  at
  actor_id ? >users
  action broadcast.sent
  subject notification 12
  detail JSON
  actor_name ? if deleted
2 deliveries: one reader’s copy
  user_id * >users
  notification_id * >notifications
  arrives_at shown from then
  snoozed_from ? first arrival
  read_at ?
  dismissed_at ?
  stamp ? of the last change
  earlier_read_at ? see stats
2 changes: deliveries before an action
  user_id * >users
  stamp * of the action
  notification_id * >notifications
  arrives_at
  snoozed_from ?
  read_at ?
  dismissed_at ?
2 mutes: topics a reader muted
  user_id * >users
  topic *
3 notifications: the content, once
  id * never used twice
  title
  body Markdown
  search_text folded
  category success, error, …
  topic a slug
  action_url ?
  action_label ?
  is_banner
  sender_id ? >users
  key ? unique: sends once
  audience ? at sending
  local_at ? a wall time
  held_until ? with local_at
  expires_at ?
  recalled_at ?
  edited_at ?
  created_at
3 zone_data: of time zones
  id *
  version 2026a
3 releases: a broadcast on a channel
  channel * group:ops
  notification_id * >notifications
  arrives_at
  expires_at ? a copy
  is_banner a copy
"""

STYLE = """
  .paper { fill: #ffffff } .box { fill: #f6f7f9; stroke: #8b93a1 } .inner { fill: #ffffff }
  .head { fill: #e4e8ef; stroke: #8b93a1 } text { font: 13px system-ui, sans-serif; fill: #1b1f27 }
  .name { font: 600 13px ui-monospace, monospace } .column { font: 12px ui-monospace, monospace }
  .words { font-size: 12px; fill: #4b5361 } .key { font-weight: 700 }
  .line { fill: none; stroke: #2f5fd0; stroke-width: 1.4 } .tip { fill: #2f5fd0 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #15181e } .box { fill: #1e232b; stroke: #6b7482 } .inner { fill: #282e38 }
    .head { fill: #2c3440; stroke: #6b7482 } text { fill: #eceff4 } .words { fill: #b4bcc9 }
    .line { stroke: #8fb1ff } .tip { fill: #8fb1ff }
  }
"""

MARGIN, GAP = 20, 12
#: The width of a letter of ``.column``, in pixels, with room to spare.
LETTER = 7.4


@dataclass(frozen=True)
class Box:
    """A layer or a part of one: its name, its words, and the rows of boxes inside."""

    name: str
    words: str
    rows: list[list["Box"]] = field(default_factory=list)

    @property
    def height(self) -> int:
        """The height of the heading and of the rows inside, in pixels."""
        inside = sum(max(box.height for box in row) + GAP for row in self.rows)
        return (50 if self.words else 32) + inside


@dataclass(frozen=True)
class Column:
    """A column of a table, and the table that it points to."""

    name: str
    words: str
    is_key: bool
    is_null: bool
    target: str


@dataclass(frozen=True)
class Entity:
    """A table: the column of the picture that it is in, its name, its words, its columns."""

    place: int
    name: str
    words: str
    columns: list[Column]


def layers() -> list[list[Box]]:
    """Read :data:`LAYERS`: the rows from top to bottom, and the boxes of each."""
    rows: list[list[Box]] = []
    known: dict[str, Box] = {}
    for line in LAYERS.strip().replace("|\n", "| ").splitlines():
        boxes = []
        for part in line.split("|"):
            name, _colon, words = part.strip().partition(":")
            boxes.append(Box(name, words.strip()))
        known |= {box.name: box for box in boxes}
        parent = boxes[0].name.rpartition("/")[0]
        (known[parent].rows if parent else rows).append(boxes)
    return rows


def tables() -> list[Entity]:
    """Read :data:`DATA`: the tables in their order."""
    found: list[Entity] = []
    for line in DATA.strip().splitlines():
        if line.startswith("  "):
            found[-1].columns.append(_column(line.split()))
        else:
            place, rest = line.split(" ", 1)
            name, _colon, words = rest.partition(": ")
            found.append(Entity(int(place), name, words, []))
    return found


def _column(words: list[str]) -> Column:
    name, *rest = words
    target = next((word[1:] for word in rest if word.startswith(">")), "")
    plain = [word for word in rest if word not in {"*", "?"} and not word.startswith(">")]
    return Column(name, " ".join(plain), "*" in rest, "?" in rest, target)


def layers_svg() -> str:
    """Draw the layers: an import may go down, never up."""
    width, top = 900, MARGIN
    parts: list[str] = []
    for row in layers():
        parts += _row(row, MARGIN, top, width - 2 * MARGIN - 50)
        top += max(box.height for box in row) + GAP
    x = width - MARGIN - 18
    parts.append(f'<path class="line" d="M{x} {MARGIN}V{top - GAP - 10}"/>')
    parts.append(_tip(x, top - GAP, "down"))
    middle = top // 2
    words = "imports go down only"
    parts.append(
        f'<text class="words" text-anchor="middle" transform="translate({x + 18} {middle})'
        f' rotate(90)">{words}</text>'
    )
    title = "The layers: app; web and cli; python_api; domain; core. Imports go down only."
    return _svg(width, top - GAP + MARGIN, title, parts)


def _row(row: Sequence[Box], left: float, top: float, width: float) -> Iterator[str]:
    """Draw boxes beside each other; a box with boxes inside gets more of the width."""
    shares = [max([1, *(len(inner) / 2 for inner in box.rows)]) for box in row]
    height = max(box.height for box in row)
    for box, share in zip(row, shares, strict=True):
        room = (width - GAP * (len(row) - 1)) * share / sum(shares)
        kind = "box inner" if "/" in box.name else "box"
        yield _rect(kind, left, top, room, height)
        yield _text("name", left + 12, top + 21, box.name.rpartition("/")[2])
        yield _text("words", left + 12, top + 40, box.words)
        inside = top + (50 if box.words else 32)
        for inner in box.rows:
            yield from _row(inner, left + GAP, inside, room - 2 * GAP)
            inside += max(one.height for one in inner) + GAP
        left += room + GAP


ROW, HEAD, WIDE, BETWEEN = 19, 44, 268, 56


def data_svg() -> str:
    """Draw the tables, and an arrow for each foreign key."""
    found = tables()
    corners, height = _corners(found)
    parts = [path for one in found for path in _arrows(one, found, corners)]
    for one in found:
        parts += _table(one, *corners[one.name])
    width = MARGIN * 2 + 4 * WIDE + 3 * BETWEEN
    names = ", ".join(one.name for one in found)
    return _svg(width, height, f"The tables and their foreign keys: {names}.", parts)


def _corners(found: Sequence[Entity]) -> tuple[dict[str, tuple[int, int]], int]:
    """Return the upper left corner of each table, and the height of the picture."""
    tops: dict[int, int] = {}
    corners = {}
    for one in found:
        top = tops.get(one.place, MARGIN + 22)
        corners[one.name] = (MARGIN + one.place * (WIDE + BETWEEN), top)
        tops[one.place] = top + HEAD + len(one.columns) * ROW + 8 + 34
    return corners, max(tops.values()) - 34 + MARGIN


def _table(one: Entity, left: int, top: int) -> Iterator[str]:
    yield _rect("box inner", left, top, WIDE, HEAD + len(one.columns) * ROW + 8)
    yield _rect("head", left, top, WIDE, HEAD)
    yield _text("name", left + 10, top + 18, one.name)
    yield _text("words", left + 10, top + 35, one.words)
    for number, column in enumerate(one.columns):
        y = top + HEAD + ROW * number + 16
        name = column.name + ("?" if column.is_null else "")
        yield _text("column key" if column.is_key else "column", left + 10, y, name)
        yield _text("words", left + 10 + LETTER * 17, y, column.words)


def _arrows(
    one: Entity, found: Sequence[Entity], corners: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    """Draw an arrow from each foreign key to the first column of its table."""
    places = {other.name: other.place for other in found}
    for number, column in enumerate(one.columns):
        if not column.target:
            continue
        left, top = corners[one.name]
        there, y_there = corners[column.target]
        y, to_y = top + HEAD + ROW * number + 12, y_there + HEAD + 12
        here, to = one.place, places[column.target]
        # Arrows to the same table share a lane.
        lane = 18 if column.target == "users" else 34
        if here == to:  # around the outer side, beside the lanes of the others
            side = -1 if here in {0, 3} and column.target != "groups" else 1
            start = left if side < 0 else left + WIDE
            bend = start + side * (BETWEEN - 12 if side < 0 else 18)
            yield from _line([(start, y), (bend, y), (bend, to_y), (start, to_y)])
        elif abs(here - to) == 1:
            side = 1 if to > here else -1
            start, end = (left + WIDE, there) if side > 0 else (left, there + WIDE)
            bend = end - side * lane
            yield from _line([(start, y), (bend, y), (bend, to_y), (end, to_y)])
        else:  # over the top of the tables between
            out, end = left - 28, there + WIDE
            way = [(left, y), (out, y), (out, MARGIN), (end + lane, MARGIN)]
            yield from _line([*way, (end + lane, to_y), (end, to_y)])


def _line(points: Sequence[tuple[int, int]]) -> Iterator[str]:
    steps = " ".join(f"{x} {y}" for x, y in points)
    yield f'<polyline class="line" stroke-linejoin="round" points="{steps}"/>'
    yield _tip(*points[-1], "right" if points[-1][0] > points[-2][0] else "left")


def _tip(x: int, y: int, way: str) -> str:
    sides = {
        "right": f"{x} {y} {x - 8} {y - 4} {x - 8} {y + 4}",
        "left": f"{x} {y} {x + 8} {y - 4} {x + 8} {y + 4}",
        "down": f"{x} {y} {x - 4} {y - 10} {x + 4} {y - 10}",
    }
    return f'<polygon class="tip" points="{sides[way]}"/>'


def _rect(kind: str, left: float, top: float, width: float, height: float) -> str:
    place = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
    return f'<rect class="{kind}" {place} rx="6"/>'


def _text(kind: str, left: float, top: float, words: str) -> str:
    if not words:
        return ""
    return f'<text class="{kind}" x="{left:g}" y="{top:g}">{escape(words, quote=False)}</text>'


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    body = "\n".join(part for part in parts if part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="title">\n'
        f'<title id="title">{escape(title)}</title>\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{width}" height="{height}"/>\n{body}\n</svg>\n'
    )


#: The function that draws each picture, by the name of its file.
PICTURES = {"layers.svg": layers_svg, "data.svg": data_svg}


def main() -> None:
    """Write both pictures."""
    for name, draw in PICTURES.items():
        (IMAGES / name).write_text(draw(), encoding="utf-8")
        print(f"docs/images/{name}")


if __name__ == "__main__":
    main()
